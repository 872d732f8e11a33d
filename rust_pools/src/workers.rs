//! Starting and joining workers, the same for every pool.

use crate::{Hooks, Job, Options};
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// Starts worker `index`, which runs `body` between the two hooks.
pub(crate) fn start<F>(
    options: &Options,
    hooks: &Arc<dyn Hooks>,
    index: usize,
    body: F,
) -> io::Result<JoinHandle<()>>
where
    F: FnOnce() + Send + 'static,
{
    let mut builder = Builder::new().name(format!("{}-{index}", options.name));
    if let Some(size) = options.stack_size {
        builder = builder.stack_size(size);
    }
    let hooks = Arc::clone(hooks);
    builder.spawn(move || {
        hooks.worker_started(index);
        body();
        hooks.worker_stopped();
    })
}

/// Starts all workers, each with `work(hooks)`, or none: when the system refuses a thread,
/// `stop(n)` ends the `n` that have started, and they are joined.
pub(crate) fn start_all<W>(
    options: &Options,
    hooks: &Arc<dyn Hooks>,
    work: W,
    stop: impl FnOnce(usize),
) -> io::Result<Vec<JoinHandle<()>>>
where
    W: Fn(&dyn Hooks) + Clone + Send + 'static,
{
    let mut handles = Vec::with_capacity(options.threads);
    for index in 0..options.threads {
        let (work, own_hooks) = (work.clone(), Arc::clone(hooks));
        match start(options, hooks, index, move || work(&*own_hooks)) {
            Ok(handle) => handles.push(handle),
            Err(error) => {
                stop(handles.len());
                join(handles);
                return Err(error);
            }
        }
    }
    Ok(handles)
}

/// Runs `job` and tells `hooks` when it panicked; the worker goes on.
#[inline]
pub(crate) fn run(job: impl Job, hooks: &dyn Hooks) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| job.run())) {
        hooks.job_panicked(payload);
    }
}

/// Waits until the workers have ended, their thread-local destructors included.
pub(crate) fn join(handles: Vec<JoinHandle<()>>) {
    for handle in handles {
        handle.join().expect("a worker runs its jobs under catch_unwind");
    }
}
