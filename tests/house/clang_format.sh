#!/bin/sh
# Every C and C++ file is as clang-format 14 (Debian 12) leaves it. 77: not installed, skipped.
set -u
cd "$1" || exit 1
command -v clang-format >/dev/null 2>&1 || {
    echo "skipped: clang-format is not installed"
    exit 77
}
case $(clang-format --version) in
*'version 14.'*) ;;
*)
    echo "skipped: only version 14 is compared with; found $(clang-format --version)"
    exit 77
    ;;
esac
# thread_pool.h is cbindgen's, and held to its source by a test of its own.
find c_pool ffi bench tests \( -name '*.[ch]' -o -name '*.[ch]pp' \) ! -name thread_pool.h \
    -exec clang-format --dry-run --Werror {} + 2>&1
