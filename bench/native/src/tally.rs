//! Counts jobs as `bench/pool/tally.h` does: a cache line per worker, three sums.

use crate::placement;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;

/// The most workers of a pool.
pub const MOST_WORKERS: usize = 1024;

/// Written by one worker, read by the thread that measures. Lines are taken in pairs by the
/// adjacent-line prefetcher, hence 128.
#[repr(align(128))]
struct Line {
    jobs: AtomicU64,
    arguments: AtomicU64,
    squares: AtomicU64,
}

impl Line {
    const fn new() -> Self {
        Self { jobs: AtomicU64::new(0), arguments: AtomicU64::new(0), squares: AtomicU64::new(0) }
    }
}

/// The workers' lines come one after the other from one of these places on.
const PLACES: usize = 32;
const MOST_LINES: usize = MOST_WORKERS + PLACES - 1;
static LINES: [Line; MOST_LINES] = [const { Line::new() }; MOST_LINES];

fn lines(workers: usize) -> &'static [Line] {
    static FIRST: OnceLock<usize> = OnceLock::new();
    let first = *FIRST.get_or_init(|| placement::below(PLACES));
    &LINES[first..first + workers]
}

thread_local! {
    static MINE: Cell<Option<&'static Line>> = const { Cell::new(None) };
}

/// What was, or should have been, counted.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many jobs.
    pub jobs: u64,
    arguments: u64,
    squares: u64,
}

impl Sums {
    /// Adds one job.
    pub fn add(&mut self, argument: u64) {
        self.jobs += 1;
        self.arguments = self.arguments.wrapping_add(argument);
        self.squares = self.squares.wrapping_add(argument.wrapping_mul(argument));
    }
}

/// The current thread is worker `index`.
pub fn enter(index: usize) {
    MINE.set(lines(index + 1).last());
}

/// Relaxed load: the only writer is this thread.
#[inline]
fn bump(sum: &AtomicU64, by: u64, order: Ordering) {
    sum.store(sum.load(Ordering::Relaxed).wrapping_add(by), order);
}

/// In a job: one more has run, and this was its argument.
#[inline]
pub fn add(argument: u64) {
    let line = MINE.get().expect("jobs run on workers");
    bump(&line.arguments, argument, Ordering::Relaxed); // Relaxed: ordered by `jobs`
    bump(&line.squares, argument.wrapping_mul(argument), Ordering::Relaxed); // likewise
                                                                             // Release: whoever sees the job counted (`read`) sees its argument summed.
    bump(&line.jobs, 1, Ordering::Release);
}

/// What `workers` workers have counted since the process began.
pub fn read(workers: usize) -> Sums {
    let mut sums = Sums::default();
    for line in lines(workers) {
        // Acquire: with the release in `add`, a counted job is a summed one.
        sums.jobs += line.jobs.load(Ordering::Acquire);
        // Relaxed: ordered by `jobs`.
        sums.arguments = sums.arguments.wrapping_add(line.arguments.load(Ordering::Relaxed));
        sums.squares = sums.squares.wrapping_add(line.squares.load(Ordering::Relaxed));
    }
    sums
}
