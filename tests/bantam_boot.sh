#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam boots: from a floppy disk on QEMU and, with a disk, on Bochs, with the transcript that it has here; and with little memory.
# And it panics: with the names of the functions that led there.
set -u
kernel=build/guests/bantam.elf
floppy=$TEST_TMP/floppy
run="run=selftest exit"
wrong=0

fail() { echo "$*"; wrong=1; }

# here NAME OPTIONS...: the transcript that the others shall have
here()
{
    name=$1
    shift
    "$RINGSIDE" run "$kernel" --append "$run" --limit 0 "$@" >"$TEST_TMP/$name" 2>&1 || fail "$name: selftest ended with $?"
}

# same NAME OTHER WHO
same() { cmp -s "$TEST_TMP/$1" "$TEST_TMP/$2" || { fail "$3 prints (>) something else"; diff "$TEST_TMP/$1" "$TEST_TMP/$2" | head -n 10; }; }

# The command line has its place in the boot sector.
cp build/guests/bantam.floppy "$floppy"
printf '%s' "$run" | dd of="$floppy" bs=1 seek=384 conv=notrunc 2>/dev/null

if command -v qemu-system-i386 >/dev/null 2>&1; then
    timeout 120 qemu-system-i386 -m 64 -drive file="$floppy",format=raw,if=floppy -boot a -display none -serial stdio -no-reboot \
        -device isa-debug-exit,iobase=0xf4 </dev/null >"$TEST_TMP/qemu" 2>/dev/null
    [ $? -eq 1 ] || fail "QEMU, from the floppy disk, did not end with 0"
    here native
    same native qemu "QEMU, from the floppy disk,"
else
    echo 'not compared with QEMU: there is no qemu-system-i386 here'
fi

# Debian's Bochs has its debugger built in, starts in it, and wants a terminal.
bios=/usr/share/bochs/BIOS-bochs-latest vga=/usr/share/bochs/VGABIOS-lgpl-latest
if command -v bochs >/dev/null 2>&1 && [ -e $bios ] && [ -e $vga ]; then
    cat >"$TEST_TMP/bochsrc" <<END
megs: 64
cpu: model=p2_klamath, count=1, ips=20000000, reset_on_triple_fault=0
romimage: file=$bios
vgaromimage: file=$vga
floppya: 1_44=$floppy, status=inserted
boot: floppy
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=$TEST_TMP/theirs.img, mode=flat, cylinders=0
com1: enabled=1, mode=file, dev=$TEST_TMP/bochs
display_library: term
sound: driver=dummy
speaker: enabled=0
log: $TEST_TMP/bochs.log
panic: action=fatal
error: action=ignore
info: action=ignore
clock: sync=none, time0=0
END
    printf 'c\nquit\n' >"$TEST_TMP/commands"
    cp build/guests/bantam.img "$TEST_TMP/ours.img"
    cp build/guests/bantam.img "$TEST_TMP/theirs.img"
    for boot in 1 2; do
        TERM=xterm LINES=30 COLUMNS=90 timeout 300 script -qec "bochs -q -f $TEST_TMP/bochsrc -rc $TEST_TMP/commands" /dev/null \
            </dev/null >/dev/null 2>&1
        here disk$boot --disk "$TEST_TMP/ours.img"
        same disk$boot bochs "Bochs, at boot $boot with a disk,"
    done
    build/guests/fsck.bantam "$TEST_TMP/theirs.img" || fail "what Bochs wrote is not consistent"
else
    echo 'not compared with Bochs: there is none here, or no firmware for it'
fi

# As little memory as the loader takes it with.
"$RINGSIDE" run "$kernel" --mem 3M --append "run=true exit quiet" >"$TEST_TMP/small" 2>&1 || fail "3 MiB: $(tail -n 1 "$TEST_TMP/small")"

"$RINGSIDE" run "$kernel" --append "run=nothing" >"$TEST_TMP/panic" 2>&1 && fail "a panic ends well"
grep -qx 'panic: /bin/nothing cannot be run (-2)' "$TEST_TMP/panic" || fail "no panic where there is no program"
for function in process_first kernel_main native_main; do
    grep -Eq "^  c01[0-9a-f]{5}  $function\+0x[0-9a-f]+" "$TEST_TMP/panic" || fail "$function is not in the backtrace"
done

# A kernel that jumps to 0, which the debugger makes it do.
printf 'break kernel_call\ncontinue\nset $eip=0\ncontinue\n' >"$TEST_TMP/jump.rsh"
"$RINGSIDE" shell "$kernel" --append "run=true exit" -x "$TEST_TMP/jump.rsh" >"$TEST_TMP/jump" 2>&1
for words in 'panic: page fault in the kernel, at 00000000' 'in process 1 (true)' 'eip 00000000' '  enter+0x'; do
    grep -qF "$words" "$TEST_TMP/jump" || fail "a kernel that jumps to 0 does not say '$words'"
done
exit $wrong
