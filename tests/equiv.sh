#!/bin/sh
# SPDX-License-Identifier: MIT
# `ringside equiv`: two techniques in lockstep are the same, or the instruction is named after which they are not.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(dirname "$0")/..
micro=$root/build/guests/micro

# equiv STATUS ARGUMENT...
equiv()
{
    expected=$1
    shift
    timeout 120 "$RINGSIDE" equiv "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: equiv $* ($(cat "$tmp/out" "$tmp/err"))"
}
has() { grep -Eq -- "$1" "$tmp/out" || fail "no '$1' in: $(cat "$tmp/out")"; }
refused()
{
    equiv 2 "$@"
    [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "not one line for $*: $(cat "$tmp/err")"
}

# The same, with keys and with a disk that both write.
equiv 0 native emulate "$micro/tables.elf"
has 'same.*outcome ok'
equiv 0 "$micro/cr3.elf"
equiv 0 native trap "$micro/syscall.elf" --cpu virtualizable
sed -n 's/^; keys: *//p' "$root/guests/micro/keyboard.asm" >"$tmp/keys"
equiv 0 trap emulate "$micro/keyboard.elf" --cpu virtualizable --keys "$tmp/keys" --bisect
has 'outcome ok'
cp "$micro/sectors.img" "$tmp/disk"
equiv 0 native emulate "$micro/disk.elf" --disk "$tmp/disk" --bisect
has 'outcome ok'
cmp -s "$micro/sectors.img" "$tmp/disk" || fail 'a comparison has written to the disk'
equiv 0 native emulate "$micro/fail.elf"
has 'outcome failed'

# A hole is found at its instruction and named, in lockstep and by halves; in a register, a flag, and memory.
for way in '' --bisect; do
    # shellcheck disable=SC2086
    {
        equiv 1 native trap "$micro/popf.elf" $way
        has 'instruction.*popf'
        has 'difference.*eflags.*IF'
        has 'why.*hole of popf'
        equiv 1 trap native "$micro/lar.elf" $way
        has 'difference.*eax: 00c0b300 under trap, 00c09300 under native'
        equiv 1 native trap "$micro/sidt.elf" $way
        has 'instruction.*sidt'
        has 'difference.*memory, page'
        equiv 1 native trap "$micro/pushcs.elf" $way
        has 'instruction.*push cs'
    }
done
equiv 1 native trap "$micro/popf.elf" --lang zh
has '差异.*eflags'

# As JSON.
if command -v python3 >/dev/null 2>&1; then
    equiv 1 native trap "$micro/popf.elf" --json
    python3 - "$tmp/out" <<'P' || fail "the JSON of a difference: $(cat "$tmp/out")"
import json, sys
o = json.load(open(sys.argv[1]))
d = o["difference"]
assert o["a"] == "native" and o["b"] == "trap" and o["equal"] is False and o["tick"] > 0
assert d["kind"] == "register" and d["name"] == "eflags" and d["flags"] == "IF" and d["a"] ^ d["b"] == 0x200
assert d["instruction"].startswith("popf") and d["address"] == d["hole"]["address"] and d["hole"]["mnemonic"] == "popf"
P
    equiv 0 native emulate "$micro/tables.elf" --json
    python3 -c 'import json, sys; o = json.load(open(sys.argv[1])); assert o["equal"] and "difference" not in o' "$tmp/out" ||
        fail "the JSON of no difference: $(cat "$tmp/out")"
fi

refused
refused native emulate
refused native emulat "$micro/cr3.elf"
refused native pv "$micro/cr3.elf"
refused native emulate "$tmp/nothing"
refused native emulate "$micro/cr3.elf" --clock cycles
refused native emulate "$micro/cr3.elf" --keys "$tmp/nothing"
refused native emulate "$micro/cr3.elf" --save "$tmp/x"

[ $failures -eq 0 ]
