; SPDX-License-Identifier: MIT
; expect: ok
;
; x87 instructions that CR0 forbids (SDM Vol. 3, 2.5 and table 9-1). EM: there is no unit, software stands in. TS: the unit
; may hold another task's numbers. WAIT is of the unit's only with MP and TS. The handler of #NM counts, and steps over.
; With EM, MP and TS clear a machine without a unit ignores what one with a unit executes: that is not for this guest.
%include "micro.inc"

CR0_MP equ 2
CR0_EM equ 4
CR0_TS equ 8

global main, no_unit, user_program, system_call
main:
    set_handler 7, no_unit
    set_handler 0x80, system_call, 0xee
    xor ebx, ebx                        ; bits of CR0, from none to all
.next:
    mov eax, cr0
    and eax, ~(CR0_MP | CR0_EM | CR0_TS)
    or eax, ebx
    mov cr0, eax
    mov dword [caught], 0
    mov dword [length], 1
    wait
    push dword [caught]
    mov dword [caught], 0
    test ebx, CR0_EM | CR0_TS           ; else the unit, if there is one, would execute it
    jz .after
    mov dword [length], 6
    fld dword [0xf0000000]              ; #NM comes first: this is no access
.after:
    mov eax, [caught]
    shl eax, 4
    or eax, [esp]
    add esp, 4
    print "EM, MP, TS: ", ebx
    print "#NM by x87, by WAIT: ", eax
    add ebx, CR0_MP
    cmp ebx, CR0_MP | CR0_EM | CR0_TS
    jbe .next
    clts
    mov eax, cr0
    test eax, CR0_TS
    check z, "CLTS clears TS"
    or eax, CR0_TS
    mov cr0, eax                        ; and from ring 3, where a program meets it
    mov dword [caught], 0
    mov dword [length], 2
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    fninit
    int 0x80

no_unit:
    inc dword [ss:caught]
    push eax
    mov eax, [ss:length]
    add [ss:esp + 4], eax
    pop eax
    iret

system_call:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    print "#NM at ring 3: ", dword [caught]
    cmp dword [caught], 1
    check e, "FNINIT is #NM with TS"
    mov al, 0
    jmp exit_al

section .data
caught: dd 0
length: dd 0
