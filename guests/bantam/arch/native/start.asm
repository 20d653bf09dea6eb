; SPDX-License-Identifier: MIT
;
; The kernel's first instructions. A Multiboot loader enters at the physical address, paging off; this maps the first 4 MiB
; twice, where they are and at KERNEL_BASE, and goes on up there. paging.c makes the tables that stay.
bits 32

KERNEL_BASE equ 0xc0000000
MAGIC       equ 0x1badb002
FLAGS       equ 1 << 0 | 1 << 1         ; modules on page boundaries; memory size wanted (Multiboot 0.6.96, 3.1.2)

global start, start_stack_end
extern native_main

section .multiboot progbits alloc noexec nowrite align=4
    dd MAGIC, FLAGS, -(MAGIC + FLAGS)

section .start progbits alloc exec nowrite align=16
start:                                  ; linked at its physical address
    cli
    cld
    mov esi, eax                        ; what the loader says: its magic, its information
    mov edi, ebx
    mov ecx, 1024
    mov ebx, start_table - KERNEL_BASE
    mov eax, 3                          ; present, writable
.fill:
    mov [ebx], eax
    add eax, 4096
    add ebx, 4
    loop .fill
    mov eax, start_table - KERNEL_BASE + 3
    mov [start_directory - KERNEL_BASE], eax
    mov [start_directory - KERNEL_BASE + (KERNEL_BASE >> 22) * 4], eax
    mov eax, start_directory - KERNEL_BASE
    mov cr3, eax
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16 | 1 << 2  ; PG, WP: read-only holds for the kernel too, EM: there is no x87
    mov cr0, eax
    mov eax, high
    jmp eax

section .text
high:
    mov esp, start_stack_end
    xor ebp, ebp
    push edi
    push esi
    call native_main                    ; does not come back

section .bss nobits alloc noexec write align=4096
start_directory: resb 4096
start_table:     resb 4096
                 resb 8192
start_stack_end:

section .note.GNU-stack noalloc noexec nowrite progbits
