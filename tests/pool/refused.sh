# usage: refused.sh PROGRAM ARGUMENT MESSAGE
# Passes when `PROGRAM ARGUMENT` stops with exit 2 and a message that contains MESSAGE.
output=$("$1" "$2" 2>&1)
status=$?
printf '%s\n' "$output"
[ "$status" -eq 2 ] || { echo "exit $status, not 2"; exit 1; }
case $output in
*"$3"*) ;;
*) echo "the message does not say: $3"; exit 1 ;;
esac
