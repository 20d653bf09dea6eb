#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU Mach's console here and on QEMU, up to where only a machine with a floating point unit goes on. QEMU keeps some of the
# memory for its firmware's tables, so that lines which count all of it differ.
set -u
command -v qemu-system-i386 >/dev/null 2>&1 || { echo "no qemu-system-i386 here"; exit 77; }
tests/support/fetch-guest gnumach || { echo "GNU Mach cannot be had: $(cat build/thirdparty/gnumach.why-not)"; exit 77; }

tmp=${TEST_TMP:?}
kernel=build/thirdparty/gnumach
common() { tr -d '\r' <"$1" | grep -E '^GNU Mach|^vm_page: DMA|^biosmem: 0{18}:'; }

qemu-system-i386 -m 64 -kernel "$kernel" -append console=com0 -display none -serial "file:$tmp/qemu" -no-reboot \
    </dev/null >/dev/null 2>&1 &
qemu=$!
for _ in $(seq 100); do
    grep -q 'DIRECTMAP: min' "$tmp/qemu" 2>/dev/null && break
    sleep 0.2
done
kill "$qemu"
wait "$qemu" 2>/dev/null

"$RINGSIDE" run "$kernel" --append console=com0 --clock insns --limit 100M >"$tmp/ours" 2>/dev/null
common "$tmp/qemu" >"$tmp/theirs.common"
common "$tmp/ours" >"$tmp/ours.common"
[ "$(wc -l <"$tmp/ours.common")" -eq 4 ] || { echo "not the four lines wanted:"; cat "$tmp/ours"; exit 1; }
cmp -s "$tmp/theirs.common" "$tmp/ours.common" && exit 0
echo "QEMU prints (<) something else than we do (>)"
diff "$tmp/theirs.common" "$tmp/ours.common"
exit 1
