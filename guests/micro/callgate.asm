; SPDX-License-Identifier: MIT
; expect: ok
; hole: mov
;
; A call gate: ring 3 calls far into ring 0, the CPU switches stacks and copies two parameters (SDM Vol. 3, 5.8.5), and RET far
; with an immediate goes back and drops them on both stacks.
%include "micro.inc"

global main, user_program, calls_gate, gate_routine, system_call
main:
    set_handler 0x80, system_call, 0xee
    mov eax, gate_routine
    mov [gdt_free], ax
    mov word [gdt_free + 2], KERNEL_CS
    mov word [gdt_free + 4], 0xec02     ; present, DPL 3, 32-bit call gate, two parameters
    shr eax, 16
    mov [gdt_free + 6], ax
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    mov ebp, esp
    push dword 30
    push dword 12
calls_gate:
    call FREE_SEL | 3:0                 ; the offset is the gate's affair
    sub ebp, esp
    int 0x80

gate_routine:
    mov eax, [esp + 8]
    add eax, [esp + 12]
    mov bx, cs
    retf 8

system_call:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    print "sum through the gate:  ", eax
    and ebx, 3
    print "its ring:              ", ebx
    print "left on the user stack ", ebp
    cmp eax, 42
    check e, "the parameters were copied"
    mov al, 0
    jmp exit_al
