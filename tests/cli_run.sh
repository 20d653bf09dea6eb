#!/bin/sh
# SPDX-License-Identifier: MIT
# `ringside run`: console, exit statuses, saving and loading, traces, serial files, and the shape of --stats=json.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(dirname "$0")/..
micro=$root/build/guests/micro

# ends STATUS ARGUMENT...
ends()
{
    expected=$1
    shift
    timeout 120 "$RINGSIDE" run "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: run $* ($(cat "$tmp/err"))"
}

quiet() { [ ! -s "$tmp/err" ] || fail "standard error: $(cat "$tmp/err")"; }
says()
{
    [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -q "$1" "$tmp/err" || fail "not one line with '$1': $(cat "$tmp/err")"
}

for mode in native emulate 'trap --cpu virtualizable'; do
    # shellcheck disable=SC2086
    {
        ends 0 "$micro/cr3.elf" --mode $mode
        quiet
        grep -q 'after the switch it shows       22222222' "$tmp/out" || fail "console of cr3.elf in $mode"
        ends 1 "$micro/fail.elf" --mode $mode
        says 'wrote 3 to port 0xf4'
        ends 1 "$micro/triple.elf" --mode $mode
        says 'triple fault'
        ends 1 "$micro/hang.elf" --mode $mode
        says 'hang'
        ends 1 "$micro/cr3.elf" --mode $mode --limit 1000
        says 'limit'
    }
done

# The hole that bites is named.
ends 1 "$micro/sidt.elf" --mode trap
grep -q 'hole.*sidt' "$tmp/err" || fail "sidt's hole is not named: $(cat "$tmp/err")"

# COM1 elsewhere.
ends 0 "$micro/cr3.elf"
cp "$tmp/out" "$tmp/console"
ends 0 "$micro/cr3.elf" --serial none
[ ! -s "$tmp/out" ] || fail 'output with --serial none'
ends 0 "$micro/cr3.elf" --serial "$tmp/serial"
[ ! -s "$tmp/out" ] || fail 'output with --serial FILE'
cmp -s "$tmp/console" "$tmp/serial" || fail '--serial FILE differs'

# The same run writes the same trace.
for mode in native emulate trap; do
    ends 0 "$micro/cr3.elf" --mode "$mode" --trace "$tmp/trace1"
    ends 0 "$micro/cr3.elf" --mode "$mode" --trace "$tmp/trace2"
    cmp -s "$tmp/trace1" "$tmp/trace2" || fail "traces of $mode differ"
    [ "$(grep -vcE '^\{"event":"[a-z_]+","machine":"(hardware|guest)",("[a-z0-9_]+":([0-9]+|"[^"\\]*"),?)+\}$' "$tmp/trace1")" -eq 0 ] ||
        fail "a line of the trace of $mode has another form"
done
if [ -e /dev/full ]; then
    ends 1 "$micro/cr3.elf" --mode trap --trace /dev/full
    says '/dev/full'
    ends 1 "$micro/cr3.elf" --save /dev/full
    says '/dev/full'
fi

# Where nothing can be saved, nothing runs; where there is no room, what was there stays, behind links too.
ends 2 "$micro/cr3.elf" --save "$tmp/nowhere/state"
says 'nowhere/state'
[ ! -s "$tmp/out" ] || fail 'it ran all the same'
ends 2 "$micro/cr3.elf" --save "$tmp"
ends 0 "$micro/cr3.elf" --save "$tmp/old"
ln -sf old "$tmp/link"
cp "$tmp/old" "$tmp/kept"
for name in old link; do
    (trap '' XFSZ && ulimit -f 8 && ends 1 "$micro/fail.elf" --serial none --save "$tmp/$name" && exit $failures) ||
        fail "no room for $name"
    cmp -s "$tmp/old" "$tmp/kept" || fail "$name: a save that failed has spoilt the one before it"
    [ ! -e "$tmp/old.part" ] || fail 'a part is left'
done
ends 1 "$micro/fail.elf" --save "$tmp/link"
[ -L "$tmp/link" ] && ! cmp -s "$tmp/old" "$tmp/kept" || fail 'not saved through the link'

