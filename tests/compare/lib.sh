# What the scripts share: sh cli_X.sh POOLBENCH FAKE SOURCE
set -eu
poolbench=$1
fake=$2
source_dir=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/build/bin"
bin=$work/build/bin
unset NO_COLOR FAKE_NOISE FAKE_LOG FAKE_REFERENCE_FACTOR || true
export FAKE_NOISE=0.01

fail() {
    echo "FAILED: $*" >&2
    for file in "$work"/out "$work"/err; do
        if [ -e "$file" ]; then
            echo "--- $(basename "$file")" >&2
            cat "$file" >&2
        fi
    done
    exit 1
}

contenders() {
    for name in "$@"; do
        ln -s "$fake" "$bin/pool-bench-$name"
    done
}

# run STATUS ARGUMENT...: runs poolbench, output in $work/out and $work/err
run() {
    expected=$1
    shift
    status=0
    "$poolbench" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ "$status" -eq "$expected" ] || fail "poolbench $*: exit status $status, not $expected"
}

has() { # FILE TEXT
    grep -qF -e "$2" "$work/$1" || fail "$1 lacks: $2"
}

lacks() {
    if grep -qF -e "$2" "$work/$1"; then fail "$1 has: $2"; fi
}

compare() { # STATUS ARGUMENT...
    expected_status=$1
    shift
    run "$expected_status" compare --bin "$bin" --no-gate --json "$work/results.json" "$@"
}
