//! In-memory adapters, fault injection, the simulator and the store contract; never shipped.

mod auditor;
pub mod contract;
pub mod faults;
pub mod log;
pub mod memory;
pub mod simulation;
mod workload;
pub mod world;
