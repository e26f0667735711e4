//! In-memory adapters, fault injection, the simulator and the store contract; never shipped.

mod auditor;
pub mod contract;
pub mod faults;
pub mod log;
pub mod memory;
pub mod randomness;
pub mod shares;
pub mod simulation;
pub mod vault;
mod workload;
pub mod world;
