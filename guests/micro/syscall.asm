; SPDX-License-Identifier: MIT
; expect: ok
; hole: iret
;
; A system call: ring 3 calls INT 0x80 through a gate with DPL 3, the CPU takes SS:ESP from the TSS (SDM Vol. 3, 6.12.1), the
; kernel answers and returns by IRET. Monitors see INT n as #GP, for no gate of theirs has DPL 3.
%include "micro.inc"

global main, user_program, system_call
main:
    pic_mask
    set_handler 0x80, system_call, 0xee
    mov eax, user_program
    mov edx, 0x200
    jmp enter_user

user_program:
    mov eax, 20
    mov ebx, 22
    int 0x80                            ; adds
    cmp eax, 42
    jne .wrong
    mov ecx, 1000
.again:
    push eax
    mov ebx, 1
    int 0x80
    pop edx
    inc edx
    cmp eax, edx
    jne .wrong
    loop .again
    mov ebx, -1                         ; says that all went well
    int 0x80
.wrong:
    mov ebx, -2
    int 0x80
    ud2

system_call:
    cmp ebx, -1
    je .done
    cmp ebx, -2
    je .failed
    add eax, ebx
    iret
.done:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    print "1001 system calls, the last sum is ", eax
    mov al, 0
    jmp exit_al
.failed:
    mov cx, KERNEL_DS
    mov ds, cx
    print "a wrong sum"
    mov al, 1
    jmp exit_al
