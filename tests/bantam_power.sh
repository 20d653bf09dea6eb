#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam loses power while it works, again and again on one disk. Each time fsck finds the disk consistent, and the next boot
# finds all that was said to be synced. (tests/bantam_power_test.c does the same to the file system alone, and there the disk
# may also keep its writes in any order.)
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
build=$(dirname "$0")/../build/guests
cuts=12
[ "${RINGSIDE_LONG:-}" = 1 ] && cuts=200

[ -f "$build/bantam.elf" ] || { echo "there is no $build/bantam.elf"; exit 77; }
cp "$build/bantam.img" "$tmp/disk.img" || exit 1

# boot LIMIT PROGRAM...
boot()
{
    limit=$1
    shift
    "$RINGSIDE" run "$build/bantam.elf" --disk "$tmp/disk.img" --limit "$limit" --append "run=$* exit" 2>>"$tmp/err"
}

clean() { "$build/fsck.bantam" "$tmp/disk.img" >"$tmp/fsck" || fail "$1: fsck: $(head -3 "$tmp/fsck")"; }

# The last round of the lines "synced ROUND" that are complete; or what was known before.
last_synced()
{
    while IFS= read -r line; do
        case $line in 'synced '*) synced=${line#synced } ;; esac
    done <"$tmp/out"
}

# In millions of cycles: some in the mount, some in the first rounds, some after the log has gone round many times.
limits() { awk -v n="$cuts" 'BEGIN { srand(6); for (i = 0; i < n; i++) printf "%d\n", 50 * exp(rand() * log(40)) }'; }

synced=0
working=0
for cut in $(limits); do
    before=$synced
    boot "${cut}M" ledger --rounds 10000 >"$tmp/out" && fail "$cut M were no cut"
    last_synced
    [ "$synced" -gt "$before" ] && working=$((working + 1))
    clean "cut after $cut M"
    boot 20G ledger --check "$synced" >"$tmp/check" || fail "cut after $cut M, round $synced: $(tail -2 "$tmp/check")"
    clean "boot after the cut after $cut M"
done
[ "$working" -ge 3 ] || fail "only $working runs came as far as a sync: choose other limits"

# And it would notice: a round that was never synced is not there.
boot 20G ledger --check $((synced + 2)) >"$tmp/check" && fail "a round that nobody wrote is there"

echo "judge: $cuts power cuts of the whole machine, $synced rounds synced"
[ "$failures" -eq 0 ]
