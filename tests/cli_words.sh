#!/bin/sh
# SPDX-License-Identifier: MIT
# --version, --help, isa, the demo, and that each speaks two languages.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
unset LC_ALL LC_MESSAGES LANGUAGE LANG

# shows STATUS ARGUMENT...
shows()
{
    expected=$1
    shift
    timeout 60 "$RINGSIDE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $*"
}
has() { grep -q -- "$1" "$tmp/out" || fail "no '$1' in the output"; }

shows 0 --version
[ "$(wc -l <"$tmp/out")" -eq 1 ] || fail '--version is not one line'
has '^ringside '

for command in '' run isa demo; do
    # shellcheck disable=SC2086
    shows 0 $command --help
    has --lang
done

# A command's words and what it does never touch.
shows 0 --help
has 'menu'
if grep -qE '^  [a-z].*[]t.](lessons|labs|grade)' "$tmp/out"; then fail 'no blank before what a command does'; fi

# LANGUAGE goes before the locale, unless that is C; its first language that is spoken here is taken.
# language LANG LANGUAGE REGEX
language()
{
    LANG=$1 LANGUAGE=$2 "$RINGSIDE" --help >"$tmp/out" </dev/null
    grep -qE "$3" "$tmp/out" || fail "LANG=$1 LANGUAGE=$2 is not in the language of '$3'"
}
language en_US.UTF-8 zh_CN '退出状态'
language en_US.UTF-8 fr:zh_CN:en '退出状态'
language zh_CN.UTF-8 en:zh 'Exit status'
language zh_CN.UTF-8 '' '退出状态'
language C zh_CN 'Exit status'
LANG=en_US.UTF-8 LANGUAGE=zh_CN "$RINGSIDE" --lang en --help >"$tmp/out" </dev/null
has 'Exit status'

shows 0 isa popf
has '^9D  *popf  *hole 6 '
shows 0 isa MOV
has '^0F 22  *mov  *Cd,Rd  *privileged'
shows 0 isa --class hole
[ "$(grep -c ' hole ' "$tmp/out")" -ge 17 ] || fail 'fewer than 17 lines of holes'
if grep -qE ' (privileged|innocuous) +[0-9]' "$tmp/out"; then fail 'other classes among the holes'; fi
shows 0 isa --missing
has 'hardware task switch'

# The demo: the three steps, both CPUs, within 80 columns. In the C locale there is nothing but ASCII.
shows 0
has 'Step 1'
has 'Step 2'
has 'Step 3'
has 'the guest believes  *the hardware holds'
has 'hidden_fault'
has '22222222'
awk 'length($0) > 80 { bad = 1 } END { exit bad }' "$tmp/out" || fail 'the demo is wider than 80 columns'
if LC_ALL=C grep -q '[^ -~]' "$tmp/out"; then fail 'the demo in the C locale is not ASCII'; fi
cp "$tmp/out" "$tmp/demo"
shows 0 demo
cmp -s "$tmp/demo" "$tmp/out" || fail 'two demos differ'

# Two languages: by --lang before and behind the command, by the environment, and in the C locale.
chinese() { has '监控器'; }
shows 0 demo --lang zh
chinese
cp "$tmp/out" "$tmp/zh"
for way in '--lang=zh demo' '--lang zh' 'demo --lang=zh'; do
    # shellcheck disable=SC2086
    shows 0 $way
    cmp -s "$tmp/zh" "$tmp/out" || fail "another demo with $way"
done
LANG=zh_CN.UTF-8
export LANG
shows 0 demo
chinese
shows 0 demo --lang en
has 'Step 1'
shows 2 run --mode foo guest
grep -q '允许' "$tmp/err" || fail "the error is not Chinese: $(cat "$tmp/err")"

[ "$failures" -eq 0 ]
