#!/bin/sh
# readme_matches.sh POOLBENCH SOURCE: the README's table and picture are those of docs/results.json.
# The picture is held to its figures, which stand in it, and not to its strokes: another gnuplot
# draws other bytes.
set -u
poolbench=$1
cd "$2" || exit 1
results=docs/results.json
picture=docs/results.svg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

section() { # file: what stands between the marks
    sed -n '/<!-- results:begin -->/,/<!-- results:end -->/p' "$1" |
        grep -v -e '<!-- results:' -e '^!\[' | sed -e '/./,$!d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

figures() { sed -n '/<metadata>/,/<\/metadata>/p' "$1"; }

if [ ! -f $results ]; then
    if grep -q 'results:begin' README.md; then
        echo "README.md shows results, and $results, which they are from, is missing"
        exit 1
    fi
    echo "skipped: there is no $results yet"
    exit 77
fi

status=0
"$poolbench" report --markdown $results >"$work/markdown" || exit 1
"$poolbench" report --svg $results >"$work/picture" || exit 1
printf '<!-- results:begin -->\n' >"$work/wanted.md"
cat "$work/markdown" >>"$work/wanted.md"
printf '<!-- results:end -->\n' >>"$work/wanted.md"
section "$work/wanted.md" >"$work/wanted"
section README.md >"$work/shown"
[ -s "$work/wanted" ] || { echo "no table came out of $results"; status=1; }
if ! diff -u "$work/shown" "$work/wanted"; then
    echo "README.md differs from $results; put in what this prints:"
    echo "    poolbench report --markdown $results"
    status=1
fi
figures "$work/picture" >"$work/drawn"
if [ ! -s "$work/drawn" ] || ! figures $picture | diff -u - "$work/drawn"; then
    echo "$picture differs from $results; make it anew:"
    echo "    poolbench report --svg $results --output $picture"
    status=1
fi
[ $status -eq 0 ] && echo "README.md and $picture show $results"
exit $status
