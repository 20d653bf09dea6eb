; SPDX-License-Identifier: MIT
; expect: ok
; qemu: no, 7.2 takes INT1 for its own debugger's breakpoint
; hole: iret
;
; INT1 (F1; SDM Vol. 3, 6.4.4): a #DB that asks no gate for leave, so that ring 3 may use it too. It is a trap: EIP in the frame
; is that of the next instruction, and RF is clear. DR6 says nothing of it.
%include "micro.inc"

global main, user_program, on_debug
main:
    pic_mask
    set_handler 1, on_debug
    db 0xf1
.behind:
    cmp dword [hits], 1
    check e, "one hit at ring 0"
    cmp dword [seen], .behind
    check e, "the next instruction at ring 0"
    mov eax, user_program
    mov edx, 0x200
    jmp enter_user

user_program:
    mov ecx, 3
.again:
    db 0xf1
.behind:
    loop .again
    mov ebx, .behind
    ud2                                 ; not reached: the third hit ends the run

on_debug:
    inc dword [hits]
    mov eax, [esp]
    mov [seen], eax
    test dword [esp + 8], 1 << 16
    check z, "RF is clear"
    cmp dword [hits], 4
    je .last
    iret
.last:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    cmp dword [seen], user_program.behind
    check e, "the next instruction at ring 3"
    print "INT1 from both rings"
    mov al, 0
    jmp exit_al

section .data
hits: dd 0
seen: dd 0
