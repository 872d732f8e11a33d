#!/bin/sh
# command_line.sh POOLBENCH EXAMPLE: what `poolbench report` refuses: exit status 2, a message that
# names the mistake, and no file changed.
set -u
poolbench=$1
example=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp "$example" good.json
bad=0

fail() {
    printf 'FAILED: %s\n' "$*"
    bad=$((bad + 1))
}

refuses() { # what, text in the message, arguments...
    what=$1
    text=$2
    shift 2
    before=$(ls -A . | sort; cat ./*.html 2>/dev/null | cksum)
    "$poolbench" report "$@" >out 2>err
    status=$?
    [ $status -eq 2 ] || fail "$what: exit status $status instead of 2"
    grep -qF -- "$text" err || fail "$what: '$text' is not in: $(cat err)"
    [ -s out ] && fail "$what: something on standard output: $(head -c 200 out)"
    rm -f out err
    [ "$before" = "$(ls -A . | sort; cat ./*.html 2>/dev/null | cksum)" ] || fail "$what: files changed"
}

printf old >kept.html
printf old >good.html
printf '{"format": "poolbench-results", "version": 1, "run": {}, "tables": ' >cut.json
printf 'no json' >words.json
: >empty.json
printf '[1, 2]' >array.json
printf '{"format": "something else", "version": 1}' >foreign.json
sed 's/"version": 1,/"version": 2,/' good.json >newer.json
printf '{"format": "poolbench-results", "version": 1}' >bare.json
rm -f out err

refuses no_file "name of a results file is missing"
refuses missing "absent.json: No such file or directory" absent.json
refuses folder "Is a directory" .
refuses words "not JSON: line 1" words.json
refuses empty "not JSON" empty.json
refuses cut "not JSON: line 1" cut.json
refuses array "not a results file" array.json
refuses foreign "\"format\" is to be \"poolbench-results\"" foreign.json
refuses newer "format version 2; this program reads version 1" newer.json
refuses bare "\"run\" (an object) and \"tables\" (an array) are needed" bare.json
refuses two_files "one results file at a time" good.json other.json
refuses unknown_option "unrecognized option" --colour good.json
refuses both "exclude each other" --svg --markdown good.json
refuses output_without "requires an argument" good.json --output
refuses output_empty "needs the name of a file" good.json --output ""
refuses no_such_folder "No such file or directory" good.json --output absent/page.html
refuses output_folder "Is a directory" good.json --output .
refuses onto_itself "would overwrite the results" good.json --output ./good.json
ln good.json link.html
refuses onto_a_link "would overwrite the results" good.json --output link.html
rm link.html

# Without gnuplot: said so, and the page that was there stays.
mkdir nothing
PATH=$work/nothing "$poolbench" report good.json --output kept.html 2>err
[ $? -eq 2 ] || fail "no gnuplot: exit status"
grep -q "apt-get install gnuplot-nox" err || fail "no gnuplot: message: $(cat err)"
[ "$(cat kept.html)" = old ] || fail "no gnuplot: the old page was changed"

# A gnuplot that fails, and one that draws nothing.
printf '#!/bin/sh\necho broken >&2\nexit 3\n' >nothing/gnuplot
chmod +x nothing/gnuplot
PATH=$work/nothing:$PATH "$poolbench" report good.json --output kept.html 2>err
[ $? -eq 2 ] || fail "broken gnuplot: exit status"
grep -q broken err || fail "broken gnuplot: message: $(cat err)"
printf '#!/bin/sh\nexit 0\n' >nothing/gnuplot
PATH=$work/nothing:$PATH "$poolbench" report good.json --output kept.html 2>err
[ $? -eq 2 ] || fail "silent gnuplot: exit status"
[ "$(cat kept.html)" = old ] || fail "broken gnuplot: the old page was changed"

# A full disk is an error, not an empty page.
"$poolbench" report good.json --output /dev/full 2>err
[ $? -eq 2 ] || fail "full disk: exit status"
"$poolbench" report --markdown good.json >/dev/full 2>err
[ $? -eq 2 ] || fail "full disk, standard output: exit status"
[ -c /dev/full ] || fail "/dev/full was replaced by a file"

# And what it accepts: the default name, replaced as a whole; standard output; nothing left over.
rm -rf nothing err
"$poolbench" report good.json 2>err || fail "default name: $(cat err)"
grep -q '</html>' good.html || fail "default name: no whole page in good.html"
"$poolbench" report good.json -o - 2>err | grep -q '</html>' || fail "standard output"
"$poolbench" report --svg good.json | grep -q '<metadata>' || fail "--svg"
"$poolbench" report --svg good.json | grep -q 'var(' && fail "--svg: a colour that only browsers know"
"$poolbench" report --help | grep -q '^usage: poolbench report' || fail "--help"
ls -A | grep -q 'html\.' && fail "temporary files left: $(ls -A)"

[ $bad -eq 0 ] && echo "command line: all as it should be"
[ $bad -eq 0 ]
