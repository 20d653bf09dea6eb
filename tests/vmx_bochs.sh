#!/bin/sh
# SPDX-License-Identifier: MIT
# The micro guests that are hypervisors on Bochs, with a processor that has VMX: they print what they print here.
set -u
bios=/usr/share/bochs/BIOS-bochs-latest vga=/usr/share/bochs/VGABIOS-lgpl-latest
command -v bochs >/dev/null 2>&1 && command -v script >/dev/null 2>&1 || { echo "no bochs here"; exit 77; }
[ -e $bios ] && [ -e $vga ] || { echo "bochs has no BIOS here (packages bochsbios and vgabios)"; exit 77; }

# A floppy disk with the guest behind a boot sector, since Bochs has no Multiboot loader.
floppy()
{
    objcopy -O binary "$1" "$TEST_TMP/image"
    end=$(readelf -lW "$1" | awk '$1 == "LOAD" { print $3 "+" $6 }' | tail -n 1)
    nasm -f bin -DENTRY="0x$(nm "$1" | awk '$3 == "start" { print $1 }')" -DEND="$end" \
        -DLOADED="0x100000+$(stat -c %s "$TEST_TMP/image")" -o "$2" guests/bantam/tools/floppy.asm
    truncate -s 9216 "$2" && cat "$TEST_TMP/image" >>"$2" && truncate -s 1440K "$2"
}

wrong=0
for name in vmx vmxtold; do
    guest=build/guests/micro/$name.elf
    floppy "$guest" "$TEST_TMP/floppy" || { wrong=1; continue; }
    cat >"$TEST_TMP/bochsrc" <<END
megs: 16
cpu: model=corei5_lynnfield_750, count=1, ips=20000000, reset_on_triple_fault=0
romimage: file=$bios
vgaromimage: file=$vga
floppya: 1_44=$TEST_TMP/floppy, status=inserted
boot: floppy
com1: enabled=1, mode=file, dev=$TEST_TMP/theirs
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
    "$RINGSIDE" run "$guest" >"$TEST_TMP/ours" 2>/dev/null || { echo "$name fails here"; wrong=1; }
    # It never ends there: the debug-exit port is ours. As long as lines come, there is hope.
    TERM=xterm LINES=30 COLUMNS=90 timeout 60 script -qec "exec bochs -q -f $TEST_TMP/bochsrc -rc $TEST_TMP/commands" /dev/null \
        </dev/null >/dev/null 2>&1 &
    job=$!
    for _ in $(seq 240); do
        cmp -s "$TEST_TMP/ours" "$TEST_TMP/theirs" && break
        kill -0 $job 2>/dev/null || break
        sleep 0.25
    done
    kill $job 2>/dev/null
    wait $job 2>/dev/null
    if ! cmp -s "$TEST_TMP/ours" "$TEST_TMP/theirs"; then
        echo "$name: Bochs prints (<) something else than we do (>)"
        diff "$TEST_TMP/theirs" "$TEST_TMP/ours" | head -n 10
        wrong=1
    fi
    echo "judge: $name on Bochs: $(wc -l <"$TEST_TMP/ours") lines"
done
exit $wrong
