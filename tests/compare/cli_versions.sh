# What is inside a contender: told by itself, carried by the results, and true. A server that runs
# on another backend than its name says is kept out.
. "$(dirname "$0")/lib.sh"
export FAKE_NOISE=0.002 # so little that chance decides no verdict
contenders shared_queue rayon
run 0 list --bin "$bin"
has out "rayon             3 workloads; fake 1.0"
compare 0 --rounds 4 --workloads beta
[ "$(grep -c '"fake": "1.0"' "$work/results.json")" -eq 3 ] ||
    fail "not each of rayon, the reference and its A/A arm has its versions in the results"

# The programs of this build. What rustc leaves in a binary, the paths of panics, names the crates
# that came from the registry; those of the standard library came with the compiler.
built=$(dirname "$poolbench")
number_of() { # "crate": "version", of a list
    sed 's/.*"versions": {\([^}]*\)}.*/\1/' "$work/list" | tr ',' '\n' |
        sed -n 's/^ *"\([a-z_-]*\)": *"\([0-9][^"]*\)" *$/\1-\2/p'
}
for program in "$built"/pool-bench-*; do
    name=${program##*/pool-bench-}
    "$program" list >"$work/list"
    number_of >"$work/told"
    grep -q '^poolbench-[0-9]' "$work/told" || fail "$name does not tell its versions"
    grep -aoE '/registry/src/[A-Za-z0-9._-]+/[a-z0-9_-]+-[0-9]+\.[0-9]+\.[0-9]+/src/' "$program" |
        sed 's|/src/$||; s|.*/||' | sort -u >"$work/inside" || true
    while read -r crate; do
        grep -qx "$crate" "$work/told" || fail "$name: $crate is inside, and told is: $(cat "$work/told")"
    done <"$work/inside"
    case $name in
    rayon) grep -q '^rayon-core-' "$work/told" || fail "rayon without rayon-core" ;;
    crossbeam) grep -q '^crossbeam-channel-' "$work/told" || fail "crossbeam without its channel" ;;
    mpsc | vecdeque) grep -q 'rayon\|crossbeam' "$work/told" && fail "$name tells another's crates" ;;
    esac
    server=$built/kvs-server-$name
    [ -x "$server" ] || continue
    POOLBENCH_TELL_BACKEND=1 "$server" >"$work/list"
    has list "\"backend\": \"$name\""
    number_of | diff - "$work/told" >&2 || fail "kvs-server-$name (<) and pool-bench-$name (>) differ"
done

# Fakes of a server and of its bench; the server of rayon runs on mpsc.
cat >"$bin/kvs-bench" <<'END'
#!/bin/sh
cat <<LIST
{"contender":"$2","available":true,"workloads":[{"name":"kvs","title":"t","group":"server",
"threads":[1],"default":true,"seconds":0.02,"metrics":[{"name":"per_second","unit":"1/s",
"better":"higher","primary":true}]}]}
LIST
END
server() { # NAME BACKEND
    printf '#!/bin/sh\n[ -n "$POOLBENCH_TELL_BACKEND" ] || exit 1\n%s\n' \
        "echo '{\"backend\":\"$2\",\"versions\":{\"inside\":\"7.8\"}}'" >"$bin/kvs-server-$1"
    chmod +x "$bin/kvs-server-$1"
}
chmod +x "$bin/kvs-bench"
server shared_queue shared_queue
server rayon mpsc
printf '#!/bin/sh\nexit 2\n' >"$bin/kvs-server-vecdeque"
chmod +x "$bin/kvs-server-vecdeque"
run 0 list --bin "$bin"
has out "shared_queue      1 workloads; inside 7.8"
has out "rayon             not available: its program runs on 'mpsc'"
has out "vecdeque          not available: its program does not say what it runs on: exit status 2"
