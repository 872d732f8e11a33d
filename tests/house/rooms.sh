#!/bin/sh
# Who may depend on whom (ARCHITECTURE.md, "Rooms"). Prints each breach and exits 1.
set -u
cd "$1" || exit 1
breaches=0

forbid() { # what-it-means pattern path...
    meaning=$1
    pattern=$2
    shift 2
    found=$(grep -rnE --include='*.c' --include='*.h' --include='*.rs' -- "$pattern" "$@" 2>/dev/null)
    [ -n "$found" ] || return 0
    printf '%s:\n%s\n' "$meaning" "$found"
    breaches=$((breaches + 1))
}

require() { # what-it-means pattern file...
    meaning=$1
    pattern=$2
    shift 2
    for file in "$@"; do
        grep -qE -- "$pattern" "$file" && continue
        printf '%s: %s\n' "$meaning" "$file"
        breaches=$((breaches + 1))
    done
}

forbid 'c_pool/ includes only its own headers, the contract and the system' \
    '#include ".*(bench|tests|rust|exports)' c_pool
forbid 'rust_pools/ never sees C types' 'std::ffi|core::ffi|c_void|c_char|extern "C' rust_pools
require 'rust_pools/ is safe Rust' '#!\[forbid\(unsafe_code\)\]' rust_pools/src/lib.rs
forbid 'tests/ and bench/ know no backend at compile time' \
    '#[[:space:]]*if.*(BACKEND|SHARED_QUEUE|NAIVE|RAYON|CROSSBEAM|MPSC|VECDEQUE)' tests bench
forbid 'nothing depends on tests/' '#include ".*tests/' ffi c_pool bench
forbid 'tests do not sleep to synchronise' \
    '[^_a-z](sleep|usleep|thrd_sleep)[[:space:]]*\(' tests/pool tests/stress

[ "$breaches" -eq 0 ] && echo "rooms: no breach"
[ "$breaches" -eq 0 ]
