#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam's selftest: the same transcript from each technique, from QEMU, and from Bochs where it is; and on x86, where a kernel
# at ring 1 goes wrong, the hole that bit is named. Then usertests: nothing that a program does ends the kernel.
set -u
kernel=build/guests/bantam.elf
run="run=selftest exit"
wrong=0

fail() { echo "$*"; wrong=1; }

# transcript NAME OPTIONS...: a run that has to end well, into $TEST_TMP/NAME
transcript()
{
    name=$1
    shift
    "$RINGSIDE" run "$kernel" --append "$run" --limit 0 "$@" >"$TEST_TMP/$name" 2>"$TEST_TMP/$name.err" ||
        fail "$name: ended with $?: $(tail -n 1 "$TEST_TMP/$name.err")"
    tail -n 2 "$TEST_TMP/$name" | grep -qx 'selftest: ok' || fail "$name: selftest does not end with ok"
}

same() { cmp -s "$TEST_TMP/$1" "$TEST_TMP/$2" || { fail "$2 prints (>) something else than $1 (<)"; diff "$TEST_TMP/$1" "$TEST_TMP/$2" | head -n 10; }; }

transcript native --mode native
for technique in emulate trap vtx; do
    cpu=x86
    [ $technique = trap ] && cpu=virtualizable
    "$RINGSIDE" run "$kernel" --mode $technique --cpu $cpu --limit 1 >/dev/null 2>"$TEST_TMP/there"
    [ $? -ne 2 ] || continue # it is not built
    transcript $technique --mode $technique --cpu $cpu
    same native $technique
done

# A pushf that tells the real IF, or a popf that drops it.
"$RINGSIDE" run "$kernel" --append "$run" --mode trap --cpu x86 >"$TEST_TMP/x86" 2>"$TEST_TMP/x86.err" &&
    fail "trap on x86 ended well"
grep -Eq 'hole bit: (pushf|popf) at c01[0-9a-f]{5} [a-z_]+.*: the guest saw .*, a true machine gives ' "$TEST_TMP/x86.err" ||
    fail "the hole is not named: $(tail -n 1 "$TEST_TMP/x86.err")"

qemu()
{
    timeout 120 qemu-system-i386 -m 64 -kernel "$kernel" -append "$run" -display none -serial stdio -no-reboot \
        -device isa-debug-exit,iobase=0xf4 </dev/null >"$TEST_TMP/qemu" 2>"$TEST_TMP/qemu.err"
    [ $? -eq 1 ] || fail "QEMU did not end with 0: $(tail -n 1 "$TEST_TMP/qemu.err")"
}

if command -v qemu-system-i386 >/dev/null 2>&1; then
    qemu
    same native qemu
else
    echo 'not compared with QEMU: there is no qemu-system-i386 here'
fi

run="run=usertests exit"
"$RINGSIDE" run "$kernel" --append "$run" >"$TEST_TMP/usertests" 2>&1 || fail "usertests ended with $?"
grep -a 'FAILED' "$TEST_TMP/usertests"
grep -aqx 'usertests: ok' "$TEST_TMP/usertests" || fail "usertests does not end with ok"
exit $wrong
