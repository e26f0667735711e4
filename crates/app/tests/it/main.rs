//! Use cases over the store in memory: given state, when command, then events, entries and messages.

mod claims;
mod clocks;
mod desk;
mod dispute_files;
mod inbox;
mod jury;
mod log;
mod objections;
mod periods;
mod uploads;
mod webhooks;
mod world;
