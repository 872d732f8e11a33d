//! The C ABI, written once. Each crate in `artifacts/` compiles this file with its own `Backend`;
//! `header/` makes `include/thread_pool.h` from it. So the comments below are a manual for readers
//! of C, and what they promise is what each `SAFETY` here relies on.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]

use super::Backend;
use libc::EINVAL;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use thread_pool_glue::{Job, Pool, RawOptions};

/// The most workers that a pool may have.
pub const THREAD_POOL_MAX_THREADS: u32 = 1024;

/// A pool. Made by thread_pool_new, ended by thread_pool_destroy.
pub struct thread_pool(Pool<Backend>);

/// A job: runs once, on a worker, with the argument given to spawn. May block; then its worker
/// runs nothing else. Leaves by returning or by thread_pool_panic.
pub type thread_pool_job = Option<extern "C-unwind" fn(arg: *mut c_void)>;

/// Told of each job that panicked, on the worker that ran it, after the job's frames are gone and
/// before the worker's next job. On several workers at the same time. `message` is a copy, valid
/// until the handler returns. The handler may block and spawn. A panic in it aborts; it must not
/// throw or exit its thread.
pub type thread_pool_panic_handler =
    Option<extern "C" fn(context: *mut c_void, message: *const c_char)>;

/// What a pool is made of. What is not used is zero.
#[repr(C)]
pub struct thread_pool_options {
    /// Workers, 1 to THREAD_POOL_MAX_THREADS.
    pub threads: u32,
    /// Jobs that may wait to start; those that run do not count. 0: no limit, and nothing counts.
    pub max_queued: usize,
    /// Bytes of stack per worker, rounded up to whole pages. 0: the system's default.
    pub stack_size: usize,
    /// Workers are named "<name>-<index>", in at most 15 bytes for the largest index. UTF-8 where
    /// the backend is in Rust. NULL: "pool".
    pub name: *const c_char,
    /// NULL: one line on stderr per panic.
    pub on_panic: thread_pool_panic_handler,
    /// First argument of on_panic.
    pub on_panic_context: *mut c_void,
}

fn error_number(result: Result<(), i32>) -> c_int {
    result.err().unwrap_or(0)
}

/// The number of CPUs that this process may use, by its affinity mask and its control groups'
/// quota, now; 1 to THREAD_POOL_MAX_THREADS. Reads files below /proc and /sys: not for hot paths.
#[no_mangle]
pub extern "C" fn thread_pool_default_threads() -> u32 {
    const { assert!(THREAD_POOL_MAX_THREADS == thread_pool_glue::MAX_THREADS) };
    thread_pool_glue::default_threads()
}

/// As thread_pool_new_with, with all options but `threads` zero.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_new(threads: u32, pool: *mut *mut thread_pool) -> c_int {
    let options = thread_pool_options {
        threads,
        max_queued: 0,
        stack_size: 0,
        name: ptr::null(),
        on_panic: None,
        on_panic_context: ptr::null_mut(),
    };
    // SAFETY: the options are valid, and `pool` is the caller's promise.
    unsafe { thread_pool_new_with(&options, pool) }
}

/// Makes a pool and stores it in `*pool`. All its threads exist when this returns 0; on an error
/// those that had been made have ended again, and `*pool` is untouched. Waits for no job.
///
/// EINVAL   `options` or `pool` is NULL; no threads or more than THREAD_POOL_MAX_THREADS; a name
///          that leaves no room for the largest index; a stack that is smaller than the system's
///          minimum or larger than what it grants.
/// EAGAIN   the system refused a thread.
/// ENOMEM   no memory (backends in C; in Rust the process aborts).
#[no_mangle]
pub unsafe extern "C" fn thread_pool_new_with(
    options: *const thread_pool_options,
    pool: *mut *mut thread_pool,
) -> c_int {
    if options.is_null() || pool.is_null() {
        return EINVAL;
    }
    // SAFETY: not null, and so points to options: the caller's promise.
    let options = unsafe { &*options };
    let raw = RawOptions {
        threads: options.threads,
        max_queued: options.max_queued,
        stack_size: options.stack_size,
        name: options.name,
        on_panic: options.on_panic,
        on_panic_context: options.on_panic_context,
    };
    // SAFETY: `name` is null or a C string, and handler and context are fit for any worker: the
    // caller's promise.
    match unsafe { Pool::new(&raw) } {
        // SAFETY: `pool` is not null, and so points to room for a pointer.
        Ok(made) => unsafe { *pool = Box::into_raw(Box::new(thread_pool(made))) },
        Err(error) => return error,
    }
    0
}

