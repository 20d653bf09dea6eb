#!/bin/sh
# SPDX-License-Identifier: MIT
# Labs, from the list to the report: solution, skeleton and wrong solutions score as they must, in every format.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)

# In a container that allows no sandbox at all there is nothing to try.
"$RINGSIDE" grade 2 "$root/labs/02-trap-and-emulate/skeleton" --state "$tmp/probe" >/dev/null 2>"$tmp/err" </dev/null
if grep -q 'no sandbox works here' "$tmp/err"; then
    cat "$tmp/err"
    exit 77
fi
export XDG_STATE_HOME="$tmp/state"

# ends STATUS ARGUMENT...
ends()
{
    expected=$1
    shift
    timeout 300 "$RINGSIDE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$tmp/err"))"
}
has() { grep -q -- "$1" "$tmp/out" || fail "no '$1' in: $(cat "$tmp/out")"; }
says() { grep -q -- "$1" "$tmp/err" || fail "no '$1' in: $(cat "$tmp/err")"; }

# Lines of "SUBMISSION PART GOT MAX" from --format json.
table()
{
    awk -F'[][",:[:space:]]+' '
        /"submission":/ { name = $3 }
        /"[a-z-]+":[ \t]*\[[0-9]+, *[0-9]+\]/ { print name, $2, $3, $4 }' "$1"
}

ends 0 lab list
has 'Trap and emulate'

