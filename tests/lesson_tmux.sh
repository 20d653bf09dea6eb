#!/bin/sh
# SPDX-License-Identifier: MIT
# A lesson as a student plays it, in tmux, on the smallest terminal: answer, turn pages, stray and be put back, leave and come
# back to where one was; in Chinese; and where nothing can be remembered.
set -u

tmp=${TEST_TMP:?}
failures=0

command -v tmux >/dev/null || {
    echo 'no tmux'
    exit 77
}

[ -f "$(dirname "$0")/../vmm/trap.c" ] || {
    echo 'a handout: the technique of these lessons is a lab'
    exit 77
}

# A server of our own, and another one for each session: one that was told to end may still be about to.
servers=0
mux() { tmux -L "ringside-lesson-$$-$servers" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null' EXIT
keys() { mux send-keys -t s "$@"; }

fail()
{
    failures=$((failures + 1))
    echo "wrong: $*"
    mux capture-pane -p -t s 2>/dev/null | sed 's/^/    /'
}

# shows REGEX: waits until the screen does
shows()
{
    tries=0
    while [ $tries -lt 200 ]; do
        mux capture-pane -p -t s >"$tmp/screen" 2>/dev/null
        if grep -qE -- "$1" "$tmp/screen"; then return 0; fi
        tries=$((tries + 1))
        sleep 0.05
    done
    fail "the screen does not show: $1"
}

begin()
{
    mux kill-server 2>/dev/null
    servers=$((servers + 1))
    mux new-session -d -s s -x "$1" -y "$2" "env PS1='ready> ' LC_ALL=C.UTF-8 XDG_STATE_HOME='$3' HOME=/nowhere sh"
    shows 'ready>'
}

# ---- a lesson --------------------------------------------------------------------------------------------------------
begin 80 24 "$tmp/state"
keys "$RINGSIDE lesson 4" Enter
shows '4\.1/12  Two processors'
shows '=> +00100127'
keys F7 b Enter
shows 'Right: \(b\)'
keys F6
shows '4\.2/12  The first instruction'
keys F7 1 Enter
shows 'You said 00100010'
shows 'It is 0*100015|is 00100015'
keys F6
shows '4\.3/12'
keys F7 d Enter
shows "'d' is none of the choices"
keys Escape s s
shows 'CR3 guest 00103000'
keys F8
shows 'CR3 guest 00000000'
keys F6
shows 'Answer: \(b\)'
keys ':lesson answer a' Enter
shows 'the answer is there already'
keys F5
shows 'What will the hardware|4\.3/12'
keys ':lesson nonsense' Enter
shows 'lesson next, back, again'
keys 1
shows '1 step'
keys 7
shows '7 lesson'
mux resize-window -t s -x 160 -y 50
shows 'Raise #PF'
keys ':q' Enter
shows 'ready>'

# ---- it is remembered ------------------------------------------------------------------------------------------------
keys clear Enter "$RINGSIDE lesson" Enter
shows '1 of 2 answers were right; begun'
keys clear Enter "$RINGSIDE --lang zh lesson 4" Enter
shows '4\.3/12  第一步：陷入'
shows '寄存器'
keys ':q' Enter
shows 'ready>'
[ -z "$(find "$tmp/state/ringside" -name 'lessons.json.*')" ] || fail 'a temporary file is left'
grep -q '"first-trap":.*false' "$tmp/state/ringside/lessons.json" || fail 'the first answer is not kept'

# ---- a file that is no JSON, and a place where nothing can be written ------------------------------------------------
echo '[3' >"$tmp/state/ringside/lessons.json"
keys clear Enter "$RINGSIDE lesson 4" Enter
shows '4\.1/12'
keys ':q' Enter
shows 'ready>'
begin 80 24 /dev/null
keys "$RINGSIDE lesson 4" Enter
shows '4\.1/12'
keys F6 F6
shows '4\.2/12'
keys ':q' Enter
shows 'ready>'
keys "clear; echo status \$?" Enter
shows 'status 0'

# ---- from the menu ---------------------------------------------------------------------------------------------------
keys clear Enter "$RINGSIDE" Enter
shows 'lesson 4 +Trap and emulate'
keys Down Enter
shows '4\.1/12'
keys ':q' Enter
shows 'lesson 4 +Trap and emulate'
keys q
shows 'ready>'

[ "$failures" -eq 0 ]
