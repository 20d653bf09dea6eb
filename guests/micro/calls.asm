; SPDX-License-Identifier: MIT
; expect: ok
;
; Frames of every kind, for those who leave them: a function with a call behind its pops, a recursion, and a handler that a
; user program enters, whose stack lies below the kernel's (INT n from ring 3 takes SS:ESP from the TSS: SDM Vol. 3, 6.12.1).
%include "micro.inc"

USER_STACK equ 0x9000

global main, outer, popped, outer_done, inner, factorial, innermost, factorial_done, user_program, user_back, system_call
main:
    set_handler 0x80, system_call, 0xee
    call outer
outer_done:
    mov ecx, 5
    mov eax, 1
    call factorial
factorial_done:
    print "5! is     ", eax
    mov edx, PTE_U
    call paging_on
    mov eax, user_program
    xor edx, edx
    jmp enter_user

outer:
    push eax
    push ecx
popped:                                 ; from here on ESP goes up, and the function is not left for all that
    pop ecx
    call inner
    pop eax
    ret
inner:
    nop
    ret

; EAX times ECX!, by a call for each factor.
factorial:
    mul ecx
    dec ecx
    jz innermost
    call factorial
    ret
innermost:
    ret

user_program:
    mov esp, USER_STACK
    int 0x80
user_back:
    nop
    int 0x80
    ud2

system_call:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    inc dword [calls]
    cmp dword [calls], 2
    je .over
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    iret
.over:
    print "calls are ", dword [calls]
    mov al, 0
    jmp exit_al

section .data
calls: dd 0
