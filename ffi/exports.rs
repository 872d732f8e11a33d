//! The C ABI, written once. Each crate in `artifacts/` compiles this file with its own `Backend`.
#![allow(non_camel_case_types)]

use super::Backend;
use libc::EINVAL;
use rust_pools::Pool as _;
use std::ffi::{c_char, c_int, c_void};
use thread_pool_glue::{Job, Pool, RawOptions};

/// The most workers that a pool may have.
pub const THREAD_POOL_MAX_THREADS: u32 = 1024;
const _: () = assert!(THREAD_POOL_MAX_THREADS == thread_pool_glue::MAX_THREADS);

/// A pool. Opaque.
pub struct thread_pool(Pool<Backend>);

/// A job.
pub type thread_pool_job = Option<extern "C-unwind" fn(arg: *mut c_void)>;

/// A panic handler.
pub type thread_pool_panic_handler =
    Option<extern "C" fn(context: *mut c_void, message: *const c_char)>;

/// Options.
#[repr(C)]

pub struct thread_pool_options {
    /// Workers.
    pub threads: u32,
    /// Jobs waiting.
    pub max_queued: usize,
    /// Stack.
    pub stack_size: usize,
    /// Name.
    pub name: *const c_char,
    /// Handler.
    pub on_panic: thread_pool_panic_handler,
    /// Context.
    pub on_panic_context: *mut c_void,
}

fn error_number(result: Result<(), i32>) -> c_int {
    result.err().unwrap_or(0)
}

/// Default.
#[no_mangle]
pub extern "C" fn thread_pool_default_threads() -> u32 {
    thread_pool_glue::default_threads()
}

/// New.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_new(threads: u32, pool: *mut *mut thread_pool) -> c_int {
    let options = thread_pool_options {
        threads,
        max_queued: 0,
        stack_size: 0,
        name: std::ptr::null(),
        on_panic: None,
        on_panic_context: std::ptr::null_mut(),
    };
    unsafe { thread_pool_new_with(&options, pool) }
}

/// New with.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_new_with(
    options: *const thread_pool_options,
    pool: *mut *mut thread_pool,
) -> c_int {
    if options.is_null() || pool.is_null() {
        return EINVAL;
    }
    let options = unsafe { &*options };
    let raw = RawOptions {
        threads: options.threads,
        max_queued: options.max_queued,
        stack_size: options.stack_size,
        name: options.name,
        on_panic: options.on_panic,
        on_panic_context: options.on_panic_context,
    };
    error_number(unsafe { Pool::new(&raw) }.map(|made| {
        let made = Box::into_raw(Box::new(thread_pool(made)));
        unsafe { *pool = made };
    }))
}

/// Spawn.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_spawn(
    pool: *mut thread_pool,
    job: thread_pool_job,
    arg: *mut c_void,
) -> c_int {
    let Some(run) = job else { return EINVAL };
    if pool.is_null() {
        return EINVAL;
    }
    error_number(unsafe { &(*pool).0 }.spawn(Job { run, arg }))
}

/// Destroy.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_destroy(pool: *mut thread_pool) -> c_int {
    if pool.is_null() {
        return 0;
    }
    error_number(unsafe { (*pool).0.destroy() }.map(|()| drop(unsafe { Box::from_raw(pool) })))
}

/// Panic.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C-unwind" fn thread_pool_panic(message: *const c_char) -> ! {
    unsafe { thread_pool_glue::panic_current_job(message) }
}

/// Threads.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_threads(pool: *const thread_pool) -> u32 {
    unsafe { &(*pool).0 }.threads()
}

/// Panics.
///
/// # Safety
/// See the header.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_panics(pool: *const thread_pool) -> u64 {
    unsafe { &(*pool).0 }.panics()
}

/// Index.
#[no_mangle]
pub extern "C" fn thread_pool_worker_index() -> i32 {
    thread_pool_glue::current_index()
}

/// Backend.
#[no_mangle]
pub extern "C" fn thread_pool_backend() -> *const c_char {
    Backend::NAME.as_ptr()
}
