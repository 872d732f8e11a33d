#!/bin/sh
# Explores every state of a model with spin and says whether that was as expected.
#
#   explore.sh [-k DIR] whole MODEL.pml [-DMACRO[=VALUE]]...
#       no state with an error, none left out, and every statement of the model was executed
#   explore.sh [-k DIR] clean MODEL.pml [-DMACRO[=VALUE]]...
#       the same, but statements may stay unreached: for bounds that a part of the model does not
#       fit in
#   explore.sh [-k DIR] caught ERROR MODEL.pml [-DMACRO[=VALUE]]...
#       an error was found, and what spin says about it contains ERROR
#   -k DIR  works in DIR, which must not exist, and leaves all there, the trail to an error for one
#
# Exit: 0 as expected; 1 not; 2 usage; 77 spin or a C compiler is missing.
set -u

usage() {
    echo "explore.sh: $1" >&2
    echo "usage: explore.sh [-k DIR] {whole|clean|caught ERROR} MODEL.pml [-DMACRO[=VALUE]]..." >&2
    exit 2
}

fail() {
    printf '%s\n' "$explored"
    echo "FAILED: $1"
    exit 1
}

keep=
if [ "${1-}" = -k ]; then
    [ $# -ge 2 ] || usage "-k needs a directory that does not exist"
    keep=$2
    shift 2
fi
expect=${1-}
case $expect in
whole | clean) shift ;;
caught)
    [ $# -ge 2 ] || usage "caught needs the error to expect"
    error=$2
    shift 2
    ;;
*) usage "expected whole, clean or caught; got '$expect'" ;;
esac
[ -f "${1-}" ] || usage "no such model: '${1-}'"
model=$(basename "$1")
source=$(realpath "$1")
shift

for tool in spin cc; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done

if [ -n "$keep" ]; then
    mkdir "$keep" || exit 2
    place=$keep
else
    place=$(mktemp -d) || exit 1
    trap 'rm -rf "$place"' EXIT
    trap 'exit 1' INT TERM HUP
fi
cd "$place" || exit 1
cp "$source" "$model" || exit 1

# MEMLIM: megabytes. -w: what spin generates is not warning-free. An error is found sooner than cc -O2
# is done.
optimise=-O2
[ "$expect" = caught ] && optimise=-O1
explored=$(spin "$@" -a "$model" 2>&1) && [ -f pan.c ] || fail "spin does not accept the model"
explored=$(cc $optimise -w -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c 2>&1) ||
    fail "what spin generated does not compile"
explored=$(./pan -m100000 2>&1)

has() {
    printf '%s\n' "$explored" | grep -q -- "$1"
}

has 'Full statespace search' || fail "the exploration broke down"
if [ "$expect" = caught ]; then
    has 'errors: [1-9]' || fail "no error was found"
    printf '%s\n' "$explored" | grep '^pan:1:'
    printf '%s\n' "$explored" | grep '^pan:1:' | grep -qF -- "$error" ||
        fail "the error is not the expected one: $error"
else
    has 'errors: 0$' || fail "an error was found; explore.sh -k DIR keeps the trail to it"
    has 'max search depth too small' && fail "states were left out: deeper than pan -m"
    has 'Search not completed' && fail "states were left out"
    has 'out of memory\|reached -DMEMLIM' && fail "states were left out: memory"
    if [ "$expect" = whole ]; then
        has '^	.*, state [0-9]*, ' && fail "part of the model was never executed"
    fi
fi
printf '%s\n' "$explored" | grep 'states, stored\|depth reached\|total actual memory\|elapsed'
exit 0
