#!/bin/sh
# SPDX-License-Identifier: MIT
# --swap-every and --swap-through: the techniques change under the guest, and the run is the same; what is wrong is said in
# one line.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(dirname "$0")/..
micro=$root/build/guests/micro

# run STATUS ARGUMENT...
run()
{
    expected=$1
    shift
    timeout 120 "$RINGSIDE" run "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: run $* ($(cat "$tmp/err"))"
}
refused()
{
    run 2 "$micro/cr3.elf" "$@"
    [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "not one line for $*: $(cat "$tmp/err")"
}
says() { grep -q -- "$1" "$tmp/err" || fail "no '$1' in: $(cat "$tmp/err")"; }
field() { sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\"\{0,1\}\([^\",]*\).*/\1/p" "$tmp/out" | head -n 1; }

run 0 "$micro/tables.elf" --clock insns --stats=json
digest=$(field state_digest)
[ "$(field swaps)" = 0 ] || fail 'swaps without any'
for way in '--swap-through native,emulate' '--swap-through emulate,native' '--mode emulate' \
    '--cpu virtualizable' '--cpu virtualizable --mode trap' '--cpu virtualizable --swap-through trap'; do
    # shellcheck disable=SC2086
    run 0 "$micro/tables.elf" --clock insns --stats=json --swap-every 20 $way
    [ "$(field swaps)" -gt 3 ] || fail "$way: $(field swaps) swaps"
    [ "$(field state_digest)" = "$digest" ] || fail "$way: another digest"
done
run 0 "$micro/tables.elf" --swap-every 500 --swap-through emulate --stats
says 'changes of technique'

# Every change is an event, with the name of who takes over.
run 0 "$micro/tables.elf" --swap-every 50 --swap-through native,emulate --trace "$tmp/trace"
grep -q '"event":"swap".*"from":0,"to":1,.*"text":"emulate"' "$tmp/trace" || fail 'no event in the trace'

refused --swap-every 0
refused --swap-every x
says 'allowed'
refused --swap-every 10 --swap-through native,emulat
says 'emulat'
refused --swap-every 10 --swap-through native,,emulate
refused --swap-every 10 --swap-through ''
refused --swap-every 10 --swap-through native,emulate,native,vtx
says 'native is there twice'
refused --swap-every 18446744073709551616
refused --mmu nested --swap-every 10 --swap-through native,emulate
refused --swap-every 10 --swap-through native,pv
says 'not built'
refused --swap-every 10 --swap-through /nowhere/x.so
refused --swap-every 10 --swap-through native
says 'no technique to change to'
refused --swap-through native,emulate
says 'needs --swap-every'

# A change that never comes, in a run that goes on from a saved one, too.
run 1 "$micro/tables.elf" --limit 500 --save "$tmp/state"
run 0 "$micro/tables.elf" --load "$tmp/state" --swap-every 18446744073709551615 --stats=json
[ "$(field swaps)" = 0 ] || fail "$(field swaps) swaps that were not due"

# Ctrl-C in the midst: a line, and the state is saved; it goes on.
"$RINGSIDE" run "$root/build/guests/bantam.elf" --append 'run=compute --rounds 100000000' --limit 0 --serial none \
    --swap-every 10007 --save "$tmp/state" 2>"$tmp/err" </dev/null &
running=$!
sleep 0.5
kill -INT $running
wait $running
[ $? -eq 1 ] || fail "another status than 1 after an interrupt"
grep -q interrupted "$tmp/err" && [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "interrupted: $(cat "$tmp/err")"
run 1 "$root/build/guests/bantam.elf" --load "$tmp/state" --limit 1 --serial none
says 'limit'

[ $failures -eq 0 ]
