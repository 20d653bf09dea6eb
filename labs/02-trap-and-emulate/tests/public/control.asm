; SPDX-License-Identifier: MIT
; Part "control": MOV to and from control registers. Paging goes on, and address spaces change.
%include "lab.inc"

WINDOW equ 0x400000

global main
main:
    call take_seed
    xor edx, edx
    call paging_on
    mov esi, cr0
    test esi, 0x80000000
    check nz, "CR0 reads back with PG set"
    mov edi, cr3
    cmp edi, page_directory
    check e, "CR3 reads back"

    mov eax, [page_directory]
    mov [second_directory], eax
    mov dword [page_directory + 4], window_table_1 + (PTE_P | PTE_W)
    mov dword [second_directory + 4], window_table_2 + (PTE_P | PTE_W)
    mov dword [window_table_1], memory_1 + (PTE_P | PTE_W)
    mov dword [window_table_2], memory_2 + (PTE_P | PTE_W)
    call random
    mov [memory_1], eax
    mov ebp, eax
    call random
    mov [memory_2], eax
    cmp [WINDOW], ebp
    check e, "the first address space"
    mov ecx, second_directory
    mov cr3, ecx
    cmp [WINDOW], eax
    check e, "the second address space"
    mov edx, cr3
    cmp edx, second_directory
    check e, "CR3 reads back the second"
    mov ebx, page_directory
    mov cr3, ebx
    cmp [WINDOW], ebp
    check e, "and back"

    call random
    mov cr2, eax
    mov ebx, cr2
    cmp ebx, eax
    check e, "CR2 reads back"
    ret

section .bss align=4096
second_directory: resb 4096
window_table_1:   resb 4096
window_table_2:   resb 4096
memory_1:         resb 4096
memory_2:         resb 4096
