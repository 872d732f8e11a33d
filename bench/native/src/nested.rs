//! The workload nested, as `bench/pool/nested.c` has it: a job spawns two, to a depth of 18.

use crate::measure::{batches, new_pool, wait, Growth, Measured};
use crate::tally::{self, Sums};
use rust_pools::{CrossbeamPool, Job, MpscPool, Pool, RayonPool, VecDequePool};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const GROWTH: Growth = Growth { smallest: 8, largest: 18, enough: Duration::from_millis(300) };

/// Nodes are numbered as in a heap, from 1; the leaves begin here.
static LEAVES: AtomicU64 = AtomicU64::new(0);

/// A kind of pool, and where the one that is measured stands: a job must find it.
pub trait Tree: Send + Sized + 'static {
    /// Its jobs are nodes of this tree.
    type Pool: Pool<Node<Self>>;

    /// Set before the first job; its pool ends with the process.
    fn pool() -> &'static OnceLock<Self::Pool>;
}

/// A node by its number.
pub struct Node<T>(u64, PhantomData<fn() -> T>);

impl<T: Tree> Job for Node<T> {
    #[inline]
    fn run(self) {
        // Relaxed: written while no job runs; spawning the root comes after it.
        if self.0 < LEAVES.load(Ordering::Relaxed) {
            spawn::<T>(2 * self.0);
            spawn::<T>(2 * self.0 + 1);
        }
        tally::add(self.0);
    }
}

#[inline]
fn spawn<T: Tree>(number: u64) {
    let pool = T::pool().get().expect("it was made before the first job");
    pool.spawn(Node(number, PhantomData)).expect("no limit was set");
}

macro_rules! tree {
    ($name:ident, $pool:ty) => {
        pub struct $name;
        impl Tree for $name {
            type Pool = $pool;
            fn pool() -> &'static OnceLock<Self::Pool> {
                static POOL: OnceLock<$pool> = OnceLock::new();
                &POOL
            }
        }
    };
}
tree!(Rayon, RayonPool);
tree!(Crossbeam, CrossbeamPool<Node<Crossbeam>>);
tree!(Mpsc, MpscPool<Node<Mpsc>>);
tree!(VecDeque, VecDequePool<Node<VecDeque>>);

/// The time from the root's spawn to the end of the last leaf.
fn grow<T: Tree>(
    depth: u32,
    threads: usize,
    expected: &mut Sums,
) -> Result<(Duration, u64), String> {
    let (before, jobs) = (expected.jobs, (2u64 << depth) - 1);
    LEAVES.store(1 << depth, Ordering::Relaxed); // no job runs; partner: `run`
    (1..=jobs).for_each(|number| expected.add(number));
    let began = Instant::now();
    spawn::<T>(1);
    wait(threads, expected.jobs, before, began)?;
    Ok((began.elapsed(), jobs))
}

/// Measures, and verifies that every node ran once.
pub fn nested<T: Tree>(threads: usize, _seed: u64) -> Result<Measured, String> {
    let mut expected = Sums::default();
    T::pool().get_or_init(|| new_pool(threads).expect("a pool can be made"));
    let measured = batches(&GROWTH, |depth| grow::<T>(depth, threads, &mut expected))?;
    if tally::read(threads) != expected {
        return Err("what ran is not what was spawned: the sums differ".to_owned());
    }
    Ok(measured)
}
