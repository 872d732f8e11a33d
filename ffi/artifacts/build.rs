//! Link arguments of the shared library. One SONAME for every backend, so that LD_LIBRARY_PATH
//! swaps them. Never unloaded: the library has thread-local destructors and a fork handler, and
//! code that dlclose took away could still be called.
fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libthread_pool.so.0");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=../build.rs");
}
