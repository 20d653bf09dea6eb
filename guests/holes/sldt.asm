; SPDX-License-Identifier: MIT
;
; SLDT stores the selector of the hardware's LDT (SDM Vol. 2, SLDT). The guest has loaded one of its own.
%include "probe.inc"

main:
    mov dword [gdt_free], 0x00000007    ; an LDT of one descriptor, at 0 (SDM Vol. 3, 3.5.1)
    mov dword [gdt_free + 4], 0x00008200
    mov ax, FIRST_SEL
    lldt ax
asks:
    sldt dx
answer:
    saw_word "LDTR ", dx
