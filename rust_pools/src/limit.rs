//! Counts waiting jobs, in pools that were given a limit; the others have no counter at all.

use crate::Full;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

pub(crate) struct Limit {
    most: usize,
    /// Jobs accepted and not started. Relaxed throughout: it is a number and guards no data; the
    /// queue orders the jobs.
    waiting: AtomicUsize,
}

impl Limit {
    pub(crate) fn new(most: Option<NonZeroUsize>) -> Option<Arc<Self>> {
        most.map(|most| Arc::new(Self { most: most.get(), waiting: AtomicUsize::new(0) }))
    }

    /// Counts `job` as waiting until it starts, or refuses it.
    pub(crate) fn admit<F>(self: &Arc<Self>, job: F) -> Result<impl FnOnce() + Send + 'static, Full>
    where
        F: FnOnce() + Send + 'static,
    {
        let one_more = |waiting| (waiting < self.most).then_some(waiting + 1);
        // Relaxed: see `waiting`.
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .map_err(|_| Full)?;
        let limit = Arc::clone(self);
        Ok(move || {
            limit.waiting.fetch_sub(1, Ordering::Relaxed); // Relaxed: see `waiting`
            drop(limit);
            job()
        })
    }
}
