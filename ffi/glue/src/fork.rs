//! Knows whether the process was forked, without a system call.

use crate::diagnostics::die;
use crate::worker;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

/// Forks between the first process that made a pool and this one. Relaxed throughout: only
/// `in_child` writes it, while the child has one thread; whatever runs there later comes after.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// The forking thread is the child's only one. It may be the copy of a worker and is none.
extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed); // Relaxed: see FORKS
    worker::forget();
}

/// The process as it is now: two values differ when a fork lies between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    #[inline]
    pub(crate) fn now() -> Self {
        Self(FORKS.load(Ordering::Relaxed)) // Relaxed: see FORKS
    }
}

/// From here on forks are counted. The error is pthread_atfork's.
pub(crate) fn watch() -> Result<(), i32> {
    static WATCHED: OnceLock<i32> = OnceLock::new();
    // SAFETY: `in_child` is async-signal-safe, and the library is never unloaded.
    match WATCHED.get_or_init(|| unsafe { libc::pthread_atfork(None, None, Some(in_child)) }) {
        0 => Ok(()),
        error => Err(*error),
    }
}

/// After a job: ends a child process that was forked inside the job and returned from it. Its
/// pool has no other thread, and the jobs in its queue are the parent's to run.
#[inline]
pub(crate) fn stop_child() {
    if Generation::now() != Generation(0) {
        stop_child_of_job();
    }
}

#[cold]
fn stop_child_of_job() {
    if worker::current().is_none() {
        die("a process forked inside a job returned from the job; such a process must end in \
             exec or _exit");
    }
}
