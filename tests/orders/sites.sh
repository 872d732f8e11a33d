#!/bin/sh
# The places in a program that access memory, as machine_read_sites wants them: a line each,
#   <address that the call returns to> <function called> <function> <file>:<line>
# usage: sites.sh PROGRAM
set -eu
program=$1
calls=$(mktemp)
trap 'rm -f "$calls"' EXIT

# Of each call: where it is, where it returns to, what it calls.
objdump -d --no-show-raw-insn "$program" | awk '
    called != "" {
        sub(/:.*/, ""); print at, $1, called; called = ""
    }
    match($0, /<(__tsan_|orders_|machine_)[a-z0-9_]*>$/) && /[[:space:]](call|bl)/ {
        called = substr($0, RSTART + 1, RLENGTH - 2)
        at = $1; sub(/:.*/, "", at)
    }' >"$calls"

# addr2line: a line with the function, one with the file and the line in it.
cut -d' ' -f1 "$calls" | addr2line -f -e "$program" | paste -d' ' - - |
    sed 's/ (discriminator.*//; s| [^ ]*/| |' | paste -d' ' "$calls" - | cut -d' ' -f2-
