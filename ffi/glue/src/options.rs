//! Options as C gives them, checked and turned into Rust's.

use crate::panic::PanicHandler;
use libc::EINVAL;
use rust_pools::Options;
use std::ffi::{c_char, c_void, CStr};
use std::mem::MaybeUninit;
use std::num::NonZeroUsize;

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

/// Lets the system judge the size, and replaces 0 by its default, which is not Rust's (2 MiB).
fn decode_stack_size(size: usize) -> Result<usize, i32> {
    if size > isize::MAX as usize {
        return Err(EINVAL);
    }
    let mut attributes = MaybeUninit::uninit();
    let mut accepted = 0;
    // SAFETY: `attributes` is initialised first and destroyed last; glibc's init cannot fail.
    let refused = unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        let refused =
            size != 0 && libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), size) != 0;
        libc::pthread_attr_getstacksize(attributes.as_ptr(), &mut accepted);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        refused
    };
    if refused {
        return Err(EINVAL);
    }
    Ok(accepted)
}
