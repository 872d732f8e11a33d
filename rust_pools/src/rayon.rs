//! rayon: a deque per worker, work stealing, one injector for jobs from outside.

use crate::limit::Limit;
use crate::workers;
use crate::{Hooks, Job, Options, Pool, Refused};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

/// A pool around a `rayon::ThreadPool`. Jobs from outside start in the order in which they were
/// queued; a job's own jobs start newest first on its worker, oldest first when stolen
/// (`spawn`, rayon's default, and not `spawn_fifo`).
pub struct RayonPool {
    pool: ThreadPool,
    limit: Option<Arc<Limit>>,
    handles: Vec<JoinHandle<()>>,
}

/// rayon keeps no thread handles of its own, and dropping its pool waits for nothing. Started by
/// this, the threads can be joined.
fn build(
    options: &Options,
    hooks: &Arc<dyn Hooks>,
    handles: &mut Vec<JoinHandle<()>>,
) -> io::Result<ThreadPool> {
    // rayon's deques share one collector in a process, which the first worker to look for a job makes
    // behind a `Once`. A child forked at that moment would wait for it for ever
    // (https://github.com/rust-lang/rust/issues/43448), so it is made before there are workers.
    crossbeam_epoch::default_collector();
    let on_panic = Arc::clone(hooks);
    ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .spawn_handler(|thread| {
            let index = thread.index();
            handles.push(workers::start(options, hooks, index, move || thread.run())?);
            Ok(())
        })
        // A panicking job: rayon catches the panic around each spawned job and hands it to this
        // handler; the thread lives on. Without a handler rayon aborts the process. Letting the
        // thread die is not on offer: its deque would be lost with the jobs in it.
        .panic_handler(move |payload| on_panic.job_panicked(payload))
        .build()
        .map_err(io::Error::other)
}

impl<J: Job> Pool<J> for RayonPool {
    const NAME: &'static str = "rayon";

    fn new(options: Options, hooks: Arc<dyn Hooks>) -> io::Result<Self> {
        let mut handles = Vec::with_capacity(options.threads);
        match build(&options, &hooks, &mut handles) {
            Ok(pool) => Ok(Self {
                pool,
                limit: options.max_queued.map(|most| Arc::new(Limit::new(most))),
                handles,
            }),
            Err(error) => {
                workers::join(handles); // rayon has told those that it started to end
                Err(error)
            }
        }
    }

    /// rayon boxes every job, together with what it needs to know itself.
    fn spawn(&self, job: J) -> Result<(), Refused> {
        match &self.limit {
            None => self.pool.spawn(move || job.run()),
            Some(limit) => {
                limit.admit()?;
                let limit = Arc::clone(limit);
                self.pool.spawn(move || {
                    limit.started();
                    drop(limit);
                    job.run();
                });
            }
        }
        Ok(())
    }

    /// rayon counts its spawned jobs and the handle to its pool, and ends the workers when none
    /// is left (`Registry::terminate`). A job that spawns is itself counted until it returns, so
    /// that the count cannot touch zero too early.
    fn destroy(self) {
        drop(self.pool);
        workers::join(self.handles);
        drop(self.limit);
    }
}
