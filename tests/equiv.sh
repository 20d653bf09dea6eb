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
assert o["outcome"] == [None, None] and o["bisect"] is False
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
refused native "$tmp/nothing.so" "$micro/cr3.elf"
refused native emulate "$micro/cr3.elf" --mmu shadow
equiv 0 native vtx "$micro/cr3.elf" --mmu shadow

# From a saved state: what was compared begins there, and a limit before it compares nothing.
"$RINGSIDE" run "$micro/tables.elf" --clock insns --limit 300 --serial none --save "$tmp/save" 2>/dev/null
equiv 0 native vtx "$micro/tables.elf" --load "$tmp/save" --json
[ "$(tr -d '\t\n' <"$tmp/out" | grep -o '"from":300')" ] || fail "not from tick 300: $(cat "$tmp/out")"
refused native vtx "$micro/tables.elf" --load "$tmp/save" --limit 300

# What is sent to COM1 is compared: which byte it was leaves nothing in the UART's registers.
cat >"$tmp/garbles.c" <<'C'
#include "ringside_lab.h"
static enum lab_next on_trap(struct lab *lab, const struct lab_trap *t)
{
    (void)lab_out(lab, t->by_dx ? lab_get(lab, LAB_EDX) : t->immediate, t->size, lab_get(lab, LAB_EAX) ^ ((lab_get(lab, LAB_EAX) & 255) == 115));
    (void)lab_set(lab, LAB_EIP, lab_get(lab, LAB_EIP) + t->length);
    return LAB_DONE;
}
const struct lab_technique lab_technique = {.name = "garbles", .duties = 1u << LAB_OUT, .on_trap = on_trap};
C
"${CC:-cc}" -shared -fPIC -I "$root/labs/include" -o "$tmp/garbles.so" "$tmp/garbles.c" || fail 'garbles.so'
equiv 1 native "$tmp/garbles.so" "$micro/cr3.elf" --cpu virtualizable --bisect
has 'instruction.*out'
has 'difference.*COM1'

# The verdict is on the scoreboard of a run: of all of it, or with the difference.
field() { tr -d '\t\n' <"$tmp/out" | grep -Eo "\"$1\":(\"[^\"]*\"|[a-z0-9.]+)" | cut -d: -f2-; }
scored()
{
    timeout 120 "$RINGSIDE" run "$@" --clock insns --stats=json >"$tmp/out" 2>"$tmp/err" </dev/null
}
scored "$micro/cr3.elf" --mode vtx --equiv native
[ "$(field equivalence)" = '"same"' ] && [ "$(field to)" = "$(field ticks)" ] && [ "$(field stale)" = null ] ||
    fail "the verdict of a run: $(cat "$tmp/out" "$tmp/err")"
digest=$(field state_digest)
scored "$micro/cr3.elf" --mode vtx
[ "$(field equivalence)" = '"not checked"' ] && [ "$(field state_digest)" = "$digest" ] || fail 'a run without --equiv'
scored "$micro/popf.elf" --mode trap --equiv native
[ "$(field equivalence)" = '"differs"' ] && field difference | grep -q 'popf.*eflags' || fail "no difference: $(cat "$tmp/out")"
cp "$micro/sectors.img" "$tmp/disk"
scored "$micro/disk.elf" --mode vtx --disk "$tmp/disk" --equiv native || fail "a disk was written twice: $(cat "$tmp/err")"
[ "$(field equivalence)" = '"same"' ] || fail "not the same with a disk: $(cat "$tmp/out")"
for wrong in '--clock cycles --stats' '--clock insns' '--clock insns --stats --swap-every 100' '--clock insns --stats --equiv pv'; do
    # shellcheck disable=SC2086
    "$RINGSIDE" run "$micro/cr3.elf" --equiv native $wrong >"$tmp/out" 2>"$tmp/err"
    [ $? -eq 2 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "--equiv $wrong: $(cat "$tmp/err")"
done

# In the shell it is of the present state, on copies, and goes stale.
shell()
{
    cat >"$tmp/commands"
    "$RINGSIDE" shell "$@" --serial none -x "$tmp/commands" >"$tmp/out" 2>&1 </dev/null
}
shell "$micro/cr3.elf" --mode vtx --clock insns <<'X'
stepi 1000
equiv 500
X
has '^  vtx: the same as native for 500 ticks, 1000 to 1500'
grep -q 'has run on' "$tmp/out" && fail 'stale at once'
shell "$micro/cr3.elf" --mode vtx --clock insns <<'X'
equiv emulate 50
stepi 51
info scoreboard
set $eax = 1
info scoreboard
technique trap
info scoreboard
start
info scoreboard
X
has 'the same as emulate'
has 'the guest has run on since'
has 'changed from outside'
has 'under another technique'
tail -11 "$tmp/out" | grep -q 'not checked' || fail "a new start keeps the verdict: $(cat "$tmp/out")"
echo equiv | shell "$micro/cr3.elf"
has 'begin with --clock insns'
printf 'equiv emulate\nequiv foo\n' | shell "$micro/disk.elf" --clock insns --disk "$tmp/disk"
has 'written through'
has 'foo: no such technique'

[ $failures -eq 0 ]
