# An interrupt keeps what was measured and says that it is partial; exit 3.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon
export FAKE_LOG=$work/log
"$poolbench" compare --bin "$bin" --no-gate --json "$work/results.json" --rounds 10000 --time 60s \
    --workloads alpha --threads 2 >"$work/out" 2>"$work/err" </dev/null &
pid=$!
tries=0
until [ -e "$FAKE_LOG" ] && [ "$(wc -l <"$FAKE_LOG")" -ge 60 ]; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "nothing is measured"
    sleep 0.05
done
# A background process of a shell may have SIGINT ignored: SIGTERM is handled alike.
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status -eq 3 ] || fail "exit status $status, not 3"
has out "PARTIAL: interrupted"
has out "rayon"
grep -q '"complete": false' "$work/results.json" || fail "results.json does not say 'partial'"
grep -q '"stopped": "interrupted"' "$work/results.json" || fail "no table says 'interrupted'"
run 0 history "$work/results.json"
set -- "$work"/results.json.*
[ ! -e "$1" ] || fail "left behind: $*"

# While a contender hangs: the interrupt does not wait for its time limit.
contenders hang
rm "$FAKE_LOG"
"$poolbench" compare --bin "$bin" --no-gate --json "$work/results.json" --rounds 10000 --time 60s \
    --workloads alpha --threads 2 --backends hang >"$work/out" 2>"$work/err" </dev/null &
pid=$!
until [ -e "$FAKE_LOG" ] && grep -q '^hang' "$FAKE_LOG"; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "hang is not started"
    sleep 0.05
done
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status -eq 3 ] || [ $status -eq 2 ] || fail "exit status $status, not 3 (or 2, nothing measured)"
if pgrep -f "$bin/pool-bench-hang" >/dev/null; then fail "hang is still there"; fi
