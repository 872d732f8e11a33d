//! `thread_pool.h` on the backend `mpsc`.
use rust_pools::MpscPool as Backend;

#[path = "../../../exports.rs"]
mod exports;
