; SPDX-License-Identifier: MIT
;
; A boot sector for machines that cannot load Multiboot: reads SECTORS sectors behind itself by INT 13h's extended read (EDD 3.0),
; opens A20, enters protected mode, copies the image to 1 MiB and jumps to it.
bits 16
org 0x7c00

LOAD equ 0x10000

    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov si, packet
    mov ah, 0x42
    int 0x13
    jc failed
    in al, 0x92                         ; fast A20
    or al, 2
    and al, 0xfe
    out 0x92, al
    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected

failed:
    hlt
    jmp failed

bits 32
protected:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esi, LOAD
    mov edi, 0x100000
    mov ecx, SECTORS * 128
    cld
    rep movsd
    mov eax, 0x100000 + 12
    jmp eax

align 4
packet:
    db 16, 0
    dw SECTORS
    dw 0, LOAD >> 4
    dq 1
gdt:
    dq 0
    dq 0x00cf9a000000ffff
    dq 0x00cf92000000ffff
gdtr:
    dw 3 * 8 - 1
    dd gdt

    times 510 - ($ - $$) db 0
    dw 0xaa55
