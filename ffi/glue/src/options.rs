//! Options as C gives them, checked and turned into Rust's.

use crate::panic::PanicHandler;
use libc::EINVAL;
use rust_pools::Options;
use std::ffi::{c_char, c_void, CStr};
use std::mem::MaybeUninit;
use std::num::NonZeroUsize;
use std::ptr;

/// `THREAD_POOL_MAX_THREADS`.
pub const MAX_THREADS: u32 = 1024;

/// Linux cuts thread names to this many bytes; we refuse instead.
const MAX_THREAD_NAME: usize = 15;

/// The fields of `thread_pool_options`.
pub struct RawOptions {
    /// Workers.
    pub threads: u32,
    /// Jobs that may wait; 0: no limit.
    pub max_queued: usize,
    /// Bytes of stack; 0: the system's default.
    pub stack_size: usize,
    /// Prefix of thread names, or null.
    pub name: *const c_char,
    /// Handler or `None`.
    pub on_panic: Option<PanicHandler>,
    /// First argument of `on_panic`.
    pub on_panic_context: *mut c_void,
}

/// Checks everything that can be checked before a thread is made.
///
/// # Safety
/// `raw.name` is null or a C string.
pub unsafe fn decode(raw: &RawOptions) -> Result<Options, i32> {
    if raw.threads == 0 || raw.threads > MAX_THREADS {
        return Err(EINVAL);
    }
    // SAFETY: the caller's promise.
    let name = unsafe { decode_name(raw.name) }?;
    if name.len() + suffix_length(raw.threads) > MAX_THREAD_NAME {
        return Err(EINVAL);
    }
    Ok(Options {
        threads: raw.threads as usize,
        max_queued: NonZeroUsize::new(raw.max_queued),
        stack_size: Some(decode_stack_size(raw.stack_size)?),
        name,
    })
}

unsafe fn decode_name(name: *const c_char) -> Result<String, i32> {
    if name.is_null() {
        return Ok("pool".to_owned());
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_str().map(str::to_owned).map_err(|_| EINVAL)
}

/// Bytes of "-<index>" for the largest index.
fn suffix_length(threads: u32) -> usize {
    format!("-{}", threads - 1).len()
}

/// The size in whole pages, if the system grants it; for 0 the system's default, which is not
/// that of Rust's standard library (2 MiB).
fn decode_stack_size(wanted: usize) -> Result<usize, i32> {
    if wanted == 0 {
        return default_stack_size();
    }
    // SAFETY: sysconf has no requirements.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(|_| EINVAL)?;
    let size = wanted.checked_next_multiple_of(page).ok_or(EINVAL)?;
    if size < libc::PTHREAD_STACK_MIN || !stack_fits(size) {
        return Err(EINVAL);
    }
    Ok(size)
}

fn default_stack_size() -> Result<usize, i32> {
    let mut attributes = MaybeUninit::uninit();
    let mut size = 0;
    // SAFETY: `attributes` is used only when it was initialised, and is destroyed after.
    unsafe {
        match libc::pthread_attr_init(attributes.as_mut_ptr()) {
            0 => {}
            error => return Err(error),
        }
        libc::pthread_attr_getstacksize(attributes.as_ptr(), &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    Ok(size)
}

/// Asks the kernel for room of that size, readable and writable so that its overcommit rule is
/// asked too, and gives it back untouched.
fn stack_fits(size: usize) -> bool {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new anonymous mapping; what is unmapped is what was mapped.
    unsafe {
        let room = libc::mmap(ptr::null_mut(), size, access, kind, -1, 0);
        room != libc::MAP_FAILED && libc::munmap(room, size) == 0
    }
}
