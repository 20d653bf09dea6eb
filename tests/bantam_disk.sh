#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam with a disk. selftest runs twice on one image, and the second boot verifies what the first wrote; Ringside and QEMU
# print the same. Then QEMU plays a disk with bad sectors: the program is told "disk error", the kernel goes on, and the disk
# stays consistent.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
build=$(dirname "$0")/../build/guests

[ -f "$build/bantam.elf" ] || { echo "there is no $build/bantam.elf"; exit 77; }

# boot PROGRAM...: on QEMU, with the drive that $drive describes
boot()
{
    timeout 60 qemu-system-i386 -kernel "$build/bantam.elf" -append "run=$* exit" -display none -serial stdio -no-reboot \
        -device isa-debug-exit,iobase=0xf4 ${drive:+-drive "$drive"} </dev/null >"$tmp/out" 2>&1
}

# bad read|write SECTOR EVENT: QEMU fails it once it has seen that event
bad()
{
    printf '[inject-error]\nevent = "%s"\niotype = "%s"\nerrno = "5"\nsector = "%s"\n' "$3" "$1" "$2" >"$tmp/bad.conf"
    drive=file=blkdebug:$tmp/bad.conf:$tmp/disk.img,format=raw,if=ide
}

said() { grep -q "$1" "$tmp/out" || fail "$2: $(tail -3 "$tmp/out")"; }
clean() { "$build/fsck.bantam" "$tmp/disk.img" >"$tmp/fsck" || fail "$1: fsck: $(head -3 "$tmp/fsck")"; }

cp "$build/bantam.img" "$tmp/disk.img"
for n in 1 2; do
    "$RINGSIDE" run "$build/bantam.elf" --disk "$tmp/disk.img" --append 'run=selftest exit' >"$tmp/out" 2>&1 ||
        fail "selftest, boot $n: $(tail -2 "$tmp/out")"
    cp "$tmp/out" "$tmp/ours$n"
    said '^selftest: ok$' "selftest, boot $n"
    clean "selftest, boot $n"
done
said '^selftest: what boot 1 wrote is there$' 'the second boot'
grep -q 'the first boot on this disk' "$tmp/ours1" || fail "boot 1 finds something on a new disk"

command -v qemu-system-i386 >/dev/null || {
    echo 'no bad sectors, and not compared: there is no qemu-system-i386'
    exit $((failures != 0))
}
cp "$build/bantam.img" "$tmp/disk.img"
drive=file=$tmp/disk.img,format=raw,if=ide
for n in 1 2; do
    boot selftest
    cmp -s "$tmp/out" "$tmp/ours$n" || fail "selftest, boot $n: QEMU prints (>) $(diff "$tmp/ours$n" "$tmp/out" | head -5)"
    clean "selftest on QEMU, boot $n"
done

# A file whose place on the disk can be found: behind the log, where its contents may stand as well.
awk 'BEGIN { for (i = 0; i < 200; i++) print "a line to be found" }' >"$tmp/marked"
"$build/mkfs.bantam" "$tmp/disk.img" 2M "/marked=$tmp/marked" \
    "/bin/cat=$build/bantam/bin/cat" "/bin/oltp=$build/bantam/bin/oltp" || exit 1
place=$(grep -abo 'a line to be found' "$tmp/disk.img" | tail -1 | cut -d: -f1)

bad read $((place / 512)) read_aio
boot cat /marked
said 'disk error' 'a bad sector of a file'
said 'process 1 has ended with status 1' 'the kernel after it'
clean 'a bad sector of a file'

bad write 6 pwritev # of the log's first slot
boot oltp --rounds 1
said 'sync: disk error' 'a bad sector of the log'
said 'process 1 has ended with status 1' 'the kernel after it'
clean 'a bad sector of the log'

# The same disk without the flaw.
drive=file=$tmp/disk.img,format=raw,if=ide
boot oltp --rounds 1
said 'process 1 has ended with status 0' 'a sound disk'
clean 'a sound disk'

drive=
boot echo without a drive
said '^root: RAM disk' 'no drive'
said '^without a drive' 'no drive'

[ "$failures" -eq 0 ]
