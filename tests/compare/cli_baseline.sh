# The baseline: the same again is no regression; a reference that got slower is found although its
# ratio is 1 by definition; so is a contender that got slower alone.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon mpsc vecdeque
export FAKE_NOISE=0.004
run 0 compare --bin "$bin" --no-gate --rounds 12 --json "$work/before.json" --workloads alpha,beta

compare 0 --rounds 12 --workloads alpha,beta --baseline "$work/before.json"
has out "0 regressed"
export FAKE_REFERENCE_FACTOR=1.3
compare 1 --rounds 12 --workloads alpha,beta --baseline "$work/before.json"
grep -q 'REGRESSION  shared_queue  *alpha, 2 threads: cost +' "$work/out" ||
    fail "the reference's regression is not told"
grep -q 'REGRESSION  rayon' "$work/out" && fail "rayon is blamed"
compare 0 --rounds 12 --workloads alpha --threshold 50 --baseline "$work/before.json"
unset FAKE_REFERENCE_FACTOR

# rayon becomes slower: what was rayon is now the slow fake under rayon's name.
cat >"$work/slow" <<END
#!/bin/sh
"$fake" "\$@" | sed 's/compare-fake/rayon/; s/"ns_per_job":1/"ns_per_job":2/; s/"ns_per_job":9/"ns_per_job":19/'
END
chmod +x "$work/slow"
rm "$bin/pool-bench-rayon"
mv "$work/slow" "$bin/pool-bench-rayon"
compare 1 --rounds 12 --workloads alpha --threads 2 --baseline "$work/before.json"
grep -q 'REGRESSION  rayon  *alpha, 2 threads: cost +' "$work/out" || fail "rayon's regression"
grep -q 'REGRESSION  \(shared_queue\|mpsc\|vecdeque\)' "$work/out" && fail "others are blamed"

# Nothing in common.
compare 3 --rounds 4 --workloads gamma --baseline "$work/before.json"
has out "nothing could be compared"
