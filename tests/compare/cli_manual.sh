# The man page has exactly the options of --help.
. "$(dirname "$0")/lib.sh"
run 0 --help
grep -o -e '--[a-z][a-z-]*' "$work/out" | sort -u >"$work/help"
sed 's/\\-/-/g' "$source_dir/bench/compare/poolbench.1" | grep -o -e '--[a-z][a-z-]*' | sort -u \
    >"$work/manual"
diff "$work/help" "$work/manual" >&2 || fail "--help (<) and the man page (>) differ"
for command in list check compare report history; do
    has out "  $command "
    grep -q "^.B.* $command\|^.B $command" "$source_dir/bench/compare/poolbench.1" ||
        fail "the man page lacks the command $command"
done
has out "Examples:"
run 0 --version
has out "poolbench "
