//! A job's panic, from the C call that raises it to the handler that hears of it.
//!
//! 1. `panic_current_job`, deep inside the job: refuse (message, abort) unless a job runs here
//!    that is not panicking already; copy the message; count. Counted here, and not at the end,
//!    so that whoever learns from one of the job's cleanups that it is over finds it counted.
//! 2. `resume_unwind` runs the cleanups of the job's frames and lands in the backend's
//!    `catch_unwind`. It passes by the panic hook: nothing is printed.
//! 3. `Observer::job_panicked`: the handler, or one line on stderr.
//!
//! A job that does not panic pays for none of this: what is allowed is asked on the panic's way.

use crate::diagnostics::{die, print};
use crate::worker::{self, State, Worker};
use rust_pools::Hooks;
use std::any::Any;
use std::ffi::{c_char, c_void, CStr, CString};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

/// `thread_pool_panic_handler`.
pub type PanicHandler = extern "C" fn(context: *mut c_void, message: *const c_char);

/// What unwinds. A type of its own, so that no other panic is taken for it.
struct Message(CString);

/// Ends the current job.
///
/// # Safety
/// `message` is null or a C string.
pub unsafe fn panic_current_job(message: *const c_char) -> ! {
    // Copied: it may lie in a frame that is about to go.
    let message = match message.is_null() {
        true => c"(no message)".to_owned(),
        // SAFETY: the caller's promise.
        false => unsafe { CStr::from_ptr(message) }.to_owned(),
    };
    match panicking_worker() {
        // SAFETY: the worker is running, and so keeps its observer alive.
        Ok(worker) => unsafe { &*worker.observer }.count(),
        Err(why) => die(&format!("{why}: {}", message.to_string_lossy())),
    }
    resume_unwind(Box::new(Message(message)))
}

fn panicking_worker() -> Result<Worker, &'static str> {
    match (worker::current(), worker::state()) {
        (None, _) | (_, State::Ended) => Err("panic outside a job"),
        (_, State::Reporting) => Err("panic in a panic handler"),
        _ if std::thread::panicking() => Err("panic while a panic is under way"),
        (Some(worker), State::Running) => Ok(worker),
    }
}

/// Counts a pool's panics and calls its handler.
pub(crate) struct Observer {
    handler: Option<PanicHandler>,
    context: *mut c_void,
    pool_name: String,
    /// Relaxed throughout: a number that guards no data.
    panics: AtomicU64,
}

// SAFETY: the user promises that the handler may be called with this context on every worker.
unsafe impl Send for Observer {}
// SAFETY: as above.
unsafe impl Sync for Observer {}

impl Observer {
    pub(crate) fn new(
        handler: Option<PanicHandler>,
        context: *mut c_void,
        pool_name: String,
    ) -> Self {
        Self { handler, context, pool_name, panics: AtomicU64::new(0) }
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed) // Relaxed: see `panics`
    }

    fn count(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed); // Relaxed: see `panics`
    }

    fn report(&self, message: &CStr) {
        match self.handler {
            Some(handler) => handler(self.context, message.as_ptr()),
            None => {
                let message = message.to_string_lossy();
                print(&format!("a job of '{}' panicked: {message}", self.pool_name));
            }
        }
    }
}

impl Hooks for Observer {
    fn worker_started(&self, index: usize) {
        worker::enter(self, index);
    }

    fn worker_stopped(&self) {
        worker::set_state(State::Ended);
    }

    fn job_panicked(&self, payload: Box<dyn Any + Send>) {
        worker::disable_cancellation(); // the job had no chance to undo what it may have changed
        worker::set_state(State::Reporting);
        match payload.downcast::<Message>() {
            Ok(message) => self.report(&message.0),
            Err(_) => {
                self.count();
                self.report(c"a panic of Rust code");
            }
        }
        worker::set_state(State::Running);
    }
}
