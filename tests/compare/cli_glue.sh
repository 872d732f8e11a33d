# What the header costs a Rust pool: measured by default, told when it could not be.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon crash floor
export FAKE_LOG=$work/log
export FAKE_NOISE=0.002

glue() { # TEXT: what "glue" in the results has, on one line
    sed -n '/^ "glue"/,/^ "runs"/p' "$work/results.json" | tr -d '\n' | grep -qF -e "$1" ||
        fail "\"glue\" lacks $1"
}

compare 0 --rounds 4
has out "The cost of thread_pool.h was not measured: no native-bench here: it needs"
glue '"available": false'

# The fake of native-bench needs a fifth less: a ratio of 1.25. A C pool is not offered.
ln -s "$fake" "$bin/native-bench"
rm "$FAKE_LOG"
compare 0 --rounds 4
has out "What thread_pool.h costs a Rust pool: alpha, 1 thread, 6 rounds"
grep -q '^  rayon  *[0-9.]*  *[0-9.]* *1\.2[45]  1\.2[0-9] \.\. 1\.2[0-9]  costs$' "$work/out" ||
    fail "rayon's ratio"
grep -q '^  crash  *crashed: crash: killed by signal 11' "$work/out" || fail "the pool that crashes"
glue '"available": true'
glue '"native_values": ['
if grep -q '^native-shared_queue' "$FAKE_LOG"; then fail "a C pool was measured without its header"; fi
[ "$(grep -c '^native-rayon alpha 1$' "$FAKE_LOG")" -eq 6 ] || fail "not 6 processes without header"
run 0 history "$work/results.json"

# Part of a comparison of everything, and of its time; not of a chosen one.
compare 0 --rounds 4 --workloads alpha
has out "was not measured: it was not asked for"
compare 0 --time 2s
has out "was not measured: the time is too short for it"
