//! `thread_pool.h` on the backend `mpsc`.
type Backend = rust_pools::MpscPool<thread_pool_glue::Job>;

#[path = "../../../exports.rs"]
mod exports;
