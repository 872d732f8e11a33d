# The backends in Rust: filled in with ffi/exports.rs.
