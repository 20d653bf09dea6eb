#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU Mach here and on QEMU, up to where only a machine with a floating point unit goes on (QEMU 7.2 always has one): what it
# prints, and each of its port accesses, values included. QEMU keeps some of the memory for its firmware's tables, so that
# lines which count all of it differ, and with them how much is sent through COM1.
set -u
command -v qemu-system-i386 >/dev/null 2>&1 || { echo "no qemu-system-i386 here"; exit 77; }
tests/support/fetch-guest gnumach || { echo "GNU Mach cannot be had: $(cat build/thirdparty/gnumach.why-not)"; exit 77; }

tmp=${TEST_TMP:?}
kernel=build/thirdparty/gnumach
common() { tr -d '\r' <"$1" | grep -E '^GNU Mach|^vm_page: DMA|^biosmem: 0{18}:'; }

# Lines "in|out PORT SIZE VALUE", but for COM1's data and line status; the line control is first read as firmware left it.
ports() { sed -E '/^(in|out) (3f8|3fd) /d; 0,/^in 3fb /s/^in 3fb .*/in 3fb 1 as it was/'; }
our_ports()
{
    sed -nE 's/.*"event":"port_(in|out)".*"port":([0-9]+),"size":([0-9]+),"value":([0-9]+).*/\1 \2 \3 \4/p' "$1" |
        awk '{ printf "%s %x %d %x\n", $1, $2, $3, $4 }' | ports
}
# The firmware's come first: the kernel's own begin with the interrupt controller, whose vectors it moves to 20h.
their_ports()
{
    sed -nE 's/.*ops_(read|write) .* addr 0x([0-9a-f]{1,4}) value 0x([0-9a-f]+) size ([0-9]+) .*/\1 \2 \4 \3/p' "$1" |
        sed 's/^read/in/; s/^write/out/' |
        awk 'last == "out 20 1 11" && $0 == "out 21 1 20" { print last; on = 1 } on { print } { last = $0 }' | ports
}

qemu-system-i386 -m 64 -kernel "$kernel" -append console=com0 -display none -serial "file:$tmp/qemu" -no-reboot \
    -trace memory_region_ops_read -trace memory_region_ops_write -D "$tmp/qemu.trace" </dev/null >/dev/null 2>&1 &
qemu=$!
for _ in $(seq 200); do
    grep -q 'pcibios_init' "$tmp/qemu" 2>/dev/null && break
    sleep 0.2
done
kill "$qemu"
wait "$qemu" 2>/dev/null

"$RINGSIDE" run "$kernel" --append console=com0 --clock insns --limit 100M --trace "$tmp/ours.trace" >"$tmp/ours" 2>/dev/null
common "$tmp/qemu" >"$tmp/theirs.common"
common "$tmp/ours" >"$tmp/ours.common"
[ "$(wc -l <"$tmp/ours.common")" -eq 4 ] || { echo "not the four lines wanted:"; cat "$tmp/ours"; exit 1; }
diff "$tmp/theirs.common" "$tmp/ours.common" || { echo "QEMU prints (<) something else than we do (>)"; exit 1; }

our_ports "$tmp/ours.trace" >"$tmp/ours.ports"
accesses=$(wc -l <"$tmp/ours.ports")
[ "$accesses" -gt 500 ] || { echo "only $accesses port accesses"; exit 1; }
their_ports "$tmp/qemu.trace" | head -n "$accesses" >"$tmp/theirs.ports"
[ -s "$tmp/theirs.ports" ] || { echo "this QEMU traces no port accesses"; exit 77; }
diff "$tmp/theirs.ports" "$tmp/ours.ports" || { echo "QEMU's port accesses (<) are others than ours (>)"; exit 1; }

for way in '--mode vtx --mmu nested' '--mode vtx --mmu shadow' '--swap-every 10007 --swap-through native,emulate,vtx'; do
    # shellcheck disable=SC2086
    "$RINGSIDE" run "$kernel" --append console=com0 --clock insns --limit 100M $way --trace "$tmp/trace" >"$tmp/said" 2>/dev/null
    our_ports "$tmp/trace" >"$tmp/ports"
    cmp "$tmp/said" "$tmp/ours" && cmp "$tmp/ports" "$tmp/ours.ports" || { echo "$way: not as natively"; exit 1; }
done
echo "judge: GNU Mach until its FPU probe: $accesses port accesses as on QEMU"
