; SPDX-License-Identifier: MIT
; Part "tables", the edges: 16-bit operand size, an operand across two pages, one that is not mapped, ring 3.
%include "lab.inc"

WINDOW equ 0x3ff000                     ; the last page of the first 4 MiB; it will not be mapped

HIGH equ 0x01000000

global main
main:
    call take_seed
    call lab_handlers
    xor edx, edx
    call paging_on
    call random                         ; base from the seed, below 16 MiB, and rubbish in its top byte
    mov [operand + 2], eax
    mov edi, eax
    and edi, 0xffffff
    call random
    or eax, 0x7ff
    mov [operand], ax
    mov ebx, eax
    o16 lidt [operand]
    sidt [stored]
    lidt [idtr]
    cmp [stored + 2], edi
    check e, "with 16-bit operands LIDT takes 24 bits of base"
    cmp [stored], bx
    check e, "LIDT takes the limit"

    mov ax, [gdtr]                      ; six bytes across two pages
    mov [straddle], ax
    mov eax, [gdtr + 2]
    mov [straddle + 2], eax
    mov ecx, 2
    mov esi, straddle - 16
    lgdt [esi + ecx * 8]
    sgdt [stored]
    mov eax, [stored + 2]
    cmp eax, gdt
    check e, "LGDT across two pages"

    mov dword [page_table + (WINDOW >> 12) * 4], 0
    mov eax, cr3
    mov cr3, eax
    mov dword [faults], 0
    attempt lidt [WINDOW + 8]
    cmp dword [faults], 1
    check e, "LIDT from a page that is not there faults"
    cmp dword [fault_code], 0
    check e, "the fault's error code"
    mov eax, cr2
    cmp eax, WINDOW + 8
    check e, "the fault's address"
    sidt [stored]
    mov eax, [stored + 2]
    cmp eax, idt
    check e, "a LIDT that faulted changes nothing"

    mov edx, PTE_U
    call paging_on
    mov eax, [page_directory]           ; the same 4 MiB once more, at 16 MiB: bases that need more than 24 bits
    mov [page_directory + 4 * (HIGH >> 22)], eax
    mov ax, [gdtr]
    mov [operand], ax
    mov dword [operand + 2], gdt + HIGH
    lgdt [operand]
    sgdt [stored]
    mov eax, [stored + 2]
    cmp eax, gdt + HIGH
    check e, "LGDT loads all 32 bits of the base"
    mov ax, KERNEL_DS
    mov es, ax
    lgdt [gdtr]
    mov eax, user
    xor edx, edx
    jmp enter_user
user:
    refused {lgdt [gdtr]}, "LGDT in ring 3"
    refused {lidt [idtr]}, "LIDT in ring 3"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

section .data align=4096
    times 4096 - 4 db 0
straddle: dw 0
          dd 0
operand:  dw 0
          dd 0
stored:   dw 0
          dd 0
