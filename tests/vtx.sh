#!/bin/sh
# SPDX-License-Identifier: MIT
# What the hardware's help is for: user code costs under vtx what it costs natively, on the unmodified CPU. And --stats says
# why the guest was left, by the SDM's numbers.
set -u
kernel=build/guests/bantam.elf
[ -f "$kernel" ] || { echo "no $kernel"; exit 77; }
tmp=${TEST_TMP:?}

# Tenths of a cycle that a round of arithmetic takes.
round() {
    "$RINGSIDE" run "$kernel" "$@" --append 'run=compute --rounds 100 exit' </dev/null 2>/dev/null | tr -d '\r' |
        sed -n 's/^compute \([0-9]*\)\.\([0-9]\) cycles .*/\1\2/p'
}

native=$(round --mode native)
[ -n "$native" ] || { echo "compute says nothing natively"; exit 1; }
for mmu in nested shadow; do
    vtx=$(round --mode vtx --mmu $mmu)
    [ -n "$vtx" ] || { echo "compute says nothing under vtx, $mmu"; exit 1; }
    [ $((vtx * 100)) -le $((native * 101)) ] || { echo "$mmu: $vtx, natively $native: more than 1.01 of it"; exit 1; }
done

"$RINGSIDE" run "$kernel" --mode vtx --append 'run=true exit' --stats=json </dev/null >"$tmp/stats" 2>/dev/null
grep -q '"mmu":.*"nested"' "$tmp/stats" && grep -q '"30 IO":' "$tmp/stats" && exit 0
echo "not what the statistics of vtx should have:"
cat "$tmp/stats"
exit 1
