//! What a worker knows about itself, in thread-local storage that needs no destructor.

use crate::fork::Generation;
use crate::panic::Observer;
use std::cell::Cell;
use std::ptr;

/// The pool that the current thread works for.
#[derive(Clone, Copy)]
pub(crate) struct Worker {
    /// Compared, never followed.
    pub(crate) observer: *const Observer,
    pub(crate) index: i32,
    /// When the worker started.
    pub(crate) generation: Generation,
}

thread_local! {
    static WORKER: Cell<Option<Worker>> = const { Cell::new(None) };
}

extern "C" {
    fn pthread_setcancelstate(state: i32, old: *mut i32) -> i32;
}

const PTHREAD_CANCEL_DISABLE: i32 = 1;

/// The current thread becomes a worker. It can no longer be cancelled: a cancellation would
/// unwind through Rust frames, which aborts the process.
pub(crate) fn enter(observer: &Observer, index: usize) {
    // SAFETY: a null `old` is allowed on Linux; the state is a valid one.
    unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, ptr::null_mut()) };
    let index = i32::try_from(index).expect("at most MAX_THREADS workers");
    WORKER.set(Some(Worker { observer, index, generation: Generation::now() }));
}

/// The current thread is a worker no more; destructors of its thread-locals run after this.
pub(crate) fn leave() {
    WORKER.set(None);
}

pub(crate) fn current() -> Option<Worker> {
    WORKER.get()
}

/// The worker's index, or -1 elsewhere.
pub fn current_index() -> i32 {
    WORKER.get().map_or(-1, |worker| worker.index)
}
