//! `thread_pool.h` on the backend `crossbeam`.
type Backend = rust_pools::CrossbeamPool<thread_pool_glue::Job>;

#[path = "../../../exports.rs"]
mod exports;
