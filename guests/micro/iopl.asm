; SPDX-License-Identifier: MIT
; expect: ok
;
; IOPL: a user program may use ports and CLI where its kernel lets it (SDM Vol. 1, 19.5.1). With IOPL 3 it writes to COM1
; itself; with IOPL 0 the same OUT raises #GP. A monitor interprets user code that runs with IOPL 3.
%include "micro.inc"

global main, user_program, general_protection
main:
    set_handler 13, general_protection
    mov eax, user_program
    mov edx, 0x3000
    jmp enter_user

user_program:
    mov al, 'u'
    call put_char                       ; the kernel's routine, at ring 3
    cli
    sti
    cli
    mov al, 10
    call put_char
    pushf
    and dword [esp], ~0x3000
    popf                                ; ring 3 cannot lower IOPL
    pushf
    pop eax
    and eax, 0x3000
    mov ebx, eax
    int 13                              ; DPL 0: #GP, the kernel's turn
    ud2

general_protection:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    inc dword [count]
    cmp dword [count], 2
    je second_time
    print "error code of INT 13: ", [esp + 32]
    print "IOPL stayed:          ", ebx
    mov dword [esp + 12], 2             ; EFLAGS: IOPL 0
    mov dword [esp + 4], user_again
    add esp, 4
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    iret
second_time:
    print "with IOPL 0 OUT gives ", [esp + 32]
    mov al, 0
    jmp exit_al

user_again:
    mov dx, 0x3f8
    mov al, '!'
    out dx, al
    ud2

section .data
count: dd 0
