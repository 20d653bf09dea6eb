; SPDX-License-Identifier: MIT
; Part "control", the edges: each register, a load of CR3 that flushes, values that are refused, ring 3.
%include "lab.inc"

WINDOW equ 0x400000

; through REGISTER: writes and reads CR2 through it.
%macro through 1
    call random
    mov [value], eax
    mov %1, [value]
    mov cr2, %1
    mov %1, 0
    mov %1, cr2
    cmp %1, [value]
    check e, "CR2 through each register"
%endmacro

global main
main:
    call take_seed
    call lab_handlers
    through eax
    through ecx
    through edx
    through ebx
    through ebp
    through esi
    through edi
    mov edi, esp
    call random
    mov [value], eax
    mov cr2, eax
    mov esp, cr2
    mov ecx, esp
    mov esp, edi
    cmp ecx, [value]
    check e, "CR2 into ESP"

    xor edx, edx
    call paging_on
    mov dword [page_directory + 4], window_table + (PTE_P | PTE_W)
    mov dword [window_table], memory_1 + (PTE_P | PTE_W)
    call random
    mov [memory_1], eax
    not eax
    mov [memory_2], eax
    mov ecx, [WINDOW]                   ; now it is in the TLB
    mov dword [window_table], memory_2 + (PTE_P | PTE_W)
    mov ebx, cr3
    mov cr3, ebx                        ; the value is the old one, and the TLB is flushed all the same
    cmp [WINDOW], eax
    check e, "a load of CR3 flushes the TLB"

    or ebx, 0x18                        ; PCD and PWT (SDM Vol. 3, 2.5)
    mov cr3, ebx
    mov ecx, cr3
    cmp ecx, ebx
    check e, "CR3 keeps its low bits"

    mov ebx, cr0
    mov ecx, ebx
    or ecx, 1 << 29                     ; NW without CD (SDM Vol. 3, table 12-5)
    and ecx, ~(1 << 30)
    refused {mov cr0, ecx}, "CR0 with NW and without CD"
    mov ecx, cr0
    cmp ecx, ebx
    check e, "a MOV that faulted leaves CR0 alone"
    mov ecx, 1 << 27
    refused {mov cr4, ecx}, "a reserved bit of CR4"
    mov ecx, cr4
    test ecx, ecx
    check z, "CR4 is as it was"

    mov edx, PTE_U
    call paging_on
    mov eax, user
    xor edx, edx
    jmp enter_user
user:
    refused {mov eax, cr0}, "MOV from CR0 in ring 3"
    refused {mov eax, cr3}, "MOV from CR3 in ring 3"
    refused {mov cr3, eax}, "MOV to CR3 in ring 3"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

section .data
value: dd 0
section .bss align=4096
window_table: resb 4096
memory_1:     resb 4096
memory_2:     resb 4096
