//! Watching work from another thread: how far it is, and to stop it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::SettleError;

/// Shared between the work and whoever waits for it.
#[derive(Debug)]
pub struct Watch {
    places: AtomicU64,
    stop: AtomicBool,
    /// Stops by itself at so many places.
    limit: AtomicU64,
}

impl Default for Watch {
    fn default() -> Self {
        Self { places: AtomicU64::new(0), stop: AtomicBool::new(false), limit: AtomicU64::new(u64::MAX) }
    }
}

impl Watch {
    /// Places worked on so far; both passes count, so that the whole is twice the roster.
    pub fn places(&self) -> u64 {
        self.places.load(Ordering::Relaxed)
    }

    /// Asks the work to stop at the next chunk.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Stops the work by itself when that many places were worked on: for whoever pays by the hour, and for tests.
    pub fn stop_after(&self, places: u64) {
        self.limit.store(places, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, places: u64) -> Result<(), SettleError> {
        let so_far = self.places.fetch_add(places, Ordering::Relaxed).saturating_add(places);
        if so_far >= self.limit.load(Ordering::Relaxed) {
            self.stop();
        }
        if self.stop.load(Ordering::Relaxed) { Err(SettleError::Stopped) } else { Ok(()) }
    }
}
