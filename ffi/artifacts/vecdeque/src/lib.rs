//! `thread_pool.h` on the backend `vecdeque`.
use rust_pools::VecDequePool as Backend;

#[path = "../../../exports.rs"]
mod exports;
