#!/bin/sh
# compiles.sh INCLUDE_DIR FILE COMPILER FLAG...: FILE compiles alone, without a warning.
# 77: the compiler is not installed, skipped.
set -u
include=$1
file=$2
compiler=$3
shift 3
command -v "$compiler" >/dev/null 2>&1 || {
    echo "skipped: no compiler $compiler"
    exit 77
}
exec "$compiler" "$@" -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only "$file"
