#!/bin/sh
# SPDX-License-Identifier: MIT
# Lessons without a screen: all that they say holds; where a mechanism is broken, the step that teaches it is the first to
# fail; the text has its numbers; and a lesson that is not as it should be is refused, with file and place.
set -u

tmp=${TEST_TMP:?}
root=$(cd "$(dirname "$0")/.." && pwd)
failures=0
export XDG_STATE_HOME="$tmp/state"

[ -f "$root/vmm/trap.c" ] || {
    echo 'a handout: the technique of these lessons is a lab'
    exit 77
}

fail()
{
    failures=$((failures + 1))
    echo "wrong: $*"
    sed 's/^/    /' "$tmp/out" | head -n 12
}

# says STATUS REGEX ARGUMENT...: exit status, and an extended regular expression that the output has
says()
{
    wanted=$1 regex=$2
    shift 2
    "$program" "$@" >"$tmp/out" 2>&1
    status=$?
    [ $status -eq "$wanted" ] || fail "$*: exit status $status"
    grep -qE -- "$regex" "$tmp/out" || fail "$*: does not say $regex"
}

# first STEP: the first line is about this step
first()
{
    head -n 1 "$tmp/out" | grep -qE "^[0-9a-z-]+/lesson\.json: step [0-9]+ \($1\)" || fail "the first failure is not at $1"
}

program=$RINGSIDE

# ---- what holds ----------------------------------------------------------------------------------------------------
says 0 '4  Trap and emulate' lesson
says 0 '12 steps, [0-9]{3} assertions, 2 languages: 0 failures' lesson check 4
says 0 ': 0 failures' lesson check
says 0 '12 步.*0 处不符' --lang zh lesson check trap-and-emulate
says 2 'there is no lesson 77' lesson 77 --text
says 1 'there is no lesson 77' lesson check 77
says 2 'one argument too many' lesson 4 5

# ---- mechanisms that are broken ------------------------------------------------------------------------------------
# POPF traps, on what the lesson says is a plain x86.
says 1 ': [1-9][0-9]* failures' lesson check 4 --cpu virtualizable
first popf
says 1 'step 9 \(no-tick\), after: interrupts stayed off: no tick came: found ' lesson check 4 --cpu virtualizable
# A handler that forgets to advance EIP.
says 1 'resume\), before: \$eip == paging_on.loads_cr3 \+ 3: found' \
    lesson check 4 --mode "$root/build/plugins/stuck.so,mov-to-cr"
first resume
# What is right in a plug-in leaves the lesson as it is.
says 0 ': 0 failures' lesson check 4 --mode "$root/build/labs/02-trap-and-emulate/solution.so"
# No monitor, no traps.
says 1 'step 1 \(two-processors\)' lesson check 4 --mode native

# ---- text ----------------------------------------------------------------------------------------------------------
for lang in en zh; do
    says 0 'Ringside|1974' --lang $lang lesson 4 --text
    ! grep -q '{{' "$tmp/out" || fail "$lang: a placeholder is left"
    ! grep -q '\*\*' "$tmp/out" || fail "$lang: emphasis is left"
    grep -q '00abc000' "$tmp/out" || fail "$lang: the value that the program tries to load is missing"
    [ "$(grep -cE '^4\.[0-9]+/12  ' "$tmp/out")" -eq 12 ] || fail "$lang: not 12 steps"
    "$program" --lang $lang lesson 4 --text >"$tmp/again" 2>&1
    cmp -s "$tmp/out" "$tmp/again" || fail "$lang: two runs differ"
done

# ---- lessons that are not as they should be ------------------------------------------------------------------------
# A program of our own, beside lessons of our own.
copy=$tmp/copy
mkdir -p "$copy/build"
cp "$RINGSIDE" "$copy/build/ringside"
ln -s "$root/build/guests" "$copy/build/guests"
program=$copy/build/ringside
lesson=$copy/lessons/04-trap-and-emulate

