#!/bin/sh
# SPDX-License-Identifier: MIT
# A grading that is killed goes on: no score is lost, none doubled, nothing is left over.
# RINGSIDE_LONG=1: with a class of 50.
set -u

tmp=${TEST_TMP:?}
root=$(cd "$(dirname "$0")/.." && pwd)
count=12
[ -z "${RINGSIDE_LONG:-}" ] || count=50
failures=0

# In a container that allows no sandbox at all there is nothing to try.
"$RINGSIDE" grade 2 "$root/labs/02-trap-and-emulate/skeleton" --state "$tmp/probe" >/dev/null 2>"$tmp/err" </dev/null
if grep -q 'no sandbox works here' "$tmp/err"; then
    cat "$tmp/err"
    exit 77
fi

fail()
{
    failures=$((failures + 1))
    echo "wrong: $*"
}

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

[ "$failures" -eq 0 ]
