# The gate: no row for a backend that fails its tests or has none.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon mpsc vecdeque
export FAKE_NOISE=0.002 # so little that vecdeque always gets its verdict
cat >"$work/build/CTestTestfile.cmake" <<'END'
add_test(shared_queue.counts "true")
add_test(rayon.counts "true")
add_test(rayon.panics "false")
add_test(rayon.slow "false")
add_test(rayonette.counts "false")
add_test(mpsc.slow "true")
add_test(vecdeque.counts "true")
set_tests_properties(shared_queue.counts rayon.counts rayon.panics rayonette.counts
                     vecdeque.counts PROPERTIES LABELS "pool;quick")
set_tests_properties(rayon.slow mpsc.slow PROPERTIES LABELS "pool")
END
run 0 check --bin "$bin" shared_queue vecdeque
has out "1 passed, 0 failed"
run 2 check --bin "$bin"
has out "rayon.panics"
has out "no quick tests of it are built"
lacks out "rayon.slow"
lacks out "rayonette"
run 0 compare --bin "$bin" --rounds 4 --workloads alpha --threads 2 --json "$work/results.json"
has err "rayon (pool): kept out, not proved by its tests: rayon.panics"
has err "mpsc (pool): kept out, not proved by its tests: no quick tests of it are built"
if grep -q '^  \(rayon\|mpsc\)  *[0-9.]*  *[0-9.]* %' "$work/out"; then
    fail "a backend that is not proved has a row"
fi
grep -q '^  vecdeque  *[0-9]' "$work/out" || fail "vecdeque has no row"
grep -q '"contender": "rayon"' "$work/results.json" && fail "rayon was measured"
grep -q '"status": "failed"' "$work/results.json" || fail "the results do not tell of rayon's gate"

# The reference is not proved: nothing to compare with.
sed -i 's/add_test(shared_queue.counts "true")/add_test(shared_queue.counts "false")/' \
    "$work/build/CTestTestfile.cmake"
rm "$work/results.json"
run 2 compare --bin "$bin" --rounds 4 --json "$work/results.json"
has err "the reference shared_queue takes no part: not proved by its tests: shared_queue.counts"
[ ! -e "$work/results.json" ] || fail "results without a reference"
