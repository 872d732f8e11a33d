//! Knows whether a pool was made before the process was forked, without a system call per spawn.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

/// Forks between the first process and this one. Relaxed throughout: only `count_fork` writes it,
/// in a child that has one thread yet, and whatever runs there later comes after.
static FORKS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed); // Relaxed: see FORKS
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
    // SAFETY: `count_fork` is async-signal-safe, and the library is never unloaded.
    match WATCHED.get_or_init(|| unsafe { libc::pthread_atfork(None, None, Some(count_fork)) }) {
        0 => Ok(()),
        error => Err(*error),
    }
}
