//! The real binary from outside: its command line, and its server when it is killed.

#![cfg(test)]

mod altered;
mod bank;
mod cli;
mod client;
mod collect;
mod doctor;
mod draws;
mod kill;
mod log_folder;
mod person;
mod server;
mod shares;
mod verify;
