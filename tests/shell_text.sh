#!/bin/sh
# SPDX-License-Identifier: MIT
# `ringside shell -x`: what the panes show, as text, on scripted runs of three guests and in both languages; bad commands get
# one line each, and exit status 2.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)
micro=$root/build/guests/micro

# script STATUS GUEST [OPTION...] <COMMANDS: runs them; what was said is in $tmp/out and $tmp/err.
script()
{
    expected=$1 guest=$2
    shift 2
    cat >"$tmp/script"
    "$RINGSIDE" shell "$micro/$guest.elf" "$@" -x "$tmp/script" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "$guest $*: status $status, not $expected: $(cat "$tmp/err")"
}

# says REGEX...: each is in what was said.
says()
{
    for text; do
        grep -qE -e "$text" "$tmp/out" || fail "$guest: not said: $text
$(sed 's/^/    /' "$tmp/out")"
    done
}

silent() { [ ! -s "$tmp/err" ] || fail "standard error: $(cat "$tmp/err")"; }

# ---- a kernel writes CR3 -----------------------------------------------------------------------------------------------
trap_v='--mode trap --cpu virtualizable'
# shellcheck disable=SC2086
{
    script 0 cr3 $trap_v <<'END'
until kernel_writes_cr3
info registers
info code
stepi
info log
info tlb
stepi
info registers
info statistics
info chart
info exits
info vmm
info p2m
info shadow
info pt
info console
info devices
info symbols
info breakpoints
info backtrace
info techniques
walk 0x400000 read kernel
why 0x400000 read kernel
why 0x400000 write user
END
    silent
    says '^=> [0-9a-f]{8} <kernel_writes_cr3>: mov cr3, eax' \
        '^CR3 +00103000.? +0[0-9a-f]{7}' '^CR3 +00108000.? +0[0-9a-f]{7}' \
        '^ *=> +[0-9a-f]{8} P .*mov cr3, eax' \
        '   trap: #GP, error code 0' '   exit: cr_access \(#GP\)' '   cr3: 00103000 becomes 00108000' \
        '   fill: gva 00400000 is gpa 0010c000 is hpa [0-9a-f]{8}' '   exit: hidden_fault \(#PF\)' \
        'hidden_fault +[0-9]+' 'before the switch the window shows 11111111' \
        'directory 001 +00108004: ' 'The hardware finds it by the shadow' \
        "is the kernel's only \(U/S=0\)" 'exit true_fault'
    script 0 cr3 $trap_v --lang zh <<'END'
until kernel_writes_cr3
stepi 2
info registers
info tlb
walk 0x400000 read kernel
why 0x400000 write user
END
    silent
    says '^CR3 +00108000' '客户机' '硬件' '用户程序写 00400000' '只归内核（U/S=0）' '退出 true_fault'

    # ---- page faults ---------------------------------------------------------------------------------------------------
    script 0 pagefault $trap_v <<'END'
break trap #PF
continue
info registers
info log
info exits
break exit true_fault
delete 1
continue
END
    silent
    says 'Breakpoint 1: trap #PF' '#PF' 'hidden_fault' 'true_fault'
    script 0 pagefault $trap_v --lang zh <<'END'
break exit true_fault
continue
info exits
END
    silent
    says '断点 1：exit true_fault' 'true_fault +1'
}

# ---- what is listed fits into 80 columns ---------------------------------------------------------------------------------
# shellcheck disable=SC2086
script 0 cr3 $trap_v <<'END'
info
until kernel_writes_cr3
stepi 4
info log
info exits
info vmm
END
silent
says '^ {14}[a-z]'
awk 'length($0) > 80 { print "wider than 80 columns: " $0; bad = 1 } END { exit bad }' "$tmp/out" >"$tmp/wide" ||
    fail "$(cat "$tmp/wide")"

# ---- system calls, on the bare machine ---------------------------------------------------------------------------------
script 0 syscall --mode native <<'END'
break trap 0x80
continue
p $cpl
info registers
technique emulate
stepi
p $cpl
info techniques
continue
delete
continue
END
silent
says 'Breakpoint 1: trap 0x80' '^0 = 0x0' '^ring +0' 'The guest is done'
script 0 syscall --mode native --lang zh <<'END'
break trap 0x80
continue
delete
continue
END
silent
says '断点 1：trap 0x80' '客户机已完成'

# ---- scripts one after the other ------------------------------------------------------------------------------------------
echo 'echo once' >"$tmp/good"
"$RINGSIDE" shell "$micro/cr3.elf" -x "$tmp/good" -x "$tmp/good" >"$tmp/out" 2>"$tmp/err" </dev/null || fail "-x twice"
silent
[ "$(grep -c '^once' "$tmp/out")" -eq 2 ] || fail "-x twice: $(cat "$tmp/out")"
"$RINGSIDE" shell "$micro/cr3.elf" -x "$tmp/good" -x "$tmp/nosuch" >"$tmp/out" 2>"$tmp/err" </dev/null
! grep -q good "$tmp/err" || fail "blamed for the next script: $(cat "$tmp/err")"
printf '\033[31mnosuch\177\n' >"$tmp/line"
"$RINGSIDE" shell "$micro/cr3.elf" -x "$tmp/line" >"$tmp/out" 2>"$tmp/err" </dev/null
grep -qF '?[31mnosuch?' "$tmp/err" || fail "control bytes: $(od -c "$tmp/err")"

# ---- what cannot be done gets one line ---------------------------------------------------------------------------------
bad=0
while read -r line; do
    printf '%s\necho still here\n' "$line" >"$tmp/line"
    bad=$((bad + 1))
    "$RINGSIDE" shell "$micro/cr3.elf" -x "$tmp/line" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    if [ "$status" -ne 2 ] || [ "$(wc -l <"$tmp/err")" -ne 1 ] || ! grep -q ':1: ' "$tmp/err" || ! grep -q '^still here' "$tmp/out"; then
        fail "'$line': status $status, said: $(cat "$tmp/err")"
    fi
done <<'END'
nonsense
break nosuch
break 0x100000000
break main if
break main if $eax ==
break exit nosuch
break trap 256
watch $eax
watch $esp + 4
x/4 0xffffffff
x/99999999999 main
x/q main
p
p 1 +
p 1)
p ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1
p 99999999999999999999
p 1/0
p *0xdeadbeef
p $nosuch
p $hw.nosuch
p 1<<64
set
set $eax
set $eax = 0x100000000
set $hw.eax = 1
set *0xdeadbeef = 1
info nosuch
why 0 fly user
delete 7
condition 1 1
until
tick -1
technique nosuch
key nosuch
frame 9
source /nonexistent
save /nonexistent/file
shot picture.png 80x24
shot picture.svg 1x1
pane code
help nosuch
predict perhaps
END
[ "$bad" -ge 40 ] || fail "only $bad bad lines were tried"

# ---- keys --------------------------------------------------------------------------------------------------------------
# All are down before any goes up.
script 0 keyboard <<'END'
tbreak main.wait
continue
key shift-a left
continue
info console
END
says 'scan code 0000002a' 'scan code 0000001e' 'scan code 000000e0' 'scan code 0000004b'
silent
script 2 keyboard <<'END'
key shift-
END
grep -q 'shift-: there is no such key' "$tmp/err" || fail "shift-: $(cat "$tmp/err")"

[ "$failures" -eq 0 ]
