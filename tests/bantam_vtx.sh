#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam, unmodified, with the hardware's help and while the technique changes: the transcript and, on the instruction clock,
# the state at the end are native's.
set -u
kernel=build/guests/bantam.elf
wrong=0

fail() { echo "$*"; wrong=1; }

# ended NAME OPTIONS...: runs selftest; its console is $TEST_TMP/NAME, its statistics $TEST_TMP/NAME.json
ended()
{
    name=$1
    shift
    "$RINGSIDE" run "$kernel" --append "run=selftest exit" --clock insns --limit 0 --serial "$TEST_TMP/$name" --stats=json "$@" \
        >"$TEST_TMP/$name.json" 2>"$TEST_TMP/$name.err" || fail "$name: ended with $?: $(tail -n 1 "$TEST_TMP/$name.err")"
    grep -qx 'selftest: ok' "$TEST_TMP/$name" || fail "$name: selftest does not say ok"
}

field() { sed -n "s/.*\"$1\":[[:space:]]*\"\{0,1\}\([^\",]*\).*/\1/p" "$TEST_TMP/$2.json" | head -n 1; }

ended native
[ -n "$(field state_digest native)" ] || fail "there is no digest"
for mmu in nested shadow; do ended $mmu --mode vtx --mmu $mmu; done
ended changing --mode native --swap-every 10007 --swap-through native,emulate,vtx
for name in nested shadow changing; do
    cmp -s "$TEST_TMP/native" "$TEST_TMP/$name" || fail "$name: another transcript than native's"
    [ "$(field state_digest $name)" = "$(field state_digest native)" ] || fail "$name: another state than native's"
done
[ "$(field swaps changing)" -gt 100 ] || fail "only $(field swaps changing) changes of technique"
echo "judge: Bantam's selftest under vtx: nested, shadow, and with $(field swaps changing) changes of technique"
exit $wrong
