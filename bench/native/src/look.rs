//! When whoever waits for jobs looks for their end: `bench/pool/look.c`, which says why, once more.

use std::time::{Duration, Instant};

const SHORTEST: Duration = Duration::from_micros(20);
const LONGEST: Duration = Duration::from_millis(20);
const UNKNOWN: Duration = Duration::from_micros(200);

/// The last look.
pub struct Look {
    since: Instant,
    at: Instant,
    /// How many jobs were done then.
    pub done: u64,
}

impl Look {
    /// The jobs began at `since`, when `done` earlier ones were done.
    pub fn new(since: Instant, done: u64) -> Self {
        Self { since, at: since, done }
    }

    /// After a look at `now` which has seen `done` jobs done and `left` to do: how long to sleep.
    pub fn next(&mut self, now: Instant, done: u64, left: u64) -> Duration {
        let most = ((now - self.since) / 8).clamp(UNKNOWN, LONGEST);
        let (jobs, took) = (done - self.done, now - self.at);
        (self.at, self.done) = (now, done);
        if jobs == 0 {
            return most;
        }
        took.mul_f64(0.5 * left as f64 / jobs as f64).clamp(SHORTEST, most)
    }
}
