//! `thread_pool.h` on the backend `crossbeam`.
use rust_pools::CrossbeamPool as Backend;

#[path = "../../../exports.rs"]
mod exports;
