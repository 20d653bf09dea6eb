#!/bin/sh
# SPDX-License-Identifier: MIT
# The micro guests on QEMU: what they print, and the byte they end with, must be what they print and end with here.
set -u
command -v qemu-system-i386 >/dev/null 2>&1 || { echo "no qemu-system-i386 here"; exit 77; }

wrong=0
tried=0
for image in build/guests/micro/*.elf; do
    name=$(basename "$image" .elf)
    source=guests/micro/$name.asm
    # Keys come at a tick of our clock, which QEMU does not have; a guest that hangs never lets QEMU end.
    grep -q '^; keys:' "$source" && continue
    grep -q '^; expect: hang' "$source" && continue
    # What QEMU does not have; the guest's second line of comment says what.
    grep -q '^; qemu: no' "$source" && continue
    tried=$((tried + 1))
    disk=build/guests/micro/$(sed -n 's/^; disk: //p' "$source")
    theirs_disk="-drive file=$disk,format=raw,if=ide,snapshot=on" ours_disk="--disk $disk,snapshot"
    [ -f "$disk" ] || theirs_disk='' ours_disk=''
    # shellcheck disable=SC2086
    timeout 60 qemu-system-i386 -kernel "$image" -display none -serial stdio -no-reboot $theirs_disk \
        -device isa-debug-exit,iobase=0xf4,iosize=4 </dev/null >"$TEST_TMP/qemu" 2>"$TEST_TMP/qemu.err"
    theirs=$?
    # shellcheck disable=SC2086
    "$RINGSIDE" run "$image" $ours_disk >"$TEST_TMP/ours" 2>/dev/null
    # isa-debug-exit ends QEMU with 2 * byte + 1; a triple fault, with -no-reboot, with 0.
    case $(sed -n 's/^; expect: //p' "$source") in
    ok) expected=1 ;;
    failed*) expected=$((2 * $(sed -n 's/^; expect: failed //p' "$source") + 1)) ;;
    *) expected=0 ;;
    esac
    if [ "$theirs" -ne "$expected" ]; then
        echo "$name: QEMU ended with $theirs, expected $expected"
        wrong=1
    fi
    if ! cmp -s "$TEST_TMP/qemu" "$TEST_TMP/ours"; then
        echo "$name: QEMU prints (<) something else than we do (>)"
        diff "$TEST_TMP/qemu" "$TEST_TMP/ours" | head -n 10
        wrong=1
    fi
done
[ "$tried" -ge 10 ] || { echo "only $tried guests were tried"; wrong=1; }
exit $wrong
