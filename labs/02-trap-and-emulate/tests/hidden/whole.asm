; SPDX-License-Identifier: MIT
; Part "whole", the edges: two programs in address spaces of their own, changed by the timer; each tries what it may not.
%include "lab.inc"

WINDOW equ 0x400000
TICKS  equ 8

global main
main:
    call take_seed
    call lab_handlers
    mov edx, PTE_U
    call paging_on
    mov eax, [page_directory]
    mov [second_directory], eax
    mov dword [page_directory + 4], window_table_1 + (PTE_P | PTE_W | PTE_U)
    mov dword [second_directory + 4], window_table_2 + (PTE_P | PTE_W | PTE_U)
    mov dword [window_table_1], memory_1 + (PTE_P | PTE_W | PTE_U)
    mov dword [window_table_2], memory_2 + (PTE_P | PTE_W | PTE_U)
    call random
    mov [memory_1], eax
    not eax
    mov [memory_2], eax
    mov dword [spaces], page_directory
    mov dword [spaces + 4], second_directory
    lidt [idtr]
    mov eax, tick
    call ticks_to
    mov eax, user
    mov edx, 0x202
    jmp enter_user

; One program, in turn in one space and the other: what it sees in the window changes under it.
user:
    refused sti, "STI in ring 3"
    refused {lidt [idtr]}, "LIDT in ring 3"
    refused {mov cr3, eax}, "MOV to CR3 in ring 3"
    refused {in al, 0x20}, "IN in ring 3"
    mov esi, [memory_1]
    mov edi, esi
    not edi
    xor ebx, ebx                        ; spaces that were seen, as bits
.look:
    mov eax, [WINDOW]
    cmp eax, esi
    jne .second
    or ebx, 1
    jmp .next
.second:
    cmp eax, edi
    check_anywhere e, "the window shows one memory or the other"
    or ebx, 2
.next:
    cmp dword [ticks], TICKS
    jb .look
    cmp ebx, 3
    check_anywhere e, "both spaces were seen"
    mov eax, done
    int TO_KERNEL
done:
    mov eax, cr3
    cmp eax, page_directory             ; an even number of ticks
    check e, "the first space is back"
    print "ticks: ", [ticks]
    mov al, 0
    jmp exit_al

tick:
    push eax
    inc dword [ticks]
    mov eax, [ticks]
    and eax, 1
    mov eax, [spaces + eax * 4]
    mov cr3, eax
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

section .data
spaces: dd 0, 0
section .bss align=4096
second_directory: resb 4096
window_table_1:   resb 4096
window_table_2:   resb 4096
memory_1:         resb 4096
memory_2:         resb 4096
