//! The pool that a C caller holds.

use crate::fork::{self, Generation};
use crate::options::{decode, RawOptions, MAX_THREADS};
use crate::panic::Observer;
use crate::signals::Blocked;
use crate::worker;
use libc::{EAGAIN, ECANCELED, EDEADLK};
use rust_pools::Refused;
use std::ffi::c_void;
use std::mem::{size_of, ManuallyDrop};
use std::ptr;
use std::sync::Arc;

/// A C job and its argument, two words, and no more with an `Option` around it: this is what the
/// pools queue. The function may unwind: that is how `thread_pool_panic` ends it.
pub struct Job {
    /// The function.
    pub run: extern "C-unwind" fn(*mut c_void),
    /// Its argument.
    pub arg: *mut c_void,
}

// SAFETY: the user hands `arg` over to whichever worker runs the job.
unsafe impl Send for Job {}

const _: () = assert!(size_of::<Option<Job>>() == 2 * size_of::<usize>());

impl rust_pools::Job for Job {
    #[inline]
    fn run(self) {
        (self.run)(self.arg);
        fork::stop_child();
    }
}

/// A backend and what C wants to know about it.
pub struct Pool<B: rust_pools::Pool<Job>> {
    backend: ManuallyDrop<B>,
    /// The process that made the pool.
    generation: Generation,
    threads: u32,
    observer: Arc<Observer>,
}

impl<B: rust_pools::Pool<Job>> Pool<B> {
    /// Makes the pool and all its threads, or returns an error number.
    ///
    /// # Safety
    /// `raw` holds what `thread_pool_options` says.
    pub unsafe fn new(raw: &RawOptions) -> Result<Self, i32> {
        // SAFETY: the caller's promise.
        let options = unsafe { decode(raw) }?;
        fork::watch()?;
        let observer =
            Arc::new(Observer::new(raw.on_panic, raw.on_panic_context, options.name.clone()));
        let blocked = Blocked::new();
        let backend = B::new(options, observer.clone()).map_err(|_| EAGAIN)?;
        drop(blocked);
        Ok(Self {
            backend: ManuallyDrop::new(backend),
            generation: Generation::now(),
            threads: raw.threads,
            observer,
        })
    }

    /// Queues `job`, or returns an error number.
    #[inline]
    pub fn spawn(&self, job: Job) -> Result<(), i32> {
        if self.generation != Generation::now() {
            return Err(ECANCELED);
        }
        self.backend.spawn(job).map_err(|refused| match refused {
            Refused::Full => EAGAIN,
            Refused::Over => ECANCELED,
        })
    }

    /// Ends the pool, or returns an error number and leaves it as it is. After success the
    /// memory may be freed.
    ///
    /// # Safety
    /// The pool is not used again after success, except by its own jobs until they end.
    pub unsafe fn destroy(&self) -> Result<(), i32> {
        self.may_be_destroyed()?;
        // SAFETY: `backend` is not touched again except by running jobs, which call `spawn` on
        // the original of this copy. They find everything in place: `rust_pools::Pool::destroy`
        // promises that until the last worker has ended, and ends no worker that runs a job. For
        // rayon, which gives up its handle first, each worker holds another to the same registry.
        let backend = unsafe { ptr::read(&*self.backend) };
        backend.destroy();
        Ok(())
    }

    fn may_be_destroyed(&self) -> Result<(), i32> {
        if self.generation != Generation::now() {
            return Err(ECANCELED);
        }
        match worker::current() {
            Some(worker) if ptr::eq(worker.observer, &*self.observer) => Err(EDEADLK),
            _ => Ok(()),
        }
    }

    /// Number of workers.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// Jobs that panicked so far.
    pub fn panics(&self) -> u64 {
        self.observer.panics()
    }
}

/// CPUs this process may use, by affinity and cgroup quota.
pub fn default_threads() -> u32 {
    let cpus = std::thread::available_parallelism().map_or(1, |cpus| cpus.get());
    u32::try_from(cpus).unwrap_or(MAX_THREADS).min(MAX_THREADS)
}

/// A backend's name as a C string of fixed room.
#[must_use]
pub const fn c_name(name: &str) -> [u8; 32] {
    let (name, mut bytes) = (name.as_bytes(), [0; 32]);
    assert!(name.len() < bytes.len());
    let mut at = 0;
    while at < name.len() {
        bytes[at] = name[at];
        at += 1;
    }
    bytes
}
