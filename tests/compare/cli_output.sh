# What people see: at most 100 columns, no colours and no progress line where nobody looks.
. "$(dirname "$0")/lib.sh"
export FAKE_NOISE=0.002 # so little that chance decides no verdict
contenders shared_queue rayon slow10 crash floor
escape=$(printf '\033')
compare 0 --rounds 6
if LC_ALL=C.UTF-8 grep -E '^.{101}' "$work/out"; then fail "a line of more than 100 columns"; fi
for file in out err; do
    if grep -q "$escape" "$work/$file"; then fail "an escape sequence in $file"; fi
done
lacks err "left"
has out "more threads than cores"
grep -q "(A/A) was told apart in [0-9]* of 4 tables" "$work/out" || fail "nothing on the A/A arm"
grep -q '"verdict": "refused"' "$work/results.json" || [ "$(nproc)" -gt 2 ] ||
    fail "a verdict on scaling beyond the cores"

compare 0 --rounds 4 --workloads beta --quiet
[ ! -s "$work/err" ] || fail "--quiet is not quiet"
lacks out "Raw results"
compare 0 --rounds 4 --workloads beta --verbose
has err "beta/1 round 1: rayon: ok in"

if ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    echo "no pseudo-terminal to be had here: what a terminal sees was not looked at"
    exit 0
fi
on_terminal() { # ARGUMENT...: standard output and error are a terminal
    TERM=xterm script -qec "$poolbench compare --bin $bin --no-gate --rounds 4 --workloads beta \
--json $work/results.json" /dev/null >"$work/out" 2>&1 </dev/null
}
on_terminal
grep -q "left  beta/1 round" "$work/out" || fail "no progress line on a terminal"
grep -q "$escape\[31m" "$work/out" || fail "no colours on a terminal"
NO_COLOR=1 on_terminal
if grep -q "$escape\[3" "$work/out"; then fail "colours in spite of NO_COLOR"; fi
