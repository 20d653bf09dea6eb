#!/bin/sh
# SPDX-License-Identifier: MIT
# --disk: a file is written through; a snapshot is not, and what it wrote travels with the saved state.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
micro=$(dirname "$0")/../build/guests/micro

# The guest writes c0ffee.. into sectors 512 and 513, of which 16 bits repeat.
written() { od -An -tx2 -j $((512 * 512)) -N 2 "$1" | tr -d ' '; }

cp "$micro/sectors.img" "$tmp/disk.img" || exit 1
"$RINGSIDE" run "$micro/disk.elf" --disk "$tmp/disk.img,snapshot" >"$tmp/out" || fail "the guest failed on a snapshot"
cmp -s "$micro/sectors.img" "$tmp/disk.img" || fail "a snapshot changed its file"
"$RINGSIDE" run "$micro/disk.elf" --disk "$tmp/disk.img" --mode trap --cpu virtualizable >"$tmp/out2" ||
    fail "the guest failed on a file"
cmp -s "$tmp/out" "$tmp/out2" || fail "a file and its snapshot differ to the guest"
[ "$(written "$tmp/disk.img")" = ee00 ] || fail "a file was not written through: $(written "$tmp/disk.img")"

# Stopped in the middle of it and taken up again, the guest prints the rest.
cut=$(grep -n '^flushed' "$tmp/out" | cut -d: -f1)
for limit in 50K 100K 120K 150K; do
    "$RINGSIDE" run "$micro/disk.elf" --disk "$micro/sectors.img,snapshot" --clock insns --limit "$limit" \
        --save "$tmp/state" >"$tmp/first" 2>/dev/null
    "$RINGSIDE" run "$micro/disk.elf" --disk "$micro/sectors.img,snapshot" --clock insns --load "$tmp/state" \
        --mode emulate >"$tmp/rest" || fail "the guest failed when taken up at $limit"
    cat "$tmp/first" "$tmp/rest" | cmp -s - "$tmp/out" || fail "what it printed in two parts differs ($limit)"
    [ "$(wc -l <"$tmp/first")" -le "$cut" ] || middle=yes
done
[ "${middle:-}" ] || fail "none of the cuts lay behind the write: choose others"

# A state does not go with another disk.
"$RINGSIDE" run "$micro/disk.elf" --load "$tmp/state" --clock insns >"$tmp/o" 2>"$tmp/err" && fail "taken up without its disk"
grep -q 'saved with a disk' "$tmp/err" || fail "no word of the disk: $(cat "$tmp/err")"

[ "$failures" -eq 0 ]
