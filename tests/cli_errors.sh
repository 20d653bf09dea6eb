#!/bin/sh
# SPDX-License-Identifier: MIT
# Bad input ends with status 2 and one line on standard error that names what is wrong; nothing on standard output.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(dirname "$0")/..
guest=$root/build/guests/micro/cr3.elf

# refuses WHAT ARGUMENT...: WHAT must be in the line.
refuses()
{
    what=$1
    shift
    timeout 60 "$RINGSIDE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq 2 ] || fail "status $status of: $*"
    [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "not one line on standard error: $*: $(cat "$tmp/err")"
    [ ! -s "$tmp/out" ] || fail "something on standard output: $*"
    case $(cat "$tmp/err") in
    *"$what"*) ;;
    *) fail "no '$what' in: $(cat "$tmp/err") ($*)" ;;
    esac
}

[ -r "$guest" ] || fail "no guest $guest"

# Files.
refuses "$tmp/nothing.elf" run "$tmp/nothing.elf"
: >"$tmp/empty.elf"
refuses "$tmp/empty.elf" run "$tmp/empty.elf"
refuses "$tmp" run "$tmp"
echo 'no guest at all' >"$tmp/text.elf"
refuses "$tmp/text.elf" run "$tmp/text.elf"
printf 'a\nb' >"$tmp/new
line"
refuses "$tmp/new?line" run "$tmp/new
line"
size=$(wc -c <"$guest")
for part in 4 16 51 52 60 84 100 200 1000; do
    dd if="$guest" of="$tmp/short.elf" bs=1 count="$part" 2>/dev/null
    refuses "$tmp/short.elf" run "$tmp/short.elf"
done
# ELF64: the class byte, at offset 4.
dd if="$guest" of="$tmp/elf64.elf" bs="$size" count=1 2>/dev/null
printf '\002' | dd of="$tmp/elf64.elf" bs=1 seek=4 conv=notrunc 2>/dev/null
refuses "$tmp/elf64.elf" run "$tmp/elf64.elf"
refuses 64 run "$tmp/elf64.elf"
# A program header that lies far outside the file: its offset, at 28.
dd if="$guest" of="$tmp/hostile.elf" bs="$size" count=1 2>/dev/null
printf '\377\377\377\177' | dd of="$tmp/hostile.elf" bs=1 seek=28 conv=notrunc 2>/dev/null
refuses "$tmp/hostile.elf" run "$tmp/hostile.elf"
refuses "$tmp/nothing" run "$guest" --module "$tmp/nothing"
refuses "$tmp/nothing" run "$guest" --keys "$tmp/nothing"
refuses "$tmp/nothing" run "$guest" --load "$tmp/nothing"
refuses "$tmp/text.elf" run "$guest" --load "$tmp/text.elf"
refuses '--append and --module' run "$guest" --load "$tmp/text.elf" --append x
refuses "$tmp/no/trace" run "$guest" --trace "$tmp/no/trace"
refuses "$tmp/no/serial" run "$guest" --serial "$tmp/no/serial"

# Key scripts.
for line in 'x a' '5' '5 nokey' '5 ctrl-nokey' '5 a-' '5 -a' '5 a b' '-1 a' '99999999999999999999 a'; do
    printf '# fine\n1 a\n%s\n' "$line" >"$tmp/keys"
    refuses 'line 3' run "$guest" --keys "$tmp/keys"
done
printf '7 a\n6 b\n' >"$tmp/keys"
refuses 'line 2' run "$guest" --keys "$tmp/keys"

# Memory: too little for anything, and too little for the guest.
refuses --mem run "$guest" --mem 64K
refuses --mem run "$guest" --mem 4G
refuses --mem run "$guest" --mem 1048577
refuses --mem run "$guest" --mem 18446744073709551616
refuses --mem run "$guest" --mem 64X
refuses --mem run "$guest" --mem=
refuses "$guest" run "$guest" --mem 1M

# Options and their values.
refuses --nonsense run "$guest" --nonsense
refuses -x run "$guest" -x
refuses --missing run "$guest" --missing
refuses foo run "$guest" --mode foo
refuses foo run "$guest" --mode=foo
refuses 'not built' run "$guest" --mode bt
refuses mine.so run "$guest" --mode ./mine.so
refuses 'no such duty' run "$guest" --mode ./mine.so,cli,what
refuses 'not built' run "$guest" --mode vtx --mmu direct
refuses '--mmu nested: mode trap' run "$guest" --mode trap --mmu nested
refuses '--mmu' run "$guest" --mmu shadow

# Disks.
refuses "$tmp/nothing.img" run "$guest" --disk "$tmp/nothing.img"
refuses "$tmp/nothing.img" run "$guest" --disk "$tmp/nothing.img,snapshot"
refuses 'regular file' run "$guest" --disk "$tmp,snapshot"
refuses 'sectors' run "$guest" --disk "$tmp/empty.elf"
refuses 'sectors' run "$guest" --disk "$tmp/text.elf"
refuses 'allowed' run "$guest" --disk ,snapshot
dd if=/dev/zero of="$tmp/a.img" bs=512 count=1 2>/dev/null
refuses 'allowed' run "$guest" --disk "$tmp/a.img" --disk "$tmp/a.img" --disk "$tmp/a.img"
refuses 'not built' run "$guest" --gdb 1234
refuses 'not built' run "$guest" --gdb 1234
refuses foo run "$guest" --cpu foo
refuses foo run "$guest" --clock foo
refuses foo run "$guest" --cost foo
refuses --limit run "$guest" --limit -1
refuses --limit run "$guest" --limit 1e9
refuses --lang run "$guest" --lang fr
refuses --stats run "$guest" --stats=xml
refuses --ascii run "$guest" --ascii=yes
refuses --mode run "$guest" --mode
for shape in 3x4 0x4 64 64x 64x4x4 8192x1 128x64 x4; do
    refuses --tlb run "$guest" --tlb "$shape"
done
refuses GUEST run
refuses second run "$guest" second
refuses nonsense nonsense
refuses 'needs a terminal' debug "$guest"
refuses nonsense isa nonsense
refuses --class isa --class foo
refuses nonsense demo nonsense

[ "$failures" -eq 0 ]
