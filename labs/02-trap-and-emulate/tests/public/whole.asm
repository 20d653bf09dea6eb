; SPDX-License-Identifier: MIT
; Part "whole": a small kernel with paging, a timer, and a user program that is interrupted and makes system calls.
; Everything that traps here is yours.
%include "lab.inc"

global main
main:
    call take_seed
    call lab_handlers
    mov edx, PTE_U
    call paging_on
    mov eax, tick
    call ticks_to
    set_handler 0x40, system_call, 0xee
    sti
    hlt
    cli
    cmp dword [ticks], 1
    check e, "the first tick ends HLT"
    mov eax, user
    mov edx, 0x200
    jmp enter_user

user:
    refused cli, "CLI in ring 3"
    refused hlt, "HLT in ring 3"
.wait:
    call random
    mov ebx, eax
    int 0x40
    not ebx
    cmp eax, ebx
    check_anywhere e, "a system call returns"
    cmp dword [ticks], 4
    jb .wait
    mov eax, done
    int TO_KERNEL
done:
    print "ticks: ", [ticks]
    mov al, 0
    jmp exit_al

system_call:
    mov eax, ebx
    not eax
    iret

tick:
    push eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret
