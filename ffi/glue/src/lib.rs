//! What stands between the C ABI in `exports.rs` and a pool in safe Rust, for every backend.

mod diagnostics;
mod fork;
mod options;
mod panic;
mod pool;
mod signals;
mod worker;

pub use options::{decode, RawOptions, MAX_THREADS};
pub use panic::{panic_current_job, PanicHandler};
pub use pool::{c_name, default_threads, Job, Pool};
pub use worker::current_index;
