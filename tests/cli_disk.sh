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

# Of one file there is one writer, or there are snapshots.
refused() { "$RINGSIDE" run "$micro/disk.elf" "$@" >"$tmp/o" 2>"$tmp/err" && fail "two disks of one file: $*"; }
refused --disk "$tmp/disk.img" --disk "$tmp/disk.img"
refused --disk "$tmp/disk.img" --disk "$tmp/disk.img,snapshot"
grep -q "^ringside: .*$tmp/disk.img: in use" "$tmp/err" || fail "no word of the other disk: $(cat "$tmp/err")"
exec 9<"$tmp/disk.img"
if flock -n 9; then
    refused --disk "$tmp/disk.img"
    flock -u 9
fi
printf 'continue\nrun\n' >"$tmp/again"
"$RINGSIDE" shell "$micro/disk.elf" --disk "$tmp/disk.img" -x "$tmp/again" >"$tmp/o" 2>"$tmp/err" || fail "status $?"
[ ! -s "$tmp/err" ] || fail "the same run once more: $(cat "$tmp/err")"
"$RINGSIDE" run "$micro/disk.elf" --disk "$tmp/disk.img,snapshot" --disk "$tmp/disk.img,snapshot" >"$tmp/o" ||
    fail "two snapshots of one file are none"

[ "$failures" -eq 0 ]
