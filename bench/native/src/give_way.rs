//! Waiting without interrupting a worker: `wait_for_jobs` of `bench/pool/jobs.c`, which says why.

/// While this lives, the calling thread interrupts nobody.
pub struct GiveWay(());

impl GiveWay {
    /// None: where it cannot be had, or somebody has chosen another policy for this process.
    pub fn new() -> Option<Self> {
        #[cfg(target_os = "linux")]
        {
            (policy::get() == libc::SCHED_OTHER && policy::set(libc::SCHED_BATCH))
                .then_some(Self(()))
        }
        #[cfg(not(target_os = "linux"))]
        None
    }
}

impl Drop for GiveWay {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        policy::set(libc::SCHED_OTHER);
    }
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod policy {
    /// The calling thread's.
    pub fn get() -> i32 {
        // SAFETY: no memory is passed; 0 is the calling thread.
        unsafe { libc::sched_getscheduler(0) }
    }

    pub fn set(policy: i32) -> bool {
        // SAFETY: every field of `sched_param` is a number, and 0 is one of each.
        let none: libc::sched_param = unsafe { std::mem::zeroed() };
        // SAFETY: `none` lives through the call, which only reads it; 0 is the calling thread.
        unsafe { libc::sched_setscheduler(0, policy, std::ptr::from_ref(&none)) == 0 }
    }
}
