#!/bin/sh
# cargo_tool.sh DIR NAME ARGUMENT...: runs `cargo NAME ARGUMENT...` in DIR. 77: cargo has no such
# tool here, skipped (Debian's cargo-web comes without clippy and rustfmt).
set -u
cd "$1" || exit 1
shift
cargo "$1" --help >/dev/null 2>&1 || {
    echo "skipped: cargo $1 is not installed"
    exit 77
}
exec cargo "$@"
