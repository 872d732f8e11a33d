//! The plainest pool: a `VecDeque` under a mutex, and a condition variable.

use crate::workers;
use crate::{Hooks, Job, Options, Pool, Refused};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// A pool around a `Mutex<VecDeque>`. Jobs are taken in the order in which they were queued.
pub struct VecDequePool<J> {
    queue: Arc<Queue<J>>,
    handles: Vec<JoinHandle<()>>,
}

struct Queue<J> {
    state: Mutex<State<J>>,
    /// Notified after a change of `state`: a job was queued, or the end was reached.
    changed: Condvar,
    /// Jobs that may wait; immutable.
    limit: usize,
}

struct State<J> {
    jobs: VecDeque<J>,
    /// Workers that wait on `changed`.
    idle: usize,
    /// Workers to stop once all of them are idle and no job is left; `None`: run on.
    stop: Option<usize>,
}

impl<J: Job> Queue<J> {
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: J) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.jobs.len() >= self.limit {
            return Err(Refused::Full);
        }
        if state.stop == Some(state.idle) {
            return Err(Refused::Over);
        }
        state.jobs.push_back(job);
        let somebody_waits = state.idle > 0;
        drop(state);
        if somebody_waits {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// The next job, or `None`: the pool is to stop, no job is queued and none runs that could
    /// queue one, for every worker waits here.
    fn pop(&self) -> Option<J> {
        let mut state = self.lock();
        state.idle += 1;
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.idle -= 1;
                return Some(job);
            }
            if state.stop == Some(state.idle) {
                self.changed.notify_all();
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self, hooks: &dyn Hooks) {
        // A panicking job: `workers::run` catches the panic, and the thread lives on. The lock is
        // not held while a job runs, so that a panic does not poison it. Letting the thread die
        // and starting another would keep broken thread-locals from the next job, for the price
        // of a thread per panic (19 µs against 2) that the system may refuse.
        while let Some(job) = self.pop() {
            workers::run(job, hooks);
        }
    }

    fn stop(&self, workers: usize) {
        self.lock().stop = Some(workers);
        self.changed.notify_all();
    }
}

impl<J: Job> Pool<J> for VecDequePool<J> {
    const NAME: &'static str = "vecdeque";

    fn new(options: Options, hooks: Arc<dyn Hooks>) -> io::Result<Self> {
        let queue = Arc::new(Queue {
            state: Mutex::new(State { jobs: VecDeque::new(), idle: 0, stop: None }),
            changed: Condvar::new(),
            limit: options.max_queued.map_or(usize::MAX, |most| most.get()),
        });
        let worker = Arc::clone(&queue);
        let work = move |hooks: &dyn Hooks| worker.work(hooks);
        let handles = workers::start_all(&options, &hooks, work, |started| queue.stop(started))?;
        Ok(Self { queue, handles })
    }

    fn spawn(&self, job: J) -> Result<(), Refused> {
        self.queue.push(job)
    }

    fn destroy(self) {
        self.queue.stop(self.handles.len());
        workers::join(self.handles);
    }
}
