//! Golden bytes of every event.
