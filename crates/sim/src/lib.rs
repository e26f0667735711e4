//! In-memory adapters, fault injection, the simulator and the store contract; never shipped.

pub mod contract;
pub mod faults;
pub mod memory;
