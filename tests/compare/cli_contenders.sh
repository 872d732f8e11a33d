# Contenders that crash, hang, lie or chatter are reported in their rows; the rest goes on; and
# nothing of them stays.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon slow10 crash hang rubbish wrong unverified refuse flood orphan \
    misnamed nolist badmetric late floor
export FAKE_LOG=$work/log
export FAKE_NOISE=0.002 # verdicts are looked at: so little that chance does not decide them
compare 0 --workloads alpha --threads 2 --rounds 8 --csv "$work/results.csv"

row() { # CONTENDER TEXT
    grep "^  $1 " "$work/out" | grep -qF -e "$2" || fail "the row of $1 lacks: $2"
}

row crash "crashed: killed by signal 11"
row hang "hung: did not end within"
row rubbish "rubbish: no JSON object"
row wrong "wrong: exit status 1: 3 jobs are missing"
row unverified "wrong: its results are not verified"
row refuse "refused: exit status 2: not with me"
row flood "rubbish: printed more than"
row badmetric "rubbish: the metric 'ns_per_job' is missing"
row late "crashed: killed by signal 11"
row slow10 slower
row rayon equivalent
row orphan equivalent
row "shared_queue (A/A)" "the same program"
row floor "physical limit"
has out "8 rounds"
if grep -q '^  \(misnamed\|nolist\)  *[0-9]' "$work/out"; then fail "misnamed or nolist has a row"; fi
grep -q 'it calls itself' "$work/results.json" || fail "misnamed: no reason in the results"

for name in crash hang rubbish wrong unverified refuse flood badmetric; do
    [ "$(grep -c "^$name " "$FAKE_LOG")" -eq 1 ] || fail "$name was run again after it had failed"
done
for process in $(pgrep -f "$bin/pool-bench-" || true); do
    fail "still there: $(tr '\0' ' ' <"/proc/$process/cmdline")"
done
[ "$(head -1 "$work/results.csv" | tr -d '\r')" = "workload,kind,threads,metric,unit,better,\
contender,status,n,median,mad,q1,q3,min,max,ratio,ratio_low,ratio_high,verdict" ] ||
    fail "head of the csv file"
grep -q '^alpha,pool,2,ns_per_job,ns,lower,slow10,ok,8,.*,slower' "$work/results.csv" ||
    fail "slow10 in the csv file"

# The reference itself fails: an invalid run, and no file.
rm "$bin/pool-bench-shared_queue" "$work/results.json"
cat >"$bin/pool-bench-shared_queue" <<'END'
#!/bin/sh
[ "$1" = list ] || { echo "no luck" >&2; exit 1; }
cat <<'LIST'
{"contender":"shared_queue","available":true,"workloads":[{"name":"alpha","title":"t","group":"g",
"threads":[2],"default":true,"seconds":0.02,"metrics":[{"name":"ns_per_job","unit":"ns",
"better":"lower","primary":true}]}]}
LIST
END
chmod +x "$bin/pool-bench-shared_queue"
compare 2 --backends rayon --rounds 4
has err "no valid measurement of the reference"
[ ! -e "$work/results.json" ] || fail "an invalid run wrote results"
