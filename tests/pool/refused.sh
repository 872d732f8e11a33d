# usage: refused.sh PROGRAM
# Passes when PROGRAM stops at start, with exit 2 and the message of the start check.
output=$("$1" --list 2>&1)
status=$?
printf '%s\n' "$output"
[ "$status" -eq 2 ] || { echo "exit $status, not 2"; exit 1; }
case $output in
*"poolbench: built to run on the backend"*) ;;
*) echo "no message"; exit 1 ;;
esac
