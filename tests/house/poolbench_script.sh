#!/bin/sh
# The way in answers bad input with a message and exit 2, and without root it names what is missing.
set -u
script=$1
failures=0

expect() { # name expected-status expected-text actual-status actual-text
    if [ "$4" -eq "$2" ] && printf '%s' "$5" | grep -q -- "$3"; then
        echo "ok: $1"
    else
        printf 'FAILED: %s: exit %s (expected %s), said: %s\n' "$1" "$4" "$2" "$5"
        failures=$((failures + 1))
    fi
}

out=$(sh "$script" 2>&1)
expect 'no command' 2 'usage:' $? "$out"
out=$(sh "$script" --help 2>&1)
expect 'help' 0 'compare' $? "$out"

# A PATH with the shell's helpers only, and no way to become root.
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
for tool in dirname id sed grep tail mkdir; do
    ln -s "$(command -v $tool)" "$empty/$tool"
done
out=$(PATH=$empty /bin/sh "$script" test 2>&1)
expect 'nothing installed, no root' 2 'apt-get install .*cmake.*rustc-web cargo-web' $? "$out"

[ $failures -eq 0 ]
