# Mistakes on the command line: the message names them and what is accepted, exit 2, nothing is
# measured and nothing overwritten.
. "$(dirname "$0")/lib.sh"
contenders shared_queue rayon
export FAKE_LOG=$work/log
echo old >"$work/results.json"

refused() { # TEXT ARGUMENT...
    text=$1
    shift
    run 2 "$@" --bin "$bin"
    has err "$text"
    [ "$(cat "$work/results.json")" = old ] || fail "results.json was touched"
    [ ! -e "$FAKE_LOG" ] || fail "something was measured"
}

compare_refused() {
    text=$1
    shift
    refused "$text" compare --no-gate --json "$work/results.json" "$@"
}

accepted_commands="list, check, compare, report, history"
refused "a command is missing; accepted: $accepted_commands"
refused "unknown command 'compar'; accepted: $accepted_commands" compar
refused "'report' comes first" --quiet report x.json
refused "unrecognized option '--bakends=x'" compare --bakends=x
refused "'compare' takes no argument" compare rayon
refused "--seed has no meaning for 'list'" list --seed 1
compare_refused "unknown 'tokio'; accepted: shared_queue, rayon" --backends rayon,tokio
compare_refused "unknown 'delta'; accepted: all, alpha, throughput, beta, rates-of-beta" --workloads delta
compare_refused "an empty name" --backends rayon,
range="accepted: whole numbers from 1 to 1024"
for threads in 0 -1 1025 99999999999999999999 two 1.5 1,,2 "" 2x; do
    compare_refused "$range" --threads="$threads"
done
compare_refused "accepted: what 'poolbench list' shows" --filter 'nothing/like/this'
compare_refused "accepted: an extended regular expression" --filter '('
for time in 0 -5 5d x 1e99 "" nan; do
    compare_refused "accepted: 1s to 24h" --time="$time"
done
for threshold in 0 -1 x 101 "" nan; do
    compare_refused "accepted: a percentage from 0.1 to 100" --threshold="$threshold"
done
for seed in -1 x 99999999999999999999 ""; do
    compare_refused "accepted: a whole number from 0" --seed="$seed"
done
compare_refused "accepted: a whole number from 1 to 10000" --rounds=0
compare_refused "exclude each other" --quiet --verbose
compare_refused "cannot use '$work/none.json'" --baseline "$work/none.json"
echo '{"format":"other"}' >"$work/other.json"
compare_refused "it is no results file of 'poolbench compare'" --baseline "$work/other.json"
compare_refused "cannot write '$work'" --csv "$work"
refused "cannot write '/nonexistent/x.json'" compare --no-gate --json /nonexistent/x.json
refused "cannot write '$work'" compare --no-gate --json "$work"
compare_refused "name the same file" --csv "$work/results.json"
refused "unknown backend 'nobody'; accepted: shared_queue, rayon" check nobody

rm "$bin/pool-bench-shared_queue"
refused "no program pool-bench-shared_queue was found" compare --no-gate --json "$work/results.json"
rm "$bin"/*
refused "no contender" list
set -- "$work"/results.json.*
[ ! -e "$1" ] || fail "left behind: $*"
