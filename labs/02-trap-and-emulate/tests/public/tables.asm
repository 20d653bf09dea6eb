; SPDX-License-Identifier: MIT
; Part "tables": LGDT and LIDT. Another IDT brings another handler, another GDT another segment.
%include "lab.inc"

global main
main:
    call take_seed
    set_handler 0x30, first_handler
    mov esi, idt                        ; a second IDT, the same but for one gate
    mov edi, second_idt
    mov ecx, 256 * 2
    rep movsd
    mov eax, second_handler
    mov [second_idt + 0x30 * 8], ax
    shr eax, 16
    mov [second_idt + 0x30 * 8 + 6], ax
    int 0x30
    cmp dword [reached], 1
    check e, "the first handler is reached"
    lidt [second_idtr]
    int 0x30
    cmp dword [reached], 2
    check e, "after LIDT the second handler is reached"
    sidt [stored]
    mov eax, [stored + 2]
    cmp eax, second_idt
    check e, "SIDT gives the new base"
    cmp word [stored], 0x31 * 8 - 1
    check e, "SIDT gives the new limit"

    mov esi, gdt                        ; a second GDT, in which the first free descriptor is a small data segment
    mov edi, second_gdt
    mov ecx, (gdt_end - gdt) / 4
    rep movsd
    mov eax, word_of_memory
    mov edi, second_gdt + FREE_SEL
    mov dword [edi], 3                  ; four bytes
    mov [edi + 2], ax
    shr eax, 16
    mov [edi + 4], al
    mov byte [edi + 5], 0x93
    mov byte [edi + 6], 0x40
    mov [edi + 7], ah
    lgdt [second_gdtr]
    call random
    mov [word_of_memory], eax
    mov cx, FREE_SEL
    mov fs, cx
    cmp [fs:0], eax
    check e, "after LGDT the new segment can be loaded"
    sgdt [stored]
    mov eax, [stored + 2]
    cmp eax, second_gdt
    check e, "SGDT gives the new base"
    xor eax, eax
    mov fs, ax
    ret

first_handler:
    mov dword [reached], 1
    iret
second_handler:
    mov dword [reached], 2
    iret

section .data align=8
second_idtr: dw 0x31 * 8 - 1
             dd second_idt
second_gdtr: dw 9 * 8 - 1
             dd second_gdt
stored:      dw 0
             dd 0
reached:     dd 0
word_of_memory: dd 0
section .bss align=4096
second_gdt: resb 4096
second_idt: resb 4096
