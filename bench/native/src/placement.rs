//! Where within a page a process has its data: `bench/pool/placement.h` says why that is drawn.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

const LINE: usize = 64;
const LINES_OF_A_PAGE: usize = 64;

/// A number below `count`, another one in each process.
pub fn below(count: usize) -> usize {
    RandomState::new().hash_one(()) as usize % count
}

/// Everything that is allocated afterwards lies further on by a part of a page. Once, at first.
pub fn move_heap() {
    let kept = vec![0u8; LINE * below(LINES_OF_A_PAGE) + 1].leak();
    std::hint::black_box(kept); // or nothing is allocated
}
