; SPDX-License-Identifier: MIT
;
; A far RET checks CPL and RPL (SDM Vol. 2, RET): with RPL 1 code of ring 0 is refused, unless the kernel has been moved to
; ring 1, with its segments.
%include "probe.inc"

main:
    call watch_faults
asks:
    push dword KERNEL_CS | RING1
    push dword .there
    retf
.there:
answer:
    saw "returned"
