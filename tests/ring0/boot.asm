; SPDX-License-Identifier: MIT
;
; Boot sector for Bochs, which has put the image where it belongs (optramimage): A20, protected mode, and off.
bits 16
org 0x7c00

    cli
    xor ax, ax
    mov ds, ax
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al
    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected

bits 32
protected:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov eax, 0x100020
    jmp eax

    align 4
gdt:
    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:
    dw 23
    dd gdt

    times 510 - ($ - $$) db 0
    dw 0xaa55
