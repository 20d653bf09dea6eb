#!/bin/sh
# SPDX-License-Identifier: MIT
# Hostile submissions (tests/hostile/): each loses what it tampers with and nothing else, leaves no file and no process, and
# does not change what the next submission gets.
#
#   HOSTILE_TIERS=...   tiers of the sandbox, as RINGSIDE_SANDBOX takes them; "best" (default): the best one
#   RINGSIDE_LONG=1     those marked "long:" too, without namespaces as well, and all once more as an ordinary user (where
#                       root runs this)
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)
lab=$root/labs/02-trap-and-emulate

# In a container that allows no sandbox at all there is nothing to try.
"$RINGSIDE" grade 2 "$root/labs/02-trap-and-emulate/skeleton" --state "$tmp/probe" >/dev/null 2>"$tmp/err" </dev/null
if grep -q 'no sandbox works here' "$tmp/err"; then
    cat "$tmp/err"
    exit 77
fi

# Lines of "SUBMISSION PART GOT MAX" from --format json.
table()
{
    awk -F'[][",:[:space:]]+' '
        /"submission":/ { name = $3 }
        /"[a-z-]+":[ \t]*\[[0-9]+, *[0-9]+\]/ { print name, $2, $3, $4 }' "$1"
}

# What a submission lost, as its first lines have it.
lost() { awk -v m="$1" '$1 == m && $3 != $4 { printf "%s ", $2; if ($3 != 0) printf "(%s) ", $3 }' "$tmp/table"; }

all='flags tables control io halt iret interrupt whole'
mark=$tmp/mark/left-behind
mkdir -p "$tmp/mark" "$tmp/class" "$tmp/odd"
chmod 777 "$tmp/mark"

hostile=
for file in "$root"/tests/hostile/*.c; do
    [ -n "${RINGSIDE_LONG:-}" ] || ! grep -q '^ \* long: ' "$file" || continue
    hostile="$hostile ${file##*/}"
    {
        echo '#define lab_on_trap honest'
        cat "$lab/solution/monitor.c"
        echo '#undef lab_on_trap'
        sed "s|@ROOT@|$root|g; s|@MARK@|$mark|g" "$file"
    } >"$tmp/class/${file##*/}"
done
cp "$lab/solution/monitor.c" "$tmp/class/zz_honest.c"
cp "$lab/solution/monitor.c" "$tmp/class/aa_honest.c"

# What is no file at all.
mkdir -p "$tmp/odd/link" "$tmp/odd/pipe" "$tmp/odd/folder/monitor.c" "$tmp/odd/large" "$tmp/odd/two" "$tmp/odd/empty"
ln -s "$lab/solution/monitor.c" "$tmp/odd/link/monitor.c"
ln -s "$lab/solution/monitor.c" "$tmp/odd/link.c"
mkfifo "$tmp/odd/pipe/monitor.c"
dd if=/dev/zero of="$tmp/odd/large/monitor.c" bs=1024 count=2000 2>/dev/null
cp "$lab/solution/monitor.c" "$tmp/odd/two/a.c"
cp "$lab/solution/monitor.c" "$tmp/odd/two/b.c"

# Processes of a sandbox, the worker's and those of its users, that no grader has any more. Other graders may be at work on
# this machine: theirs have an ancestor of that name.
strays()
{
    ps -eo pid=,ppid=,uid=,comm= | awk '
        { parent[$1] = $2; name[$1] = $4; owner[$1] = $3 }
        END {
            for (pid in parent) {
                if ((owner[pid] < 60600 || owner[pid] >= 61100) && name[pid] != "worker") continue
                for (up = parent[pid]; up > 1 && name[up] != "ringside"; up = parent[up]) ;
                if (up <= 1) print pid, owner[pid], name[pid]
            }
        }' | sort
}
gone()
{
    strays >"$tmp/strays"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        strays >"$tmp/strays-now"
        comm -12 "$tmp/strays" "$tmp/strays-now" >"$tmp/strays-both"
        mv "$tmp/strays-both" "$tmp/strays"
        [ -s "$tmp/strays" ] || return 0
        sleep 0.5
    done
    return 1
}

# judge_all WHO COMMAND...: with COMMAND before the grader.
judge_all()
{
    who=$1
    shift
    state=$tmp/state-$(echo "$who" | tr -c 'a-z\n' -)
    mkdir -p "$state"
    chmod 777 "$state"
    timeout 500 "$@" "$RINGSIDE" grade 2 "$tmp"/class/* "$tmp"/odd/* --jobs 2 --format json --state "$state/s" \
        >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq 0 ] || fail "$who: status $status: $(tail -n 5 "$tmp/err")"
    grep '^sandbox: ' "$tmp/err"
    table "$tmp/out" >"$tmp/table"
    for name in $hostile; do
        expected=$(sed -n 's/^.* loses: //p' "$root/tests/hostile/$name")
        [ "$expected" != all ] || expected=$all
        [ "$(lost "$name" | sed 's/ ([0-9]*)//g; s/ $//')" = "$expected" ] ||
            fail "$who: $name lost '$(lost "$name")', not '$expected'"
        awk -v m="$name" '$1 == m && $2 == "flags" && $3 > 6 { exit 1 }' "$tmp/table" || fail "$who: $name got points"
    done
    for name in "$tmp"/odd/*; do
        [ "$(lost "${name##*/}")" = "$all " ] || fail "$who: ${name##*/} lost '$(lost "${name##*/}")'"
    done
    for name in aa_honest.c zz_honest.c; do
        [ -z "$(lost $name)" ] && grep -q "^$name " "$tmp/table" || fail "$who: $name lost '$(lost $name)'"
    done
    [ ! -e "$mark" ] || fail "$who: a file was left behind: $mark"
    rm -f "$mark"
    [ -z "$(ls -A "$state/s/work")" ] || fail "$who: left in the grader's folder: $(ls "$state/s/work")"
    gone || fail "$who: processes were left behind: $(cat "$tmp/strays")"
}

for tier in ${HOSTILE_TIERS:-best ${RINGSIDE_LONG:+landlock,seccomp,user}}; do
    unset RINGSIDE_SANDBOX
    [ "$tier" = best ] || export RINGSIDE_SANDBOX="$tier"
    judge_all "$(id -un), $tier" env
    if [ -n "${RINGSIDE_LONG:-}" ] && [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
        chmod -R a+rX "$tmp"
        judge_all "nobody, $tier" setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$tmp"
    fi
done
[ "$failures" -eq 0 ]
