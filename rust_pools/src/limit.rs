//! Counts waiting jobs, in pools that were given a limit; the others have no counter at all.

use crate::Refused;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) struct Limit {
    most: usize,
    /// Jobs accepted and not started. Relaxed throughout: it is a number and guards no data; the
    /// queue orders the jobs.
    waiting: AtomicUsize,
}

impl Limit {
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        Self { most: most.get(), waiting: AtomicUsize::new(0) }
    }

    /// Counts one more job as waiting, or refuses it.
    pub(crate) fn admit(&self) -> Result<(), Refused> {
        let one_more = |waiting| (waiting < self.most).then_some(waiting + 1);
        // Relaxed: see `waiting`.
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .map(|_| ())
            .map_err(|_| Refused::Full)
    }

    /// A job that was admitted starts.
    pub(crate) fn started(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed); // Relaxed: see `waiting`
    }
}