/// Queues a job, which will run exactly once. Waits for no job, though it may wait for a lock that
/// another thread is about to give back. From a job it is accepted while the pool is being
/// destroyed too.
///
/// EINVAL     `pool` or `job` is NULL.
/// EAGAIN     max_queued jobs are waiting to start. naive: the system refused a thread.
/// ENOMEM     no memory (backends in C; in Rust the process aborts).
/// ECANCELED  the pool is that of a parent of this process.
///
/// On an error the job will not run, and `arg` is still the caller's.
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
    // SAFETY: not null, and so a pool that is alive: destroy frees it after its last job.
    error_number(unsafe { &(*pool).0 }.spawn(Job { run, arg }))
}

/// Ends the job that calls it, the C word for what `panic!` is in Rust. The panic is counted, and
/// the job's frames are unwound: __attribute__((cleanup)) and C++ destructors run in code that was
/// compiled with -fexceptions, and are passed over without it. Then the pool's on_panic is called,
/// and the worker goes on with its next job. A `catch (...)` on the way has to rethrow.
///
/// `message` is copied; NULL stands for "(no message)". Code between job and panic needs unwind
/// tables, the default on Linux: without them (-fno-asynchronous-unwind-tables) a backend in Rust
/// aborts.
///
/// Outside a job, in on_panic, in a cleanup that a panic runs, and in a forked child: prints the
/// reason and `message` on stderr and aborts.
/// cbindgen:prefix=THREAD_POOL_NORETURN
#[no_mangle]
pub unsafe extern "C-unwind" fn thread_pool_panic(message: *const c_char) -> ! {
    // SAFETY: null or a C string: the caller's promise.
    unsafe { thread_pool_glue::panic_current_job(message) }
}

/// The number of workers asked for; 0 for NULL. Never blocks.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_threads(pool: *const thread_pool) -> u32 {
    // SAFETY: null or a pool that is alive: the caller's promise.
    unsafe { pool.as_ref() }.map_or(0, |pool| pool.0.threads())
}

/// The number of jobs that have panicked so far; 0 for NULL. Never blocks. Whoever learned from a
/// job's cleanup or from on_panic that it panicked, finds it counted.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_panics(pool: *const thread_pool) -> u64 {
    // SAFETY: null or a pool that is alive: the caller's promise.
    unsafe { pool.as_ref() }.map_or(0, |pool| pool.0.panics())
}

/// On a worker its number, 0 to threads - 1, the same from its first job to its thread-local
/// destructors; -1 on every other thread. Which pool's worker is for the caller to know. Never
/// blocks.
#[no_mangle]
pub extern "C" fn thread_pool_worker_index() -> i32 {
    thread_pool_glue::current_index()
}

/// Runs every job that was accepted, and those that they spawn meanwhile; ends and joins every
/// thread, thread-local destructors included; frees the pool. Blocks until then. NULL: 0 at once.
///
/// From the moment of this call only the pool's own jobs may still use it, and only until they end.
///
/// EDEADLK    called on one of the pool's own threads; the pool is intact and goes on.
/// ECANCELED  the pool is that of a parent of this process; nothing is freed.
#[no_mangle]
pub unsafe extern "C" fn thread_pool_destroy(pool: *mut thread_pool) -> c_int {
    // SAFETY: null or a pool that is alive: the caller's promise. Shared, for jobs still spawn.
    let Some(shared) = (unsafe { pool.as_ref() }) else { return 0 };
    // SAFETY: only the pool's own jobs use it from now on: the caller's promise.
    match unsafe { shared.0.destroy() } {
        // SAFETY: made by Box::into_raw, and its last job has ended.
        Ok(()) => drop(unsafe { Box::from_raw(pool) }),
        Err(error) => return error,
    }
    0
}

/// The backend's name: "shared_queue", "naive", "rayon", "crossbeam", "mpsc" or "vecdeque". Valid
/// for ever.
#[no_mangle]
pub extern "C" fn thread_pool_backend() -> *const c_char {
    static NAME: [u8; 32] = thread_pool_glue::c_name(<Backend as rust_pools::Pool<Job>>::NAME);
    NAME.as_ptr().cast()
}
