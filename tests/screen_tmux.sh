#!/bin/sh
# SPDX-License-Identifier: MIT
# The debugger's screen as a student has it, in tmux: step into a MOV to CR3, walk the page tables in micro-steps, stop at a
# symbol, type to the guest, change the terminal's size, leave; and the ways of ending that are not the user's.
set -u

tmp=${TEST_TMP:?}
root=$(cd "$(dirname "$0")/.." && pwd)
micro=$root/build/guests/micro
failures=0
looks=0 # so that an earlier answer on the screen is not taken for the next

command -v tmux >/dev/null || {
    echo 'no tmux'
    exit 77
}

# A server of our own, and another one for each session: one that was told to end may still be about to.
servers=0
mux() { tmux -L "ringside-test-$$-$servers" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null' EXIT

fail()
{
    failures=$((failures + 1))
    echo "wrong: $*"
    mux capture-pane -p -t s 2>/dev/null | sed 's/^/    /'
}

# shows TEXT: waits until the screen does (an extended regular expression).
shows()
{
    tries=0
    while [ $tries -lt 200 ]; do
        mux capture-pane -p -t s >"$tmp/screen" 2>/dev/null
        if grep -qE "$1" "$tmp/screen"; then return 0; fi
        tries=$((tries + 1))
        sleep 0.05
    done
    fail "the screen does not show: $1"
    return 1
}

keys() { mux send-keys -t s "$@"; }

# The shell around it prints its settings before and after.
begin()
{
    mux kill-server 2>/dev/null
    servers=$((servers + 1))
    mux new-session -d -s s -x "$1" -y "$2" "env PS1='ready> ' LC_ALL=C.UTF-8 sh"
    shows 'ready>'
    keys "stty -a >$tmp/before" Enter
    sleep 0.2
}

found_again()
{
    looks=$((looks + 1))
    shows 'ready>'
    keys "clear; stty -a >$tmp/after; echo 'set''tled'$looks." Enter
    shows "settled$looks[.]"
    sed -i 's/rows [0-9]*; columns [0-9]*;//' "$tmp/before" "$tmp/after"
    cmp -s "$tmp/before" "$tmp/after" || fail "$1: stty -a differs: $(diff "$tmp/before" "$tmp/after")"
    [ "$(mux display-message -p -t s '#{alternate_on} #{cursor_flag}')" = '0 1' ] || fail "$1: alternate screen or no cursor"
}

# ---- a session -------------------------------------------------------------------------------------------------------
begin 160 50
keys "$RINGSIDE debug $micro/cr3.elf --mode trap --cpu virtualizable" Enter
shows 'CR3 guest 00000000 hardware 0400[0-9a-f]*'
keys ':until kernel_writes_cr3' Enter
shows '=> .*mov cr3, eax'
before=$(sed -n 's/.*CR3 guest \([0-9a-f]*\).*/\1/p' "$tmp/screen")
keys s
shows 'CR3 guest 0*[1-9a-f]'
tries=0
while [ $tries -lt 100 ] && mux capture-pane -p -t s | grep -q "CR3 guest $before"; do
    tries=$((tries + 1))
    sleep 0.05
done
[ $tries -lt 100 ] || fail 'the step over mov cr3 left CR3 as it was'
keys s
shows 'shadow_fill|hidden'
keys .
shows 'page walk: step 1 of [0-9]+'
keys .
shows 'page walk: step 2 of'
keys ,
shows 'page walk: step 1 of'
keys ':break general_protection' Enter
shows '[Bb]reakpoint 1|general_protection'
mux resize-window -t s -x 80 -y 24
shows '1 step'
mux resize-window -t s -x 160 -y 50
shows 'Registers of both CPUs'
keys ':q' Enter
found_again 'quit'

# ---- each key of a burst makes its step --------------------------------------------------------------------------------
begin 80 24
keys "$RINGSIDE debug $root/build/guests/bantam.elf --mode vtx" Enter
shows 'CR3 guest'
keys s s n s s
shows '=> +0010001b'
keys '?'
shows 'Esc closes'
keys q
sleep 0.3
keys s
shows '=> +00100020'
keys ':q' Enter
found_again 'a burst of steps'

# ---- a key for the guest -----------------------------------------------------------------------------------------------
begin 80 24
keys "$RINGSIDE debug $micro/keyboard.elf" Enter
shows 'CR3 guest'
keys c
shows 'RUNS'
keys 3 C-t
shows 'TYPING'
keys h
sleep 0.3
keys C-t
sleep 0.2
keys C-c
shows 'typed|stopped|ok'
keys ':info console' Enter
shows '[hH]|23'
keys Escape ':q' Enter
found_again 'typing'

# More at once than the keyboard has room for: the rest waits until the guest has taken the first.
begin 80 24
keys "$RINGSIDE debug $root/build/guests/bantam.elf" Enter
shows 'CR3 guest'
keys 3 c
shows 'root: RAM disk'
keys C-t
shows 'TYPING'
mux send-keys -t s -l 'echo abcdefghij "(KLMNOPQRST)" 0123456789 | cat' ';' send-keys -t s Enter
shows '^abcdefghij \(KLMNOPQRST\) 0123456789 *$'
keys C-t C-c
sleep 0.3
keys ':q' Enter
found_again 'a burst'

# ---- other ends --------------------------------------------------------------------------------------------------------
begin 80 24
keys "$RINGSIDE debug $micro/cr3.elf </dev/null" Enter
shows 'needs a terminal'
found_again 'standard input that is no terminal'
keys "$RINGSIDE debug $micro/cr3.elf <&-" Enter
shows 'needs a terminal'
found_again 'standard input that is closed'
for signal in TERM HUP; do
    keys "clear; $RINGSIDE debug $micro/cr3.elf" Enter
    shows 'CR3 guest'
    pid=$(mux list-panes -t s -F '#{pane_pid}')
    kill -s $signal "$(pgrep -P "$pid" -n)"
    shows 'ended by signal'
    found_again "SIG$signal"
done

[ "$failures" -eq 0 ]
