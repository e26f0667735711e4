//! The edge in process: requests in, answers out, over the store in memory.

mod access;
mod api;
mod api_document;
mod api_guards;
mod api_roles;
mod api_world;
mod desk_pages;
mod dispute_files;
mod disputes;
mod field_pages;
mod jury_journey;
mod log_pages;
mod messages;
mod notice_board;
mod objections;
mod pages_journeys;
mod pages_render;
mod pages_world;
mod staff_journey;
mod staff_pages;
mod staff_world;
mod uploads;
