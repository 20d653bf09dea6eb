; SPDX-License-Identifier: MIT
;
; LSS loads a far pointer, and with it a descriptor, for which CPL and RPL both count (SDM Vol. 3, 5.6). With RPL 1 a
; segment of ring 0 is refused, unless the kernel has been moved to ring 1, with its segments.
%include "probe.inc"

main:
    call watch_faults
asks:
    lss eax, [pointer]
answer:
    saw "loaded"
pointer:
    dd 0
    dw KERNEL_DS | RING1
