; SPDX-License-Identifier: MIT
;
; LAR shows a descriptor's access rights (SDM Vol. 2, LAR): those in the hardware's GDT.
%include "probe.inc"

main:
    mov ecx, KERNEL_DS
    xor eax, eax
asks:
    lar eax, ecx
answer:
    saw "rights ", eax
