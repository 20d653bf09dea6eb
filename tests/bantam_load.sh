#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam's workloads: each ends well and prints its one line; the figures that do not depend on the machine are what they are on
# QEMU and under each technique.
set -u
kernel=build/guests/bantam.elf
wrong=0
fail() { echo "$*"; wrong=1; }

# load PROGRAM-AND-OPTIONS PATTERN: a line of that form, and no other
load()
{
    "$RINGSIDE" run "$kernel" --append "quiet run=$1 exit" >"$TEST_TMP/out" 2>"$TEST_TMP/err" ||
        fail "$1: ended with $?: $(tail -n 1 "$TEST_TMP/err")"
    grep -v ': ended$' "$TEST_TMP/out" >"$TEST_TMP/line" # memhog's child is
    [ "$(wc -l <"$TEST_TMP/line")" -eq 1 ] && grep -Exq "${1%% *} [0-9]+\.[0-9] $2" "$TEST_TMP/line" ||
        fail "$1: says: $(cat "$TEST_TMP/out")"
    tried=$((tried + 1))
}
tried=0
load lat_syscall 'cycles null'
load 'lat_syscall --call stat --rounds 100' 'cycles stat'
load 'lat_syscall --call open --rounds 100' 'cycles open'
load lat_ctx 'cycles 2p/0K'
load 'lat_ctx --processes 8 --size 16K --rounds 50' 'cycles 8p/16K'
load 'lat_fork --rounds 10 --size 64K' cycles
load lat_exec cycles
load 'lat_pagefault --pages 64' cycles
load 'lat_protfault --pages 64' cycles
load 'lat_protfault --pages 64 --copy 1' 'cycles copied'
load lat_mmap 'cycles 1024K'
for op in frd fwr fcp bzero bcopy; do load "bw_mem --op $op" "bytes/kcycle $op"; done
load 'compile --files 4 --size 2K' 'cycles/file [0-9a-f]{8}'
load 'oltp --rounds 10' cycles
load 'dirty --ticks 5' 'pages/tick'
load 'compute --rounds 4' 'cycles [0-9a-f]{8}'
load forkbomb processes
load 'memhog --pages 100' 'pages enough'
load memhog 'pages killed'
load 'diskhog --blocks 50' 'KiB enough'
load diskhog 'KiB disk full'

# One for each source, --help for each.
for source in guests/bantam/user/load/*.c; do
    name=$(basename "$source" .c)
    # ledger is there for the power cut's test, tests/bantam_power.sh
    [ "$name" = ledger ] || grep -Eq "load [\"']?$name" "$0" || fail "$name is not tried here"
    "$RINGSIDE" run "$kernel" --append "quiet run=$name --help exit" 2>/dev/null | grep -q "^$name: " || fail "$name: no --help"
done

# What was computed is the same wherever.
sums()
{
    for program in 'compute --rounds 2' 'compile --files 3 --size 1K'; do
        "$@" "quiet run=$program exit" </dev/null 2>/dev/null | awk '{ print $1, $NF }'
    done
}
ours() { "$RINGSIDE" run "$kernel" --mode "$mode" --cpu virtualizable --append "$1"; }
theirs()
{
    timeout 60 qemu-system-i386 -kernel "$kernel" -append "$1" -display none -serial stdio -no-reboot \
        -device isa-debug-exit,iobase=0xf4
}
mode=native
sums ours >"$TEST_TMP/native"
for mode in emulate trap; do
    sums ours | cmp -s - "$TEST_TMP/native" || fail "$mode computes something else"
done
if command -v qemu-system-i386 >/dev/null 2>&1; then
    sums theirs | cmp -s - "$TEST_TMP/native" || fail "QEMU computes something else"
fi
echo "$tried runs of workloads"
exit $wrong
