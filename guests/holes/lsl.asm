; SPDX-License-Identifier: MIT
;
; LSL shows a segment's limit (SDM Vol. 2, LSL): that in the hardware's GDT, whose segments end below the monitor.
%include "probe.inc"

main:
    mov ecx, KERNEL_DS
    xor eax, eax
asks:
    lsl eax, ecx
answer:
    saw "limit ", eax
