//! What every pool promises, asked of each through the trait. The suite in C asks far more, of the
//! same pools behind the C ABI; this one fails closer to the fault.

use rust_pools::{BoxedJob, Hooks, Options, Pool, Refused};
use std::any::Any;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

#[derive(Default)]
struct Record {
    started: AtomicUsize,
    stopped: AtomicUsize,
    panics: Mutex<Vec<&'static str>>,
}

impl Hooks for Record {
    fn worker_started(&self, _index: usize) {
        self.started.fetch_add(1, Ordering::SeqCst);
    }

    fn worker_stopped(&self) {
        self.stopped.fetch_add(1, Ordering::SeqCst);
    }

    fn job_panicked(&self, payload: Box<dyn Any + Send>) {
        let message = payload.downcast::<&'static str>().expect("our own payload");
        self.panics.lock().unwrap().push(*message);
    }
}

fn options(threads: usize, max_queued: usize) -> Options {
    let max_queued = NonZeroUsize::new(max_queued);
    Options { threads, max_queued, stack_size: None, name: "test".to_owned() }
}

fn pool<P: Pool<BoxedJob>>(threads: usize, max_queued: usize) -> (P, Arc<Record>) {
    let record = Arc::new(Record::default());
    (P::new(options(threads, max_queued), record.clone()).unwrap(), record)
}

fn spawn<P: Pool<BoxedJob>>(pool: &P, job: impl FnOnce() + Send + 'static) -> Result<(), Refused> {
    pool.spawn(Box::new(job))
}

fn destroy_runs_what_is_queued<P: Pool<BoxedJob>>() {
    let (pool, record) = pool::<P>(3, 0);
    let count = Arc::new(AtomicUsize::new(0));
    for _ in 0..10_000 {
        let count = Arc::clone(&count);
        spawn(&pool, move || _ = count.fetch_add(1, Ordering::SeqCst)).unwrap();
    }
    pool.destroy();
    assert_eq!(count.load(Ordering::SeqCst), 10_000);
    assert_eq!(record.started.load(Ordering::SeqCst), 3);
    assert_eq!(record.stopped.load(Ordering::SeqCst), 3);
}

fn as_many_jobs_as_workers_run_at_once<P: Pool<BoxedJob>>() {
    let (pool, _) = pool::<P>(4, 0);
    let barrier = Arc::new(Barrier::new(5));
    for _ in 0..4 {
        let barrier = Arc::clone(&barrier);
        spawn(&pool, move || _ = barrier.wait()).unwrap();
    }
    barrier.wait();
    pool.destroy();
}

fn a_panic_ends_its_job_only<P: Pool<BoxedJob>>() {
    let (pool, record) = pool::<P>(2, 0);
    for _ in 0..100 {
        spawn(&pool, || std::panic::resume_unwind(Box::new("boom"))).unwrap();
    }
    let barrier = Arc::new(Barrier::new(3));
    for _ in 0..2 {
        let barrier = Arc::clone(&barrier);
        spawn(&pool, move || _ = barrier.wait()).unwrap();
    }
    barrier.wait(); // both workers are alive
    pool.destroy();
    assert_eq!(*record.panics.lock().unwrap(), vec!["boom"; 100]);
}

fn a_full_pool_says_so<P: Pool<BoxedJob>>() {
    let (pool, _) = pool::<P>(1, 2);
    let (started, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (in_job, end_of_job) = (Arc::clone(&started), Arc::clone(&go_on));
    spawn(&pool, move || {
        in_job.wait();
        end_of_job.wait();
    })
    .unwrap();
    started.wait(); // it runs, and no longer counts
    assert_eq!(
        [(); 4].map(|()| spawn(&pool, || ())),
        [Ok(()), Ok(()), Err(Refused::Full), Err(Refused::Full)]
    );
    go_on.wait();
    while spawn(&pool, || ()) == Err(Refused::Full) {
        std::thread::yield_now();
    }
    pool.destroy();
}

macro_rules! for_every_pool {
    ($($test:ident)*) => {
        for_every_pool! { @ rayon rust_pools::RayonPool, $($test)* }
        for_every_pool! { @ crossbeam rust_pools::CrossbeamPool<rust_pools::BoxedJob>, $($test)* }
        for_every_pool! { @ mpsc rust_pools::MpscPool<rust_pools::BoxedJob>, $($test)* }
        for_every_pool! { @ vecdeque rust_pools::VecDequePool<rust_pools::BoxedJob>, $($test)* }
    };
    (@ $name:ident $pool:ty, $($test:ident)*) => {
        mod $name {
            $(#[test]
            fn $test() {
                super::$test::<$pool>();
            })*
        }
    };
}

for_every_pool! {
    destroy_runs_what_is_queued
    as_many_jobs_as_workers_run_at_once
    a_panic_ends_its_job_only
    a_full_pool_says_so
}
