#!/bin/sh
# SPDX-License-Identifier: MIT
# The kernel's functions by address, as assembly for the table that kernel/panic.c looks names up in.
#   symbols.sh KERNEL.elf     (none: an empty table, for the first link)
set -eu
echo 'global symbols'
echo 'section .symbols progbits alloc noexec write align=4'
echo 'symbols:'
if [ $# -gt 0 ]; then
    nm "$1" | LC_ALL=C sort | awk '$2 ~ /^[tT]$/ && $1 >= "c0000000" && $3 !~ /^stub_/ {
        printf "    dd 0x%s, name%d\n", $1, n; text[n++] = $3 }
        END { print "    dd 0, 0"; for (i = 0; i < n; i++) printf "name%d: db \"%s\", 0\n", i, text[i] }'
else
    echo '    dd 0, 0'
fi
echo 'section .note.GNU-stack noalloc noexec nowrite progbits'
