; SPDX-License-Identifier: MIT
;
; A far JMP checks CPL and RPL (SDM Vol. 2, JMP): with RPL 1 code of ring 0 is refused, unless the kernel has been moved to
; ring 1, with its segments.
%include "probe.inc"

main:
    call watch_faults
asks:
    jmp KERNEL_CS | RING1:.there
.there:
answer:
    saw "jumped"
