//! What a worker knows about itself, in thread-local storage that needs no destructor and so
//! outlives the thread's other destructors.

use crate::panic::Observer;
use std::cell::Cell;
use std::ptr;

/// The current thread as a worker.
#[derive(Clone, Copy)]
pub(crate) struct Worker {
    /// Its pool's. The worker itself keeps it alive until `State::Ended`.
    pub(crate) observer: *const Observer,
    pub(crate) index: i32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// In a job, or between two.
    Running,
    /// In the panic handler.
    Reporting,
    /// After the last job: thread-local destructors.
    Ended,
}

thread_local! {
    static WORKER: Cell<Option<Worker>> = const { Cell::new(None) };
    static STATE: Cell<State> = const { Cell::new(State::Running) };
}

extern "C" {
    fn pthread_setcancelstate(state: i32, old: *mut i32) -> i32;
}

const PTHREAD_CANCEL_DISABLE: i32 = 1;

/// A cancellation would unwind through Rust frames, which aborts the process.
pub(crate) fn disable_cancellation() {
    // SAFETY: the state is a valid one, and Linux takes a null `old`.
    unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, ptr::null_mut()) };
}

/// The current thread becomes a worker.
pub(crate) fn enter(observer: &Observer, index: usize) {
    disable_cancellation();
    let index = i32::try_from(index).expect("at most MAX_THREADS workers");
    WORKER.set(Some(Worker { observer, index }));
}

/// The current thread is a worker no more.
pub(crate) fn forget() {
    WORKER.set(None);
}

pub(crate) fn current() -> Option<Worker> {
    WORKER.get()
}

/// The worker's index, until its very end, or -1 elsewhere.
#[must_use]
pub fn current_index() -> i32 {
    WORKER.get().map_or(-1, |worker| worker.index)
}

pub(crate) fn state() -> State {
    STATE.get()
}

pub(crate) fn set_state(state: State) {
    STATE.set(state);
}
