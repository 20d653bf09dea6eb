; SPDX-License-Identifier: MIT
;
; POP FS loads a descriptor, for which CPL and RPL both count (SDM Vol. 3, 5.6): with RPL 1 a segment of ring 0 is refused,
; unless the kernel has been moved to ring 1, with its segments.
%include "probe.inc"

main:
    call watch_faults
asks:
    push dword KERNEL_DS | RING1
    pop fs
answer:
    saw "loaded"
