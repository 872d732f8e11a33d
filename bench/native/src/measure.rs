//! The workload one_producer, by the method of `bench/pool` (batches.c, producers.c, jobs.c): the
//! same sizes, the same budget, the same way to wait, so that the figures stand side by side.

use crate::tally::{self, Sums};
use rust_pools::{BoxedJob, Hooks, Job, Options, Pool};
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SMALLEST: u32 = 10;
const LARGEST: u32 = 20;
const ENOUGH: Duration = Duration::from_millis(20);
const BUDGET: Duration = Duration::from_millis(150);
const FEWEST_BATCHES: usize = 3;
const SHORTEST_LOOK: Duration = Duration::from_micros(20);
const LONGEST_LOOK: Duration = Duration::from_millis(20);
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

struct Bench<P> {
    pool: P,
    threads: usize,
    next_argument: u64,
    expected: Sums,
}

/// Half of what `left` jobs take at the rate at which `done` jobs took `elapsed`.
fn time_to_look(left: u64, done: u64, elapsed: Duration) -> Duration {
    if done == 0 {
        return 10 * SHORTEST_LOOK;
    }
    let half = elapsed.mul_f64(0.5 * left as f64 / done as f64);
    half.clamp(SHORTEST_LOOK, LONGEST_LOOK)
}

impl<P> Bench<P> {
    fn wait(&self, before: u64, began: Instant) -> Result<(), String> {
        let (mut seen, mut progress) = (before, Instant::now());
        loop {
            let (counted, now) = (tally::read(self.threads).jobs, Instant::now());
            if counted >= self.expected.jobs {
                return Ok(());
            }
            let left = self.expected.jobs - counted;
            if counted != seen {
                (seen, progress) = (counted, now);
            } else if now - progress > STUCK {
                return Err(format!("{left} of {} jobs never ran", self.expected.jobs));
            }
            std::thread::sleep(time_to_look(left, counted - before, now - began));
        }
    }

    /// One thread spawns 2^size jobs. The time from the first spawn to the end of the last job.
    fn batch<J: Countable>(&mut self, size: u32) -> Result<Duration, String>
    where
        P: Pool<J>,
    {
        let (before, first, jobs) = (self.expected.jobs, self.next_argument, 1u64 << size);
        let arguments = first..first.wrapping_add(jobs);
        arguments.clone().for_each(|argument| self.expected.add(argument));
        self.next_argument = arguments.end;
        let pool = &self.pool;
        let produce = || {
            let began = Instant::now();
            arguments.for_each(|argument| pool.spawn(J::new(argument)).expect("no limit was set"));
            began
        };
        let began = std::thread::scope(|scope| scope.spawn(produce).join())
            .map_err(|_| "the producer panicked".to_owned())?;
        self.wait(before, began)?;
        Ok(began.elapsed())
    }

    fn warm_up<J: Countable>(&mut self) -> Result<u32, String>
    where
        P: Pool<J>,
    {
        let mut size = SMALLEST;
        while self.batch(size)? < ENOUGH && size < LARGEST {
            size += 1;
        }
        Ok(size)
    }

    fn batches<J: Countable>(&mut self) -> Result<Measured, String>
    where
        P: Pool<J>,
    {
        let size = self.warm_up()?;
        let (jobs, mut used, mut ns_per_job) = (1u64 << size, Duration::ZERO, Vec::new());
        while used < BUDGET || ns_per_job.len() < FEWEST_BATCHES {
            let took = self.batch(size)?;
            used += took;
            ns_per_job.push(took.as_nanos() as f64 / jobs as f64);
        }
        Ok(Measured {
            batches: ns_per_job.len(),
            ns_per_job: median(&mut ns_per_job),
            jobs_per_batch: jobs,
        })
    }
}

/// The lower one of two middle values.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

/// Measures, destroys the pool, and verifies that what ran is exactly what was spawned.
pub fn one_producer<J: Countable, P: Pool<J>>(
    threads: usize,
    seed: u64,
) -> Result<Measured, String> {
    let name = "pool".to_owned();
    let options = Options { threads, max_queued: None, stack_size: None, name };
    let pool = P::new(options, Arc::new(Counting)).map_err(|error| error.to_string())?;
    let mut bench = Bench { pool, threads, next_argument: seed, expected: Sums::default() };
    let measured = bench.batches()?;
    bench.pool.destroy();
    if tally::read(threads) != bench.expected {
        return Err("what ran is not what was spawned: the sums differ".to_owned());
    }
    Ok(measured)
}
