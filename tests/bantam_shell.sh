#!/bin/sh
# SPDX-License-Identifier: MIT
# Bantam's shell, typed at: by keys here (in each technique), by the serial line on QEMU. Pipes, redirections, quotes, jobs behind
# &, and ^C, which ends what is in the foreground and nothing else. All transcripts must be one, and hold what is expected.
set -u
kernel=build/guests/bantam.elf
wrong=0
fail() { echo "$*"; wrong=1; }

# ^C stands for that key; what is typed before it is not ended by Return.
cat >"$TEST_TMP/typed" <<'END'
echo hello > /note ; cat /note
echo "more  words" 'and $?' >> /note; cat < /note | wc
ls /bin | cat | wc > /count && cat /count
nosuch || echo failed with $?
mkdir /dir; cd /dir; echo here > file; ls ; cat ../dir/file; cd
rm /dir/file /dir /note /count && ls /
cat /nothing
false-start^C
cat^M^C
sleep 100000^M^C
echo still here
cat &
sleep 100000 | cat | cat^M^C
sh -c 'echo inner | cat; exit 7'; echo $?
echo a b | (
echo 'open
true | true | true & wait
exit 3
END

# As `TICK KEY`, for --keys: a line when the one before has had its time.
awk '
BEGIN {
    name[" "] = "spc"; name["\\"] = "backslash"; name["\047"] = "apostrophe"; name[";"] = "semicolon"
    name["/"] = "slash"
    name["."] = "dot"; name["-"] = "minus"; name["|"] = "shift-backslash"; name[">"] = "shift-dot"; name["<"] = "shift-comma"
    name["&"] = "shift-7"; name["$"] = "shift-4"; name["?"] = "shift-slash"; name["\""] = "shift-apostrophe"
    name["("] = "shift-9"; tick = 40000000
}
# A key is held for a tenth of a second, 20 million instructions, at most eight at a time: Shift wants to be alone.
function press(key) {
    alone = key ~ /-/ ? 25000000 : 0
    tick += alone
    printf "%.0f %s\n", tick, key # %d ends at 2^31 in mawk
    tick += alone + 1000000
}
{
    line = $0
    ended = sub(/\^C$/, "", line)
    entered = sub(/\^M$/, "", line)
    for (i = 1; i <= length(line); i++) { c = substr(line, i, 1); press(c in name ? name[c] : c) }
    if (!ended || entered) { press("ret"); tick += 60000000 }
    if (ended) { press("ctrl-c"); tick += 60000000 }
}' "$TEST_TMP/typed" >"$TEST_TMP/keys"

for technique in native emulate 'trap --cpu virtualizable'; do
    out=$TEST_TMP/${technique%% *}
    # shellcheck disable=SC2086
    "$RINGSIDE" run "$kernel" --append 'quiet run=sh exit' --clock insns --keys "$TEST_TMP/keys" --mode $technique >"$out" 2>"$out.err"
    [ $? -eq 1 ] && grep -q 'wrote 3 to port' "$out.err" || fail "$technique: the shell did not exit with 3: $(tail -n 1 "$out.err")"
    cmp -s "$TEST_TMP/native" "$out" || { fail "$technique (>) says something else than native (<)"; diff "$TEST_TMP/native" "$out" | head; }
done

tr -d '\r' <"$TEST_TMP/native" >"$TEST_TMP/plain"
expect() { grep -Fqx -- "$1" "$TEST_TMP/plain" || fail "it never says: $1"; }
expect 'hello'
expect '      2       5      25 '
expect 'failed with 127'
expect 'here'
expect 'cat: /nothing: no such file'
expect '$ false-start^C'
expect 'still here'
expect 'inner'
expect '7'
expect 'sh: a quote is not closed'
[ "$(grep -c '\^C$' "$TEST_TMP/plain")" -eq 4 ] || fail "not four times ^C"
# What was made is gone again.
grep -A 2 'ls /$' "$TEST_TMP/plain" | grep -qE '^(note|count|dir)$' && fail 'rm left something'

if ! command -v qemu-system-i386 >/dev/null 2>&1; then
    echo 'not compared with QEMU: there is no qemu-system-i386 here'
    exit $wrong
fi

# Types a line on the serial line when there is a prompt; ^C when what it ends is running.
prompted()
{
    tries=0
    until [ "$(tail -c 2 "$TEST_TMP/qemu" | head -c 1)" = '$' ]; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || return 1
        sleep 0.05
    done
}
type_lines()
{
    while IFS= read -r line; do
        prompted || return
        case $line in
        *^M^C)
            printf '%s\r' "${line%^M^C}"
            sleep 0.5
            printf '\003'
            ;;
        *^C)
            printf '%s' "${line%^C}"
            sleep 0.3
            printf '\003'
            ;;
        *) printf '%s\r' "$line" ;;
        esac
        sleep 0.1
    done <"$TEST_TMP/typed"
}
: >"$TEST_TMP/qemu"
type_lines | timeout 120 qemu-system-i386 -m 64 -kernel "$kernel" -append 'quiet run=sh exit' -display none -serial stdio \
    -no-reboot -device isa-debug-exit,iobase=0xf4 >"$TEST_TMP/qemu" 2>"$TEST_TMP/qemu.err"
[ $? -eq 7 ] || fail "QEMU did not end with the shell's 3: $(tail -n 1 "$TEST_TMP/qemu.err")"
cmp -s "$TEST_TMP/native" "$TEST_TMP/qemu" || { fail "QEMU (>) says something else than we (<)"; diff "$TEST_TMP/native" "$TEST_TMP/qemu" | head -20; }
exit $wrong
