#!/bin/sh
# expect.sh STATUS TEXT PROGRAM [ARGUMENT…]: the program exits with STATUS and says TEXT on standard
# error (-: anything); when STATUS is not 0 it prints nothing on standard output.
status=$1 text=$2
shift 2
errors=$(mktemp) || exit 99
trap 'rm -f "$errors"' EXIT
output=$("$@" 2>"$errors")
got=$?
fail() {
    printf 'FAILED: %s\ncommand: %s\nexit status: %s\nstdout: %s\nstderr: ' "$1" "$2" "$got" "$output"
    cat "$errors"
    exit 1
}
[ "$got" -eq "$status" ] || fail "exit status $status was expected" "$*"
[ "$status" -eq 0 ] || [ -z "$output" ] || fail "nothing was expected on stdout" "$*"
[ "$text" = - ] || grep -qF -- "$text" "$errors" || fail "'$text' was expected on stderr" "$*"
