//! One unbounded MPMC channel of crossbeam, every worker receiving from it.

use crate::drain::{Drain, Outcome};
use crate::limit::Limit;
use crate::workers;
use crate::{Hooks, Job, Options, Pool, Refused};
use crossbeam_channel::{unbounded, Receiver, Sender};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

/// A job, or `None`: one worker shall stop. As small as the job where its type has a niche: a
/// reference, a box, a function pointer.
type Message<J> = Option<J>;

/// A pool around one crossbeam channel. Jobs start in the order in which they were queued.
pub struct CrossbeamPool<J> {
    queue: Arc<Queue<J>>,
    handles: Vec<JoinHandle<()>>,
}

struct Queue<J> {
    sender: Sender<Message<J>>,
    receiver: Receiver<Message<J>>,
    drain: Drain,
    limit: Option<Limit>,
}

impl<J: Job> Queue<J> {
    /// A channel cannot be disconnected while this struct holds both of its ends.
    fn send(&self, message: Message<J>) {
        self.sender.send(message).expect("the queue holds the receiver");
    }

    fn stop(&self, workers: usize) {
        self.drain.begin(workers);
        (0..workers).for_each(|_| self.send(None));
    }

    fn work(&self, hooks: &dyn Hooks) {
        // A panicking job: `workers::run` catches the panic, and the thread lives on. Letting the
        // thread die and starting another would cost a thread per panic (19 µs against 2), lose
        // its thread-locals and its index, and could fail. What is given up is isolation: a
        // thread-local value that the job left broken is met by the next job.
        while let Ok(Some(job)) = self.receiver.recv() {
            self.run(job, hooks);
        }
        self.drain.finish(|| self.next(), |job| self.run(job, hooks));
    }

    #[inline]
    fn run(&self, job: J, hooks: &dyn Hooks) {
        if let Some(limit) = &self.limit {
            limit.started();
        }
        workers::run(job, hooks);
    }

    /// The next job, while draining. Stops on the way to it are other workers': put back.
    fn next(&self) -> Option<J> {
        let mut stops = 0;
        let job = loop {
            match self.receiver.try_recv() {
                Ok(None) => stops += 1,
                Ok(job) => break job,
                Err(_) => break None,
            }
        };
        (0..stops).for_each(|_| self.send(None));
        job
    }

    /// Every worker has left: whoever queued a job takes one out again, and none is dropped unsaid.
    #[cold]
    fn take_back(&self) -> Result<(), Refused> {
        drop(self.next());
        Err(Refused::Over)
    }
}

impl<J: Job> Pool<J> for CrossbeamPool<J> {
    const NAME: &'static str = "crossbeam";

    fn new(options: Options, hooks: Arc<dyn Hooks>) -> io::Result<Self> {
        let (sender, receiver) = unbounded();
        let limit = options.max_queued.map(Limit::new);
        let queue = Arc::new(Queue { sender, receiver, drain: Drain::default(), limit });
        let worker = Arc::clone(&queue);
        let work = move |hooks: &dyn Hooks| worker.work(hooks);
        let handles = workers::start_all(&options, &hooks, work, |started| queue.stop(started))?;
        Ok(Self { queue, handles })
    }

    /// With a limit the channel stays unbounded and `Limit` counts: a bounded channel allocates
    /// all its slots at once, and its stop messages would wait for room.
    fn spawn(&self, job: J) -> Result<(), Refused> {
        if let Some(limit) = &self.queue.limit {
            limit.admit()?;
        }
        self.queue.send(Some(job));
        match self.queue.drain.spawned() {
            Outcome::Queued => Ok(()),
            Outcome::TooLate => self.queue.take_back(),
        }
    }

    fn destroy(self) {
        self.queue.stop(self.handles.len());
        workers::join(self.handles);
    }
}
