; SPDX-License-Identifier: MIT
;
; VERW asks if a segment could be written at a ring: the outer one of CPL and the selector's RPL (SDM Vol. 3, 5.10.2). Data
; of ring 0 may not be written at ring 1; where the kernel itself has been moved to ring 1, it may.
%include "probe.inc"

main:
    mov ecx, KERNEL_DS | RING1
asks:
    verw cx
answer:
    jz .yes
    saw "not writable"
.yes:
    saw "writable"
