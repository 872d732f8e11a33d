#!/bin/sh
# exports_notices.sh EXPORTS_SH LIST COMPILER: exports.sh reports a symbol too many, one too few, and
# another SONAME.
set -u
script=$1
list=$2
compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

build() { # soname symbol...
    soname=$1
    shift
    printf 'void %s(void) {}\n' "$@" >"$work/library.c"
    "$compiler" -w -shared -fPIC -Wl,-soname,"$soname" -o "$work/library.so" "$work/library.c"
}

expect() { # name status text
    out=$(sh "$script" "$list" "$work/library.so" 2>&1)
    status=$?
    if [ "$status" -eq "$2" ] && printf '%s\n' "$out" | grep -q -- "$3"; then
        echo "ok: $1"
    else
        printf 'FAILED: %s\n%s\n' "$1" "$out"
        failures=$((failures + 1))
    fi
}

# Unquoted below: one word per name.
names=$(cat "$list")
build libthread_pool.so.0 $names
expect 'the list itself' 0 '^$'
build libthread_pool.so.0 $names rust_eh_personality
expect 'a symbol too many' 1 '^> rust_eh_personality'
build libthread_pool.so.0 $(sed 1d "$list")
expect 'a symbol too few' 1 "^< $(sed -n 1p "$list")"
build libthread_pool_rayon.so $names
expect 'another SONAME' 1 'the SONAME is not'

[ "$failures" -eq 0 ]
