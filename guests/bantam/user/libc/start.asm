; SPDX-License-Identifier: MIT
;
; Where a program starts, and its way into the kernel: the only code of the C library that is not C.
; The stack at the entry, and the registers of a system call, are in guests/bantam/include/abi.h.
bits 32
section .text

extern main, exit
global _start, system_call

_start:
    xor ebp, ebp                        ; a backtrace ends here
    mov eax, [esp]
    lea edx, [esp + 4]
    and esp, -16
    sub esp, 8
    push edx
    push eax
    call main
    mov [esp], eax
    call exit                           ; does not come back

; int system_call(unsigned number, a, b, c, d, e)
system_call:
    push ebx
    push esi
    push edi
    mov eax, [esp + 16]
    mov ebx, [esp + 20]
    mov ecx, [esp + 24]
    mov edx, [esp + 28]
    mov esi, [esp + 32]
    mov edi, [esp + 36]
    int 0x80
    pop edi
    pop esi
    pop ebx
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
