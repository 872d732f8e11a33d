#!/bin/sh
# exports.sh LIST LIBRARY: the shared library exports exactly the functions of the list, under the
# one SONAME.
set -u
list=$1
library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sort "$list" >"$work/expected"
nm -D --defined-only "$library" | sed 's/.* //' | sort >"$work/found"
if ! diff "$work/expected" "$work/found" >"$work/difference"; then
    echo "$library does not export what $list says (< missing, > not to be exported):"
    cat "$work/difference"
    exit 1
fi
readelf -d "$library" | grep -q 'SONAME.*\[libthread_pool.so.0\]' || {
    echo "$library: the SONAME is not libthread_pool.so.0"
    exit 1
}
