#!/bin/sh
# SPDX-License-Identifier: MIT
# The ring-0 judge (tests/ring0/): random programs at all rings under QEMU, Bochs and each technique. What the techniques
# make of them must be what the bare machine makes of them, whether there is another judge here or not.
set -u
judge=${MODE:-release}
case $judge in
release) judge=build/ring0 ;;
*) judge=build/$judge/ring0 ;;
esac

# JUDGE PROGRAMS IN-THE-LONG-FORM
wrong=0
judged()
{
    programs=$2
    [ "${RINGSIDE_LONG:-}" != 1 ] || programs=$3
    $judge --judge "$1" --programs "$programs" --modes "$4" || case $? in
    77) ;;
    *) wrong=1 ;;
    esac
}
judged native 200 3000 emulate,trap
judged qemu 200 4000 native,emulate,trap
judged bochs 200 2000 native,emulate,trap
exit $wrong
