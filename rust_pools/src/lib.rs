//! Four thread pools in safe Rust behind one small trait, each as its library's users write it.
//!
//! * [`RayonPool`]: rayon, work stealing.
//! * [`CrossbeamPool`]: one MPMC channel of crossbeam.
//! * [`MpscPool`]: one channel of the standard library, its receiver behind a mutex.
//! * [`VecDequePool`]: a `VecDeque` under a mutex, with a condition variable.
//!
//! Nothing here knows of C. A job that panics ends with its panic caught on the worker, which
//! lives on. Running out of memory aborts the process, as everywhere in Rust's standard library.
#![forbid(unsafe_code)]

mod crossbeam;
mod drain;
mod limit;
mod mpsc;
mod rayon;
mod vecdeque;
mod workers;

use std::any::Any;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

pub use crossbeam::CrossbeamPool;
pub use mpsc::MpscPool;
pub use rayon::RayonPool;
pub use vecdeque::VecDequePool;

/// What a pool is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of workers, at least one.
    pub threads: usize,
    /// Jobs that may wait to start; `None`: no limit.
    pub max_queued: Option<NonZeroUsize>,
    /// Bytes of stack per worker; `None`: the standard library's default.
    pub stack_size: Option<usize>,
    /// Workers are named `<name>-<index>`.
    pub name: String,
}

/// What the pool's owner wants to hear. Every function is called on the worker it is about.
pub trait Hooks: Send + Sync + 'static {
    /// Before the first job of worker `index`.
    fn worker_started(&self, index: usize);
    /// After the last job, before the worker's thread-local destructors.
    fn worker_stopped(&self);
    /// A job panicked with `payload`; its frames are gone. Must not panic.
    fn job_panicked(&self, payload: Box<dyn Any + Send>);
}

/// Why a job was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `max_queued` jobs are waiting.
    Full,
    /// The pool has drained and its workers are ending: a thread-local destructor came too late.
    Over,
}

/// What a pool runs, once, on one of its workers.
///
/// Every closure is a job, and so is a box of one: `CrossbeamPool<BoxedJob>` takes jobs of any
/// shape. A program that has one kind of job makes it a type of its own, and the pool queues the
/// values themselves: no allocation and no virtual call per job.
pub trait Job: Send + 'static {
    /// Runs the job. It may panic.
    fn run(self);
}

impl<F: FnOnce() + Send + 'static> Job for F {
    #[inline]
    fn run(self) {
        self();
    }
}

/// A job of any shape.
pub type BoxedJob = Box<dyn FnOnce() + Send>;

/// A pool of threads that run jobs of type `J`. Dropping one that was not destroyed leaves its
/// workers running.
pub trait Pool<J: Job>: Sized + Send + Sync + 'static {
    /// The backend's name.
    const NAME: &'static str;

    /// Starts all workers, or none: on an error, those that had started have ended again.
    fn new(options: Options, hooks: Arc<dyn Hooks>) -> io::Result<Self>;

    /// Queues `job`, from any thread, workers included. Never waits for a job.
    fn spawn(&self, job: J) -> Result<(), Refused>;

    /// Runs what is queued and what those jobs spawn, then ends and joins every worker. Not to be
    /// called on a worker of this pool.
    ///
    /// What `spawn` uses stays in place until the last worker has ended: a caller from another
    /// language has jobs that spawn by the pool's address while this function owns the pool.
    fn destroy(self);
}
