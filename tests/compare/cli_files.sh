# Results files: written whole, checked before anything is measured, complete in their format.
. "$(dirname "$0")/lib.sh"
export FAKE_NOISE=0.002 # so little that chance decides no verdict
contenders shared_queue rayon slow10 floor
ln -s "$fake" "$bin/native-bench" # for "glue"
export FAKE_LOG=$work/log

compare 0 --rounds 4 --seed 12345
has out "seed 12345"
# RESULTS.md names the keys in backquotes in the first column of its tables.
for key in $(sed -n 's/^| \(`.*`\) |.*|.*|$/\1/p' "$source_dir/bench/compare/RESULTS.md" |
    tr -d '`,' | sed 's/|.*//'); do
    grep -q "\"$key\":" "$work/results.json" || fail "the results lack '$key' of RESULTS.md"
    grep -q "\"$key\":" "$source_dir/bench/compare/example-results.json" ||
        fail "example-results.json lacks '$key' of RESULTS.md"
done
run 0 history "$work/results.json" "$source_dir/bench/compare/example-results.json"
has out "alpha, 2 threads"
has out "wake_latency"

# What was measured stays when only the file cannot be written at the end.
rm "$FAKE_LOG"
run 2 compare --bin "$bin" --no-gate --rounds 4 --workloads beta --json /dev/full
has err "cannot write '/dev/full': No space left on device"
has out "slow10"

# Not as root, who may write everywhere: an existing file that must not be written.
if [ "$(id -u)" -ne 0 ]; then
    echo old >"$work/locked.json"
    chmod a-w "$work/locked.json"
    rm -f "$FAKE_LOG"
    run 2 compare --bin "$bin" --no-gate --rounds 4 --json "$work/locked.json"
    has err "cannot write '$work/locked.json': Permission denied"
    [ ! -e "$FAKE_LOG" ] || fail "measured before the file was checked"
fi

# The same seed, the same order of the first round.
first_round() { # the contenders of the first 5 processes
    head -5 "$FAKE_LOG"
}
rm -f "$FAKE_LOG"
compare 0 --rounds 4 --seed 9 --workloads alpha --threads 2
first_round >"$work/order1"
rm "$FAKE_LOG"
compare 0 --rounds 4 --seed 9 --workloads alpha --threads 2
first_round >"$work/order2"
cmp -s "$work/order1" "$work/order2" || fail "seed 9 gave two orders"

