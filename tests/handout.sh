#!/bin/sh
# SPDX-License-Identifier: MIT
# `make handout`: nothing in it that students must not have. RINGSIDE_LONG=1: and one can work in it.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)

# Not with the flags of the make that runs the tests.
make_handout() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MODE make -s -C "$root" handout BUILD="$tmp" "$@" >"$tmp/said" 2>&1; }

make_handout LAB=2 || fail "make handout LAB=2: $(cat "$tmp/said")"
make_handout LAB=77 && fail 'a handout of a lab that does not exist'
make_handout && fail 'a handout of no lab'

name=ringside-lab-02-trap-and-emulate
mkdir -p "$tmp/student"
tar xzf "$tmp/handout/$name.tar.gz" -C "$tmp/student" || fail 'the tarball'
copy=$tmp/student/$name
for secret in labs/02-trap-and-emulate/solution labs/02-trap-and-emulate/mutants labs/02-trap-and-emulate/tests/hidden \
    vmm/trap.c tests .ci build .git; do
    [ ! -e "$copy/$secret" ] || fail "$secret is in the handout"
done
for needed in ringside Makefile README.md labs/02-trap-and-emulate/skeleton/monitor.c labs/include/ringside_lab.h \
    labs/02-trap-and-emulate/tests/public/flags.asm labs/worker/worker.c vmm/seam.c; do
    [ -e "$copy/$needed" ] || fail "$needed is not in the handout"
done
# Not under another name either: lines that only they have.
for line in 'technique_trap = {' 'static int switch_stack' 'STI covers the instruction after it'; do
    [ -z "$(grep -rlF "$line" "$copy")" ] || fail "'$line' is in $(grep -rlF "$line" "$copy")"
done

# A teacher's private files, with git (there even kept) and without: in the copy, where the technique is put back.
mkdir -p "$copy/submissions" "$copy/labs/02-trap-and-emulate/handed-in" "$tmp/handed"
touch "$copy/vmm/trap.c"
for private in submissions/2023001.c labs/02-trap-and-emulate/handed-in/2023001.c class.csv scores.json labs/scores.json; do
    echo 'a private word' >"$copy/$private"
done
cases='kept untracked none'
command -v git >/dev/null || cases=none
for git in $cases; do
    rm -rf "$copy/.git"
    case $git in
    kept) git init -q "$copy" && git -C "$copy" add -A ;;
    untracked)
        git init -q "$copy" && git -C "$copy" add ringside Makefile vmm labs/handout labs/02-trap-and-emulate/lab.json
        echo 'a private word' >"$copy/ui/class.csv"
        ;;
    none) rm -f "$copy/ui/class.csv" ;;
    esac
    rm -rf "${tmp:?}/handed" && (cd "$copy" && labs/handout 2 "$tmp/handed") >"$tmp/said" 2>&1 ||
        fail "a handout of a handout: $(cat "$tmp/said")"
    tar xzf "$tmp/handed/$name.tar.gz" -C "$tmp/handed" || fail "the tarball, git $git"
    [ -e "$tmp/handed/$name/labs/02-trap-and-emulate/lab.json" ] || fail "nothing in the tarball, git $git"
    [ -z "$(grep -rlF 'a private word' "$tmp/handed/$name")" ] ||
        fail "git $git: private: $(grep -rlF 'a private word' "$tmp/handed/$name")"
done
rm -rf "$copy/.git" "$copy/submissions" "$copy/labs/02-trap-and-emulate/handed-in" "$copy/class.csv" "$copy/scores.json" \
    "$copy/labs/scores.json" "$copy/vmm/trap.c"

if [ -n "${RINGSIDE_LONG:-}" ]; then
    (
        unset MAKEFLAGS MFLAGS MAKELEVEL MODE RINGSIDE RINGSIDE_LONG
        cd "$copy" || exit 1
        ./ringside lab start 2 mine && ./ringside lab test mine
        [ $? -eq 1 ] || exit 1 # the skeleton loses points
        cp "$root/labs/02-trap-and-emulate/solution/monitor.c" mine/ && make -s -C mine test &&
            ./ringside run build/guests/micro/cr3.elf --mode mine/monitor.so --cpu virtualizable &&
            ! ./ringside grade 2 mine
    ) >"$tmp/said" 2>&1 || fail "work in a handout: $(tail -n 20 "$tmp/said")"
    grep -q '50 of the 50 points' "$tmp/said" || fail "the solution in a handout: $(tail -n 20 "$tmp/said")"
fi
[ "$failures" -eq 0 ]