for folder in "$root"/labs/[0-9][0-9]-*; do
    lab=${folder##*/}
    [ -d "$folder/solution" ] || continue
    mutants=$(ls "$folder/mutants")
    [ "$(echo "$mutants" | wc -l)" -ge 8 ] || fail "$lab: fewer than eight mutants"
    # shellcheck disable=SC2086
    ends 0 grade "$lab" "$folder/solution" "$folder/skeleton" "$folder"/mutants/* --format json --jobs 2
    says 'sandbox: '
    table "$tmp/out" >"$tmp/table"
    awk '$1 == "solution" && $3 != $4 { bad = 1; print } $1 == "solution" { n++ } END { exit bad || !n }' "$tmp/table" ||
        fail "$lab: the solution loses points"
    floor=$(sed -n 's/.*"floor": *\([0-9]*\).*/\1/p' "$folder/lab.json")
    [ "$(awk '$1 == "skeleton" { n += $3 } END { print n }' "$tmp/table")" = "$floor" ] || fail "$lab: the skeleton's floor"
    for mutant in $mutants; do
        tr -d ' \n' <"$folder/mutants/$mutant/expect.json" | sed 's/.*"loses":\[//; s/\].*//; s/"//g' | tr , '\n' |
            sort >"$tmp/expected"
        awk -v m="$mutant" '$1 == m && $3 != $4 { print $2 }' "$tmp/table" | sort >"$tmp/lost"
        echo >>"$tmp/expected"
        echo >>"$tmp/lost"
        diff -B "$tmp/expected" "$tmp/lost" >"$tmp/diff" || fail "$lab: mutant $mutant: $(cat "$tmp/diff")"
    done
done

lab=02-trap-and-emulate
good=$root/labs/$lab/solution
bad=$root/labs/$lab/mutants/iret-keeps-stack

# The other formats, and the same again from what is kept.
ends 0 grade 2 "$good" "$bad"
has 'solution: 100/100'
has 'iret *0/16'
says '2 of 2 scores are from an earlier run'
ends 0 grade 2 "$good" "$bad" --format junit
has '<testsuite name="solution" tests="16" failures="0"'
has '<failure message="after iret at '
ends 0 grade 2 "$bad" --format gradescope
has '"max_score"'
ends 2 grade 2 "$good" "$bad" --format gradescope
ends 0 grade "$root/labs/$lab/" "$good"
ends 0 grade trap-and-emulate "$good" "$good/"
[ "$(grep -c 'solution: ' "$tmp/out")" -eq 1 ] || fail 'a submission that is named twice counts twice'

# Usage.
ends 2 grade
ends 2 grade 2
ends 2 grade 77 "$good"
says 'no lab'
ends 2 grade 2 "$tmp/nothing"
says nothing
ends 2 grade 2 "$good" --format xml
ends 2 lab
ends 2 lab test "$tmp"
ends 2 lab start 2 "$tmp"

# Without a sandbox nothing is graded, unless that is asked for; one's own code runs, and it says so.
RINGSIDE_SANDBOX=none
export RINGSIDE_SANDBOX
ends 2 grade 2 "$good"
says 'no sandbox works'
ends 0 grade 2 "$good" --unsafe-no-sandbox
has 'sandbox: limits'
has '100/100'
unset RINGSIDE_SANDBOX

# Names and encodings: a byte-order mark and CRLF; GBK, quotes, a line's end and blanks in names.
mkdir -p "$tmp/class"
{ printf '\357\273\277' && sed 's/$/\r/' "$good/monitor.c"; } >"$tmp/class/2023001_crlf.c"
gbk=$(printf '2023002_\325\305\310\375.c')
cp "$good/monitor.c" "$tmp/class/$gbk"
odd=$(printf 'a "b" <c>\n$(d) 2023003.c')
cp "$bad/monitor.c" "$tmp/class/$odd"
mkdir "$tmp/class/2023004 folder"
cp "$good/monitor.c" "$tmp/class/2023004 folder/lab.c"
cp "$bad/monitor.c" "$tmp/class/2023004-again.c"
cp "$good/monitor.c" "$tmp/class/nobody.c"
printf '学号,姓名,班级\r\n2023001,张三,一班\n2023002,李四,一班\n2023003,"O""Neill",2\n2023004,W,2\n2023005,Z,2\n' \
    >"$tmp/roster.csv"
ends 0 grade 2 "$tmp/class"/* --roster "$tmp/roster.csv"
has '2023001 张三 一班: 2023001_crlf.c: 100/100'
has '2023002_张三.c: 100/100'
has '2023003 O"Neill 2: a "b" <c>?$(d) 2023003.c: 72/100'
has 'missing: 2023005 Z 2'
has 'double: 2023004 W 2 handed in 2 times'
has 'unknown: nobody.c'
ends 0 grade 2 "$tmp/class"/* --roster "$tmp/roster.csv" --format json
tr -d '\n\t ' <"$tmp/out" | grep -q '"roster":{"missing":\["2023005"\],"unknown":\["nobody.c"\],"double":\["2023004"\]}' ||
    fail 'the roster in JSON'
iconv -f UTF-8 -t GB18030 "$tmp/roster.csv" >"$tmp/gbk.csv" 2>/dev/null && {
    ends 0 grade 2 "$tmp/class/2023001_crlf.c" --roster "$tmp/gbk.csv"
    has '2023001 张三 一班: '
}

# A student's way.
ends 0 lab start 2 "$tmp/mine"
ends 2 lab start 2 "$tmp/mine"
ends 1 lab test "$tmp/mine"
has '0 of the 50 points'
has 'ringside debug public/flags.elf'
mv "$tmp/mine/monitor.c" "$tmp/mine/away.c"
ends 2 lab test "$tmp/mine"
says 'monitor.c'
cp "$good/monitor.c" "$tmp/mine/monitor.c"
make -s -C "$tmp/mine" || fail "the student's Makefile"
ends 0 lab test "$tmp/mine"
has 'sandbox: '
timeout 60 "$RINGSIDE" run "$root/build/labs/$lab/tests/public/whole.elf" --mode "$tmp/mine/monitor.so" --cpu virtualizable \
    --clock insns --append 15 >"$tmp/out" 2>&1 || fail "the plug-in of the student's Makefile: $(cat "$tmp/out")"
ends 0 lab submit "$tmp/mine" --student 2023012345
cmp -s "$tmp/mine/2023012345_lab02.c" "$good/monitor.c" || fail 'lab submit'
ends 2 lab submit "$tmp/mine"

# Paths with blanks, quotes and what make and the shell find special: `make test`, and the way that a failure is shown.
odd="$tmp/a place \"\$x\" & (it's #1)"
mkdir -p "$odd/build"
cp "$RINGSIDE" "$odd/build/ringside"
ln -s "$root/build/labs" "$root/build/sandbox" "$odd/build/"
ln -s "$root/labs" "$odd/labs"
"$odd/build/ringside" lab start 2 "$odd/mine" >"$tmp/out" 2>&1 || fail "lab start in a place of an odd name: $(cat "$tmp/out")"
env -u RINGSIDE -u MAKEFLAGS make -C "$odd/mine" test >"$tmp/out" 2>&1
has '0 of the 50 points'
sed -n '/to see it/,/--append/{ /to see it/d; s/ debug / run /; p; /--append/q; }' "$tmp/out" >"$tmp/way"
cp "$good/monitor.c" "$odd/mine/monitor.c"
(cd "$odd/mine" && timeout 60 sh -e "$tmp/way") >"$tmp/out" 2>&1 || fail "the way that is shown: $(cat "$tmp/way" "$tmp/out")"

# In Chinese.
ends 0 lab list --lang zh
has '陷入并模拟'

[ "$failures" -eq 0 ]
