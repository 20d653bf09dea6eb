#!/bin/sh
# SPDX-License-Identifier: MIT
# guests/porting-cost: the table of a small kernel that is counted by hand, and Bantam's total against the compiler's idea of what
# a comment is.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
guests=$(dirname "$0")/../guests

command -v python3 >/dev/null || { echo 'there is no python3'; exit 77; }

small=$tmp/small
mkdir -p "$small/arch/native" "$small/arch/pv" "$small/kernel"
printf '/* one\n\n two */ int a;\nint b; // c\n\n  /* d */\n' >"$small/arch/arch.h"         # 2
printf 'int a; /* x */ int b;\n/* y */\nint c; /* z\n*/ int d;\n' >"$small/arch/native/paging.c" # 3
printf '; a\n  mov eax, 1 ; b\n\n  ret\n' >"$small/arch/native/start.asm"                   # 2
printf 'int a;\n' >"$small/arch/native/native.h"                                            # 1: other
printf 'int a;\nint b;\n' >"$small/arch/pv/block.c"                                         # 2: a driver
printf 'int a;\n' >"$small/arch/pv/hypercall.c"                                             # 1
cat >"$small/kernel/main.c" <<'C'
int a;
#ifdef ARCH_PV
/* not counted */
int b;
#if 1
int c;
#endif
#endif
int d;
C
cat >"$tmp/want" <<'T'
Lines                             native        pv
Architecture-independent               0         4
Virtual network driver                 -         -
Virtual block-device driver            -         2
Specific (non-driver)
  start                                2         -
  segments, interrupt table            -         -
  page tables                          3         -
  traps and system calls               -         1
  interrupts, clock, ports             -         -
  threads                              -         -
  other                                1         -
Total                                  6         7
Portion of the kernel              50.0%     53.8%
T
"$guests/porting-cost" "$small" >"$tmp/got" || fail "it ended with $?"
head -14 "$tmp/got" | diff "$tmp/want" - || fail 'the table of a small kernel'

"$guests/porting-cost" "$tmp" >/dev/null 2>&1 && fail 'a folder without a kernel'

# Each line that is left when gcc's preprocessor has dropped comments; and NASM's, which end with the line.
if command -v gcc >/dev/null; then
    arch=$guests/bantam/arch/native
    total=$({
        for file in "$arch"/*.[ch]; do gcc -fpreprocessed -dD -E -P "$file"; done
        sed 's/;.*//' "$arch"/*.asm
    } | grep -c '[^[:space:]]')
    said=$("$guests/porting-cost" | awk '$1 == "Total" { print $2 }')
    [ "$said" = "$total" ] || fail "Bantam's native part has $total lines, not $said"
else
    echo 'not compared: there is no gcc'
fi

[ "$failures" -eq 0 ]
