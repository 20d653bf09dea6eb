#!/bin/sh
# SPDX-License-Identifier: MIT
# `make install`: the installed program alone, from an empty folder, finds all that it reads; and a plug-in is built against
# the installed header alone, runs, and changes nothing. Files that are no plug-ins end in one clear line.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
root=$(cd "$(dirname "$0")/.." && pwd)
dest=$tmp/dest
cc=${CC:-cc}

rm -rf "$dest"
make -s -C "$root" ${MODE:+MODE="$MODE"} ${CC:+CC="$CC"} install PREFIX=/usr DESTDIR="$dest" >"$tmp/log" 2>&1 </dev/null || {
    cat "$tmp/log"
    exit 1
}
rm -rf "$tmp/empty"
mkdir -p "$tmp/empty"
cd "$tmp/empty" || exit 1
program=$dest/usr/bin/ringside
guests=$dest/usr/lib/ringside/build/guests/micro

# runs STATUS ARGUMENT...
runs()
{
    expected=$1
    shift
    timeout 120 "$program" "$@" >out 2>err </dev/null
    status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat err))"
}
says() { [ "$(wc -l <err)" -eq 1 ] && grep -q "$1" err || fail "not one line with '$1': $(cat err)"; }

runs 0 --lang zh --help
grep -q '退出状态' out || fail 'no translations'
runs 0 demo
runs 0 holes popf
runs 0 lesson
runs 0 lesson 4 --text
runs 0 lab list
runs 0 lab start 2
[ -e lab-02-trap-and-emulate/ringside_lab.h ] || fail 'no header in a lab'
if find "$dest" -name '*hidden*' -o -name '*solution*' -o -name mutants | grep -q .; then fail 'a solution is installed'; fi
[ -e "$dest/usr/share/doc/ringside/PLUGINS.en.md" ] || fail 'no documents'

# build SOURCE FLAG...: name.c to name.so, by the installed header alone.
build()
{
    source=$1
    shift
    "$cc" -shared -fPIC -I "$dest/usr/include" "$@" -o "$(basename "$source" .c).so" "$source" || fail "building $source"
}
build "$dest/usr/share/doc/ringside/examples/teller.c" -std=c17 -Wall -Wextra -Werror

digest() { grep -o '"state_digest":.*' out; }
for guest in cr3 popf syscall nested; do
    runs 0 run "$guests/$guest.elf" --clock insns --stats=json
    native=$(digest)
    runs 0 run "$guests/$guest.elf" --clock insns --stats=json --mode ./teller.so --cpu virtualizable
    [ "$(digest)" = "$native" ] || fail "$guest ends otherwise under teller.so"
done
grep -q '"mode":.*teller' out || fail 'the technique has no name'
runs 0 run "$guests/cr3.elf" --mode ./teller.so --cpu virtualizable --serial none
grep -q '^teller: address space 00103000 -> 00108000' err || fail "the example says nothing: $(cat err)"
runs 0 equiv native ./teller.so "$guests/nested.elf" --cpu virtualizable
runs 0 run "$guests/cr3.elf" --mode ./teller.so --cpu virtualizable --clock insns --equiv native --stats --serial none
grep -q 'teller: the same as native' err || fail "no verdict on a plug-in: $(cat err)"
runs 0 run "$guests/cr3.elf" --mode ./teller.so,cli --cpu virtualizable --serial none
[ ! -s err ] || fail 'duties of the command line do not count'

# Files that are none.
refused() { runs 2 run "$guests/cr3.elf" --mode "./$1" && says "$2"; }
echo 'enum lab_next { NONE }; int lab_on_trap(void *l, void *t) { (void)l; (void)t; return 0; }' >old.c
build old.c
refused old.so 'no lab_abi'
printf '#include "ringside_lab.h"\nconst uint32_t lab_abi = 99;\nenum lab_next lab_on_trap(struct lab *l, const struct lab_trap *t) { (void)l; (void)t; return LAB_DEFER; }\n' |
    sed 's/^#include.*/#define lab_abi lab_abi_of_header\n&\n#undef lab_abi/' >new.c
build new.c
refused new.so 'version 99'
echo '#include "ringside_lab.h"' >nothing.c
build nothing.c
refused nothing.so 'neither lab_technique nor lab_on_trap'
echo 'text' >text.so
refused text.so 'no shared object'
: >empty.so
refused empty.so 'no shared object'
refused absent.so 'No such file'
{ printf '\177ELF\001\001\001' && head -c 200 /dev/zero; } >narrow.so
[ "$(getconf LONG_BIT)" != 64 ] || refused narrow.so 'built for 32-bit'
head -c 600 teller.so >short.so
runs 2 run "$guests/cr3.elf" --mode ./short.so
says 'not whole'
mkfifo pipe.so
refused pipe.so 'no shared object'

# An object that does harm: while it is loaded, and when it is called.
harmful()
{
    printf '#include <stdlib.h>\n#include "ringside_lab.h"\n%s\n' "$2" >"$1.c"
    build "$1.c" -w
}
technique='const struct lab_technique lab_technique = {.name = "x", .duties = 1u << LAB_CLI, .on_trap = on_trap};'
trap='enum lab_next on_trap(struct lab *l, const struct lab_trap *t)'
harmful early "__attribute__((constructor)) static void c(void) { abort(); } $trap { return LAB_DONE; } $technique"
refused early.so 'crashed while it was loaded'
harmful leaves "__attribute__((constructor)) static void c(void) { exit(0); } $trap { return LAB_DONE; } $technique"
refused leaves.so 'ends the program'
harmful answers "$trap { return 77; } $technique"
runs 1 run "$guests/popf.elf" --mode ./answers.so --cpu virtualizable --serial none
says 'the answer 77'
harmful defers "$trap { return LAB_DEFER; } $technique"
runs 1 run "$guests/popf.elf" --mode ./defers.so --cpu virtualizable --serial none
says 'left to the monitor'
harmful aborts "$trap { abort(); } $technique"
runs 134 run "$guests/popf.elf" --mode ./aborts.so --cpu virtualizable --serial none
grep -q '^ringside: the plug-in ./aborts.so crashed$' err || fail "nobody says who crashed: $(cat err)"

# A folder's name may hold commas.
mkdir 'a,b'
cp teller.so 'a,b/'
runs 0 run "$guests/popf.elf" --mode './a,b/teller.so,cli' --cpu virtualizable --serial none
runs 0 run "$guests/popf.elf" --cpu virtualizable --serial none --swap-every 100 --swap-through 'native,./a,b/teller.so,cli,sti,emulate'
runs 0 run "$guests/popf.elf" --cpu virtualizable --serial none --swap-every 100 --swap-through 'native,teller.so'
exit $((failures > 0))
