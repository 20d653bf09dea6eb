#!/bin/sh
# SPDX-License-Identifier: MIT
# A grading that is killed goes on: no score is lost, none doubled, nothing is left over.
# RINGSIDE_LONG=1: with a class of 50.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)
count=12
[ -z "${RINGSIDE_LONG:-}" ] || count=50

# In a container that allows no sandbox at all there is nothing to try.
"$RINGSIDE" grade 2 "$root/labs/02-trap-and-emulate/skeleton" --state "$tmp/probe" >/dev/null 2>"$tmp/err" </dev/null
if grep -q 'no sandbox works here' "$tmp/err"; then
    cat "$tmp/err"
    exit 77
fi

mkdir -p "$tmp/class"
i=0
while [ "$i" -lt "$count" ]; do
    { cat "$root/labs/02-trap-and-emulate/solution/monitor.c" && echo "/* $i */"; } >"$tmp/class/$((1000 + i)).c"
    i=$((i + 1))
done

scores() { find "$tmp/state/scores" -name '*.json' 2>/dev/null | wc -l; }

# Killed three times, each time when more is there; by signals that can be caught and by one that cannot.
had=0
for signal in KILL TERM KILL; do
    # `exec`, so that the signal meets the grader itself.
    sh -c 'exec "$@"' - "$RINGSIDE" grade 2 "$tmp"/class/* --jobs 2 --state "$tmp/state" >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$!
    tries=0
    while [ "$(scores)" -le "$had" ] && [ "$tries" -lt 600 ] && kill -0 "$pid" 2>/dev/null; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill -"$signal" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    status=$?
    [ "$signal" != TERM ] || [ "$status" -eq 2 ] || [ "$status" -eq 0 ] || fail "status $status after SIGTERM"
    had=$(scores)
done
[ "$had" -ge 2 ] || fail "only $had scores after three runs"
[ "$had" -lt "$count" ] || echo 'the machine was too fast: all was graded before the last signal'

timeout 300 sh -c 'exec "$@"' - "$RINGSIDE" grade 2 "$tmp"/class/* --jobs 2 --format json --state "$tmp/state" \
    >"$tmp/out" 2>"$tmp/err" </dev/null || fail "the last run: $(cat "$tmp/err")"
grep -q "of $count scores are from an earlier run" "$tmp/err" || fail "nothing was kept: $(cat "$tmp/err")"
[ "$(grep -c '"score":[[:space:]]*100,' "$tmp/out")" -eq "$count" ] || fail "not $count scores of 100"
[ "$(grep '"submission"' "$tmp/out" | sort -u | wc -l)" -eq "$count" ] || fail 'a submission is missing or double'
[ "$(grep -c "^\[$count/$count\]" "$tmp/err")" -eq 1 ] || fail 'no progress to the end'
[ "$(scores)" -eq "$count" ] || fail "$(scores) scores are kept"
[ -z "$(ls -A "$tmp/state/work")" ] || fail "left over: $(ls "$tmp/state/work")"

# The same bytes again, on a machine that has something else to do.
cp "$tmp/out" "$tmp/first"
for _ in 1 2 3; do
    (while :; do :; done) &
    burners="${burners:-} $!"
done
"$RINGSIDE" grade 2 "$tmp"/class/100[01].c --fresh --jobs 2 --format json --state "$tmp/state" >"$tmp/out" 2>/dev/null </dev/null
# shellcheck disable=SC2086
kill $burners
[ "$(grep -c '"score":[[:space:]]*100,' "$tmp/out")" -eq 2 ] || fail 'a loaded machine gives another score'

# What does not compile is quoted, in the assembler's words too.
grade_one()
{
    timeout 60 "$RINGSIDE" grade 2 "$1" --state "$tmp/state" 2>"$tmp/err" </dev/null
}
{ cat "$root/labs/02-trap-and-emulate/solution/monitor.c" && echo 'void f(void) { __asm__("no_such_word %eax"); }'; } >"$tmp/asm.c"
grade_one "$tmp/asm.c" >"$tmp/out"
grep -q 'no_such_word' "$tmp/out" || fail "the assembler's words are not shown: $(cat "$tmp/out")"

# A report that cannot be written is a failure that is told.
if [ -c /dev/full ]; then
    grade_one "$tmp/class/1000.c" >/dev/full
    status=$?
    [ "$status" -eq 2 ] || fail "status $status with a full disk"
    grep -q 'report cannot be written' "$tmp/err" || fail "a full disk: '$(cat "$tmp/err")'"
fi

# A grader that is killed while it compiles leaves no compiler behind, in namespaces of its own or not.
compilers() { find /proc -maxdepth 2 -name cwd -lname "$tmp/slow/*" 2>/dev/null | sed 's|/cwd$|/comm|'; }
printf '#if __INCLUDE_LEVEL__ < 60\n#include __FILE__\n#include __FILE__\n#endif\n' >"$tmp/slow.c"
RINGSIDE_SANDBOX=landlock,seccomp,user sh -c 'exec "$@"' - "$RINGSIDE" grade 2 "$tmp/slow.c" --state "$tmp/slow" \
    >/dev/null 2>&1 </dev/null &
pid=$!
tries=0
while ! compilers | xargs -r cat 2>/dev/null | grep -Eq 'cc1|clang' && [ "$tries" -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
[ -n "$(compilers)" ] || fail 'no compiler to kill'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
tries=0
while [ -n "$(compilers)" ] && [ "$tries" -lt 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
[ -z "$(compilers)" ] || fail "left behind: $(compilers)"

[ "$failures" -eq 0 ]
