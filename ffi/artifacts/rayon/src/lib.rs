//! `thread_pool.h` on the backend `rayon`.
use rust_pools::RayonPool as Backend;

#[path = "../../../exports.rs"]
mod exports;
