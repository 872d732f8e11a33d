//! Messages on stderr, each in one write so that threads do not mix theirs.

use std::io::Write;

/// Prints one line. A stderr that cannot be written is no reason to fail.
pub(crate) fn print(line: &str) {
    let _ = std::io::stderr().write_all(format!("thread_pool: {line}\n").as_bytes());
}

/// Prints one line and aborts the process.
pub(crate) fn die(line: &str) -> ! {
    print(line);
    std::process::abort()
}