# Stopped, saved, loaded and gone on with, in another technique: the console is whole, the state the same.
digest() { grep '"state_digest"' "$1"; }
ends 0 "$micro/cr3.elf" --clock insns --stats=json
cp "$tmp/out" "$tmp/whole"
for second in native emulate 'trap --cpu virtualizable'; do
    ends 1 "$micro/cr3.elf" --clock insns --mode trap --cpu virtualizable --limit 3000 --save "$tmp/state"
    cp "$tmp/out" "$tmp/first"
    # shellcheck disable=SC2086
    ends 0 "$micro/cr3.elf" --clock insns --mode $second --load "$tmp/state"
    cat "$tmp/out" >>"$tmp/first"
    cmp -s "$tmp/first" "$tmp/console" || fail "the console of a saved and loaded run differs ($second)"
    # shellcheck disable=SC2086
    ends 0 "$micro/cr3.elf" --clock insns --mode $second --load "$tmp/state" --stats=json
    [ "$(digest "$tmp/out")" = "$(digest "$tmp/whole")" ] || fail "the state of a saved and loaded run differs ($second)"
done
ends 2 "$micro/cr3.elf" --load "$tmp/state" --mem 32M
says "$tmp/state"
ends 2 "$micro/popf.elf" --clock insns --load "$tmp/state"
says "$tmp/state: .*another guest"
head -c 5000 "$tmp/state" >"$tmp/short"
ends 2 "$micro/cr3.elf" --clock insns --load "$tmp/short"
says "$tmp/short: .*truncated"
printf '\001' | dd of="$tmp/state" bs=1 seek=3000 conv=notrunc 2>/dev/null
printf '\002' | dd of="$tmp/state" bs=1 seek=3001 conv=notrunc 2>/dev/null
ends 2 "$micro/cr3.elf" --clock insns --load "$tmp/state"
says "$tmp/state: .*damaged"
ends 2 "$micro/cr3.elf" --load "$micro/cr3.elf"
says 'not a saved state'

# --stats: a table on standard error, and the console still on standard output.
ends 0 "$micro/cr3.elf" --mode trap --cpu virtualizable --stats
cmp -s "$tmp/out" "$tmp/console" || fail 'the console with --stats differs'
grep -q '#GP' "$tmp/err" || fail 'no #GP in --stats'

# A reader that leaves early.
{ timeout 60 "$RINGSIDE" run "$micro/cr3.elf" 2>"$tmp/err" </dev/null; echo $? >"$tmp/status"; } | :
case $(cat "$tmp/status") in
0 | 1) ;;
*) fail "status $(cat "$tmp/status") when nobody reads" ;;
esac
quiet

# The object of --stats=json.
for mode in native emulate trap 'trap --cpu virtualizable'; do
    # On a plain x86 its hole bites, and it fails.
    expected=0
    [ "$mode" != trap ] || expected=1
    # shellcheck disable=SC2086
    ends $expected "$micro/popf.elf" --mode $mode --stats=json
    quiet
    for key in guest mode mmu cpu outcome exit_code instructions direct_instructions interpreted_instructions cycles \
        cycles_by traps injected exits tlb hole console state_digest; do
        [ "$(grep -c "^[[:space:]]\"$key\":" "$tmp/out")" -eq 1 ] || fail "no $key in --stats=json of $mode"
    done
    if command -v python3 >/dev/null 2>&1; then
        python3 - "$tmp/out" <<'END' || fail "--stats=json of $mode"
import json, sys
s = json.load(open(sys.argv[1], "rb"))
assert s["instructions"] == s["direct_instructions"] + s["interpreted_instructions"], "instructions"
assert set(s["cycles_by"]) == set("guest tc walk switch monitor device idle".split()), "cycles_by"
assert sum(s["cycles_by"].values()) == s["cycles"], "cycles"
assert set(s["tlb"]) == {"hits", "misses", "flushes"}, "tlb"
assert all(v > 0 for k in ("traps", "injected", "exits") for v in s[k].values()), "a count of 0"
assert s["mmu"] == ("shadow" if s["mode"] == "trap" else "none"), "mmu"
assert (s["outcome"], s["exit_code"] == 0) in (("ok", True), ("failed", False)), "outcome"
assert isinstance(s["console"], str) and len(s["state_digest"]) == 32, "console, state_digest"
if s["mode"] == "trap" and s["cpu"] == "x86":
    h = s["hole"]
    assert h["mnemonic"] == "popf" and h["got"] != h["expected"] and h["symbol"] and h["address"], "hole"
else:
    assert s["hole"] is None, "hole"
END
    fi
done

[ "$failures" -eq 0 ]
