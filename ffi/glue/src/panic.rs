//! A job's panic, from the C call that raises it to the handler that hears of it.
//!
//! Nothing here is paid by a job that does not panic: whether a panic is allowed is asked on the
//! way of the panic alone.

use crate::diagnostics::{die, print};
use crate::fork::Generation;
use crate::worker;
use rust_pools::Hooks;
use std::any::Any;
use std::cell::Cell;
use std::ffi::{c_char, c_void, CStr, CString};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

/// `thread_pool_panic_handler`.
pub type PanicHandler = extern "C" fn(context: *mut c_void, message: *const c_char);

/// What unwinds. Its own type, so that no other panic is taken for it.
struct Message(CString);

thread_local! {
    /// The panic handler runs on this thread.
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Ends the current job: unwinds its frames to the worker's `catch_unwind`, without the panic
/// hook and its lines on stderr.
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
    if let Some(why) = refusal() {
        die(&format!("{why}: {}", message.to_string_lossy()));
    }
    resume_unwind(Box::new(Message(message)))
}

fn refusal() -> Option<&'static str> {
    match worker::current() {
        None => Some("panic outside a job"),
        Some(worker) if worker.generation != Generation::now() => {
            Some("panic in a forked process, in a job of its parent's pool")
        }
        Some(_) if IN_HANDLER.get() => Some("panic in the panic handler"),
        Some(_) if std::thread::panicking() => Some("panic while a panic is under way"),
        Some(_) => None,
    }
}

/// Counts a pool's panics and calls its handler.
pub(crate) struct Observer {
    handler: Option<PanicHandler>,
    context: *mut c_void,
    /// Relaxed throughout: a number that guards no data.
    panics: AtomicU64,
}

// SAFETY: the user promises that the handler may be called with this context on every worker.
unsafe impl Send for Observer {}
// SAFETY: as above.
unsafe impl Sync for Observer {}

impl Observer {
    pub(crate) fn new(handler: Option<PanicHandler>, context: *mut c_void) -> Self {
        Self { handler, context, panics: AtomicU64::new(0) }
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed) // Relaxed: see `panics`
    }

    fn report(&self, message: &CStr) {
        match self.handler {
            None => print(&format!("a job panicked: {}", message.to_string_lossy())),
            Some(handler) => {
                IN_HANDLER.set(true);
                handler(self.context, message.as_ptr());
                IN_HANDLER.set(false);
            }
        }
    }
}

impl Hooks for Observer {
    fn worker_started(&self, index: usize) {
        worker::enter(self, index);
    }

    fn worker_stopped(&self) {
        worker::leave();
    }

    fn job_panicked(&self, payload: Box<dyn Any + Send>) {
        self.panics.fetch_add(1, Ordering::Relaxed); // Relaxed: see `panics`
        match payload.downcast::<Message>() {
            Ok(message) => self.report(&message.0),
            Err(_) => self.report(c"a panic of Rust code"),
        }
    }
}
