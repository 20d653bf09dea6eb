; SPDX-License-Identifier: MIT
; Part "iret": back from a handler within the kernel, out to a user program, and back from its system call.
%include "lab.inc"

global main
main:
    call take_seed
    call lab_handlers
    set_handler 0x30, handler
    set_handler 0x40, system_call, 0xee
    stc
    int 0x30
    check c, "IRET brings back CF"
    cmp eax, eax
    int 0x30
    check z, "IRET brings back ZF"
    sti
    int 0x30
    pushf
    pop eax
    test eax, 0x200
    check nz, "IRET brings back IF"
    cli
    mov eax, user
    xor edx, edx
    jmp enter_user

user:
    mov ax, cs
    and al, 3
    cmp al, 3
    check_anywhere e, "the user program is in ring 3"
    cmp esp, user_stack
    check_anywhere e, "on its own stack"
    call random
    mov ebx, eax
    int 0x40
    not ebx
    cmp eax, ebx
    check_anywhere e, "a system call returns"
    cmp esp, user_stack
    check_anywhere e, "to the user's stack"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

handler:
    clc
    or eax, 1
    iret

system_call:
    mov eax, ebx
    not eax
    iret
