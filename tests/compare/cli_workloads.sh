# Whatever list prints can be passed to --workloads, and every workload's name to --filter; groups
# of the contenders' own words too.
. "$(dirname "$0")/lib.sh"
export FAKE_NOISE=0.002 # so little that chance decides no verdict
contenders shared_queue rayon

names() { # of the workloads in the last list
    sed -n '/^Workloads/,$s/^  \([^ ][^ ]*\)  .*; .*/\1/p' "$work/out"
}
groups() {
    sed -n '/^Workloads/,$s/^  [^ ][^ ]*  *\([^;]*\); .*thread.*/\1/p' "$work/out" | sort -u
}

try_all() { # of the list in $work/list; OPTION...
    cp "$work/list" "$work/out"
    names >"$work/names"
    groups >"$work/groups"
    [ -s "$work/names" ] && [ -s "$work/groups" ] || fail "the list cannot be read"
    cat "$work/names" "$work/groups" >"$work/words"
    while read -r word; do
        run 0 list "$@" --workloads "$word"
        [ "$(names | wc -l)" -ge 1 ] || fail "--workloads '$word' lists nothing"
    done <"$work/words"
    run 0 list "$@" --workloads "$(paste -sd, "$work/words")"
    names | cmp -s - "$work/names" || fail "all words together do not list everything"
}

run 0 list --bin "$bin"
cp "$work/out" "$work/list"
grep -qx 'rates-of-beta' <<END || fail "no group rates-of-beta"
$(groups)
END
try_all --bin "$bin"
while read -r word; do
    compare 0 --rounds 4 --workloads "$word"
    compare 0 --rounds 4 --filter "^$word/"
done <"$work/names"
compare 0 --rounds 4 --workloads rates-of-beta
has out "beta, 1 thread"
run 0 history --workloads rates-of-beta "$work/results.json"
has out "beta, 1 thread"
run 2 compare --bin "$bin" --no-gate --json "$work/results.json" --workloads 'rates, of beta'
has err "unknown 'rates'; accepted: all, alpha, throughput, beta, rates-of-beta"

# The programs of this build: servers have groups with commas.
"$poolbench" list >"$work/list" || fail "list"
try_all

# A name that could not be passed: its contender is kept out.
cat >"$work/odd" <<END
#!/bin/sh
"$fake" "\$@" | sed 's/compare-fake/mpsc/; s/"alpha"/"al,pha"/'
END
chmod +x "$work/odd"
ln "$work/odd" "$bin/pool-bench-mpsc"
run 0 list --bin "$bin"
has out "not available: the name of its workload 'al,pha' is not letters, digits and"
