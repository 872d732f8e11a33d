//! `thread_pool.h` on the backend `vecdeque`.
type Backend = rust_pools::VecDequePool<thread_pool_glue::Job>;

#[path = "../../../exports.rs"]
mod exports;
