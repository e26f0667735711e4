//! Settlement arithmetic of one period.
