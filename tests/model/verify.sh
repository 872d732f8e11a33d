#!/bin/sh
# verify.sh SPIN CC MODEL holds|breaks [DEFINE...]: explores all of a model's states. `holds`: there
# must be no error; `breaks`: there must be one, because the defines plant a bug.
set -eu
spin=$1 cc=$2 model=$3 expected=$4
shift 4
defines=
for define; do defines="$defines -D$define"; done
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
# shellcheck disable=SC2086 # one word a define
"$spin" $defines -a "$model" >spin.out || { cat spin.out; exit 1; }
"$cc" -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=3000 -DVECTORSZ=2048 -o pan pan.c
./pan -m1000000 >pan.out
cat pan.out
if grep -q "Search not completed" pan.out && [ "$expected" = holds ]; then
    echo "verify.sh: the search was not completed"
    exit 1
fi
errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.out)
case $expected in
holds) [ "$errors" = 0 ] && ! grep -q "max search depth too small" pan.out ;;
breaks) [ "$errors" -gt 0 ] || { echo "verify.sh: the planted bug was not found"; exit 1; } ;;
*) echo "verify.sh: '$expected': holds and breaks are accepted"; exit 2 ;;
esac
