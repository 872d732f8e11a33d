//! The method of `bench/pool` (batches.c, jobs.c, look.c), and its workload one_producer
//! (producers.c): the same sizes, the same budget, the same way to wait, so that the figures stand
//! side by side.

use crate::give_way::GiveWay;
use crate::look::Look;
use crate::tally::{self, Sums};
use rust_pools::{BoxedJob, Hooks, Job, Options, Pool};
use std::any::Any;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BUDGET: Duration = Duration::from_millis(150);
const FEWEST_BATCHES: usize = 3;
const STUCK: Duration = Duration::from_secs(5);

/// What a job is to the pool.
pub trait Countable: Job {
    /// A job that counts itself and its argument, and does nothing else.
    fn new(argument: u64) -> Self;
}

/// A program's one kind of job, queued as it is.
pub struct Count(u64);

impl Job for Count {
    #[inline]
    fn run(self) {
        tally::add(self.0);
    }
}

impl Countable for Count {
    #[inline]
    fn new(argument: u64) -> Self {
        Self(argument)
    }
}

impl Countable for BoxedJob {
    #[inline]
    fn new(argument: u64) -> Self {
        Box::new(move || tally::add(argument))
    }
}

struct Counting;

impl Hooks for Counting {
    fn worker_started(&self, index: usize) {
        tally::enter(index);
    }

    fn worker_stopped(&self) {}

    fn job_panicked(&self, _payload: Box<dyn Any + Send>) {
        unreachable!("the jobs only count");
    }
}

/// What one process measured.
pub struct Measured {
    /// Median over the batches.
    pub ns_per_job: f64,
    /// Jobs in each of them.
    pub jobs_per_batch: u64,
    /// How many there were.
    pub batches: usize,
}

/// How a workload grows: from 2^`smallest` jobs until a batch takes `enough`.
pub struct Growth {
    /// Of the first batch.
    pub smallest: u32,
    /// At most this.
    pub largest: u32,
    /// No larger batches than one that takes this long.
    pub enough: Duration,
}

const GROWTH: Growth = Growth { smallest: 10, largest: 20, enough: Duration::from_millis(20) };

/// Until `expected` jobs have been counted, `before` of which were before `began`.
pub fn wait(threads: usize, expected: u64, before: u64, began: Instant) -> Result<(), String> {
    let _gives_way = GiveWay::new();
    let (mut look, mut progress) = (Look::new(began, before), Instant::now());
    loop {
        let (counted, now) = (tally::read(threads).jobs, Instant::now());
        if counted >= expected {
            return Ok(());
        }
        let left = expected - counted;
        if counted != look.done {
            progress = now;
        } else if now - progress > STUCK {
            return Err(format!("{left} of {expected} jobs never ran"));
        }
        std::thread::sleep(look.next(now, counted, left));
    }
}

/// `batch` runs one of a size: how long it took, and how many jobs it had.
pub fn batches(
    growth: &Growth,
    mut batch: impl FnMut(u32) -> Result<(Duration, u64), String>,
) -> Result<Measured, String> {
    let mut size = growth.smallest;
    while batch(size)?.0 < growth.enough && size < growth.largest {
        size += 1;
    }
    let (mut jobs_per_batch, mut used, mut ns_per_job) = (0, Duration::ZERO, Vec::new());
    while used < BUDGET || ns_per_job.len() < FEWEST_BATCHES {
        let (took, jobs) = batch(size)?;
        (jobs_per_batch, used) = (jobs, used + took);
        ns_per_job.push(took.as_nanos() as f64 / jobs as f64);
    }
    let batches = ns_per_job.len();
    Ok(Measured { batches, ns_per_job: median(&mut ns_per_job), jobs_per_batch })
}

/// The lower one of two middle values.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

/// A pool without a limit, whose workers count.
pub fn new_pool<J: Job, P: Pool<J>>(threads: usize) -> Result<P, String> {
    let name = "pool".to_owned();
    let options = Options { threads, max_queued: None, stack_size: None, name };
    P::new(options, Arc::new(Counting)).map_err(|error| error.to_string())
}

/// One thread spawns the jobs. The time from the first spawn to the end of the last job.
fn produce<J: Countable, P: Pool<J>>(
    pool: &P,
    threads: usize,
    arguments: Range<u64>,
    expected: &mut Sums,
) -> Result<Duration, String> {
    let before = expected.jobs;
    arguments.clone().for_each(|argument| expected.add(argument));
    let spawn_all = || {
        let began = Instant::now();
        arguments.for_each(|argument| pool.spawn(J::new(argument)).expect("no limit was set"));
        began
    };
    let began = std::thread::scope(|scope| scope.spawn(spawn_all).join())
        .map_err(|_| "the producer panicked".to_owned())?;
    wait(threads, expected.jobs, before, began)?;
    Ok(began.elapsed())
}

/// Measures, destroys the pool, and verifies that what ran is exactly what was spawned.
pub fn one_producer<J: Countable, P: Pool<J>>(
    threads: usize,
    seed: u64,
) -> Result<Measured, String> {
    let pool = new_pool::<J, P>(threads)?;
    let (mut next, mut expected) = (seed, Sums::default());
    let measured = batches(&GROWTH, |size| {
        let (first, jobs) = (next, 1u64 << size);
        next += jobs;
        Ok((produce(&pool, threads, first..next, &mut expected)?, jobs))
    })?;
    pool.destroy();
    if tally::read(threads) != expected {
        return Err("what ran is not what was spawned: the sums differ".to_owned());
    }
    Ok(measured)
}