# broken FILE SED-SCRIPT REGEX
broken()
{
    rm -rf "$copy/lessons"
    cp -R "$root/lessons" "$copy/lessons"
    sed "$2" "$root/lessons/04-trap-and-emulate/$1" >"$lesson/$1"
    cmp -s "$lesson/$1" "$root/lessons/04-trap-and-emulate/$1" && fail "$1: sed $2 changed nothing"
    says 1 "$3" lesson check
}

json=lesson.json
broken $json 's/"minutes": 40,/"minutes": 40, "minuets": 3,/' "04-trap-and-emulate/lesson.json: /: unknown key 'minuets'"
broken $json 's/"id": "trap",/"id": "trap", "pane": [],/' "/steps/2: unknown key 'pane'"
broken $json 's/"kind": "number", "answer"/"kind": "guess", "answer"/' '/steps/3/question/kind: it must be one of: choice'
broken $json 's/"minutes": 40/"minutes": "40"/' '/minutes: it must be of type integer'
broken $json 's/"minutes": 40/"minutes": 4000/' '/minutes: it is above 240'
broken $json 's/"minutes": 40,//' "'minutes' is missing"
broken $json 's/"minutes": 40,/"minutes": 40, "minutes": 41,/' "'minutes' is there twice"
broken $json 's/"panes": \["code", "console", "log"\]/"panes": ["code", "nose"]/' '\(no-tick\): there is no such pane: nose'
broken $json 's/"until user_writes_cr3"/"save \/tmp\/x"/' '\(own-fault\): a lesson may not use this command: save'
broken $json 's/"until user_writes_cr3"/"until nowhere"/' 'step 5 \(own-fault\), before: until nowhere: nowhere: no such symbol'
broken $json 's/"until user_writes_cr3"/"continue"/' "step 5 \\(own-fault\\), before: continue: the guest's run ended on the way: ok"
broken $json 's/"\$hw.cpl == 0", "\$hw.eip/"$hw.cpl == 3", "$hw.eip/' 'step 3 \(trap\), after: \$hw.cpl == 3: found 0 \(0x0\), 3 \(0x3\)'
broken $json 's/"a": "u32(ticked) == 1"/"a": "1"/' 'choices a and b both hold'
broken $json 's/"within": 0/"within": 0, "from": "start", "count": 3/' 'its keys do not fit this kind of question: number'
broken $json 's/^  "format": 1,/  "format": 1/' 'lesson.json:4: no JSON'
broken lesson.en.md 's/{{$hw.idtr:x}}, with the monitor/{{$hw.idt:x}}/' 'lesson.en.md: step 1 .*\{\{\$hw.idt:x\}\}: .*no such register'
broken lesson.zh.md '/{#sidt}/d' 'lesson.zh.md: \{#push-cs\}: here the section of this step is wanted: sidt'
broken lesson.zh.md '/^- (c) 它会陷入/d' 'lesson.zh.md: \{#sidt\}: there is no line for the choice: c'
broken lesson.en.md 's/^---$//' 'lesson.en.md: \{#two-processors\}: there is no line ---'
broken lesson.en.md '1d' "lesson.en.md: .*the file begins with '# Title'"

broken lesson.en.md 's/is/\xff\xfe/' 'lesson.en.md: it is not text in UTF-8'

# A lesson that is broken does not hide the others.
cp "$root/lessons/04-trap-and-emulate/lesson.en.md" "$lesson/"
cp -R "$lesson" "$copy/lessons/03-before"
echo '{' >"$copy/lessons/03-before/lesson.json"
says 2 '4  Trap and emulate' lesson
grep -q '03-before: lesson.json:2' "$tmp/out" || fail 'the broken one is not named'

# The schema says nothing that is not enforced.
rm -rf "$copy/lessons"
cp -R "$root/lessons" "$copy/lessons"
sed 's/"maxItems": 32, "items": { "$ref": "#\/$defs\/step" }/"uniqueItems": true/' "$root/lessons/lesson.schema.json" \
    >"$copy/lessons/lesson.schema.json"
says 1 "the schema uses 'uniqueItems', which is not enforced" lesson check

[ "$failures" -eq 0 ]
