#!/bin/sh
# header.sh FFI_DIR TOOL: the committed thread_pool.h is what its source makes, and the check
# notices when it is not: each damage below was made to it, and has to be reported.
set -u
ffi=$1
tool=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

report() { # name status
    if [ "$2" -eq 0 ]; then
        echo "ok: $1"
    else
        printf 'FAILED: %s\n%s\n' "$1" "$out"
        failures=$((failures + 1))
    fi
}

refused() { # name expected-text exports header
    out=$("$tool" --check "$ffi" "$3" "$4" 2>&1)
    status=$?
    [ "$status" -eq 1 ] && printf '%s' "$out" | grep -q -- "$2"
    report "$1" $?
}

exports=$ffi/exports.rs
header=$ffi/include/thread_pool.h

out=$("$tool" --check "$ffi" 2>&1)
report 'the header is what its source makes' $?

sed 's/(uint32_t threads,/(int threads,/' "$header" >"$work/changed.h"
refused 'a changed declaration' 'differs from its source' "$exports" "$work/changed.h"

sed '$d' "$header" >"$work/short.h"
refused 'a missing last line' 'one ends before the other' "$exports" "$work/short.h"

{
    cat "$exports"
    printf '#[no_mangle]\npub extern "system" fn thread_pool_extra() {}\n'
} >"$work/warning.rs"
refused 'a warning of cbindgen' 'cbindgen warns' "$work/warning.rs" "$header"

sed 's/fn thread_pool_threads(/fn thread_pool_count(/' "$exports" >"$work/gone.rs"
refused 'a function that is gone' 'thread_pool_threads is in exported_symbols.txt' \
    "$work/gone.rs" "$header"

[ "$failures" -eq 0 ]
