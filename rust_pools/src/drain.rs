//! The end of a pool whose queue is a channel, when jobs may spawn jobs until the last.
//!
//! Closing the channel would refuse those jobs, and a worker that left at the first stop message
//! could be missed by them. So `destroy` raises a flag and sends one stop message per worker:
//!
//! 1. `begin` notes the number of workers and sets `draining`.
//! 2. `destroy` sends a stop for each worker. A spawn that did not yet see the flag has put its
//!    job in front of them (see `spawned`).
//! 3. A worker that receives a stop enters `finish`. It goes on running jobs; a stop that it finds
//!    there belongs to a worker that is still busy, and it puts it back.
//! 4. A worker that finds no job waits under `state`, counted in `idle`. A spawn that saw the flag
//!    wakes one.
//! 5. The worker that would make all of them idle has found the queue empty while no job runs, and
//!    so nobody is left to spawn: it wakes the others, and all leave.
//!
//! Race to prevent: a worker goes to wait while a job is being spawned. Either the spawn saw the
//! flag, and then it takes `state` after queueing the job: before the worker's last look, which
//! finds the job, or after the worker waits, which it ends. Or it did not see the flag, and then
//! the job is in front of the stop that brought the worker here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct Drain {
    draining: AtomicBool,
    state: Mutex<State>,
    /// Notified under `state`: a job was queued, or all workers are idle.
    changed: Condvar,
}

/// What became of a job that was put into the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A worker will run it.
    Queued,
    /// The end was reached before: nobody takes it any more but the caller.
    TooLate,
}

#[derive(Default)]
struct State {
    /// Workers to wait for, set by `begin`.
    workers: usize,
    /// Workers in `finish` that found nothing to do; equal to `workers`: the end.
    idle: usize,
}

impl Drain {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called before the stop messages are sent.
    pub(crate) fn begin(&self, workers: usize) {
        self.lock().workers = workers;
        self.draining.store(true, Ordering::SeqCst);
    }

    /// To be called after a job was queued. On the way of every job, and so only a load.
    ///
    /// Sequentially consistent like the store in `begin` and the channel's own tail: a load that
    /// misses the store comes before it, and the job was queued before that, ahead of the stops.
    #[inline]
    pub(crate) fn spawned(&self) -> Outcome {
        match self.draining.load(Ordering::SeqCst) {
            false => Outcome::Queued,
            true => self.wake_one(),
        }
    }

    /// At the end no job runs, so that only a thread-local destructor of a worker can come here.
    #[cold]
    fn wake_one(&self) -> Outcome {
        let state = self.lock();
        if state.idle == state.workers {
            return Outcome::TooLate;
        }
        self.changed.notify_one();
        Outcome::Queued
    }

    /// What a worker does after its stop message, until no job is left and none can come.
    /// `next` takes a job from the queue, or says that there is none, and does not wait for one.
    pub(crate) fn finish<J>(&self, next: impl Fn() -> Option<J>, run: impl Fn(J)) {
        loop {
            while let Some(job) = next() {
                run(job);
            }
            let mut state = self.lock();
            if let Some(job) = next() {
                drop(state);
                run(job);
                continue;
            }
            state.idle += 1;
            if state.idle == state.workers {
                self.changed.notify_all();
                return;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            if state.idle == state.workers {
                return;
            }
            state.idle -= 1;
        }
    }
}
