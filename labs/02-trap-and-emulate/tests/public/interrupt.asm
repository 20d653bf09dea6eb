; SPDX-License-Identifier: MIT
; Part "interrupt": the timer interrupts the kernel, which finds everything as it was.
%include "lab.inc"

ROUNDS equ 5

global main
main:
    call take_seed
    mov eax, tick
    call ticks_to
    sti
.count:                                 ; a sum that an interrupt must not disturb
    call random
    mov ebx, eax
    mov ecx, eax
    not ecx
    add ecx, ebx
    cmp ecx, -1
    check e, "registers survive an interrupt"
    cmp dword [ticks], ROUNDS
    jb .count
    cli
    ret

tick:
    push eax
    push ecx
    mov ecx, [esp + 16]                 ; EFLAGS
    test ecx, 0x200
    check nz, "the interrupted kernel had IF set"
    pushf
    pop ecx
    test ecx, 0x200
    check z, "an interrupt gate clears IF"
    cmp dword [esp + 12], KERNEL_CS
    check e, "CS is in the frame"
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop ecx
    pop eax
    iret
