; SPDX-License-Identifier: MIT
; expect: ok
; hole: mov
;
; What may be loaded into ES, SS, LDTR and CS (SDM Vol. 3, 5.5 to 5.8): every type of descriptor, with DPL 0 and 3, present or
; not, by selectors of RPL 0 and 3, from rings 0 and 3. Each attempt ends well, or in #NP, #SS or #GP with an error code.
%include "micro.inc"

global main, sweep, user_program, system_call, fault_np, fault_ss, fault_gp
main:
    set_handler 11, fault_np
    set_handler 12, fault_ss
    set_handler 13, fault_gp
    set_handler 0x80, system_call, 0xee
    print "from ring 0"
    mov dword [ring], 0
    call sweep
    xor eax, eax
    lldt ax
    call show
    mov dword [ring], 3
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    call sweep
    int 0x80

system_call:
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "from ring 3"
    call show
    mov al, 0
    jmp exit_al

; try INSTRUCTION...: does it, or comes back from its fault; EBX is the outcome: 0, or vector << 16 | error code.
%macro try 1+
    mov dword [resume], %%after
    xor ebx, ebx
    %1
%%after:
%endmacro

; Mixes EBX into the outcomes of column %1.
%macro note 1
    rol dword [outcome + esi * 4 + %1 * 128], 3
    xor [outcome + esi * 4 + %1 * 128], ebx
%endmacro

sweep:
    xor esi, esi
.type:
    xor eax, eax
    mov [outcome + esi * 4], eax
    mov [outcome + esi * 4 + 128], eax
    mov [outcome + esi * 4 + 256], eax
    mov [outcome + esi * 4 + 384], eax
    xor ecx, ecx                        ; bit 0: P, bit 1: DPL, bit 2: RPL
.case:
    call put_descriptor
    mov eax, ecx
    shr eax, 2
    imul eax, 3
    or eax, FREE_SEL

    mov dx, ds
    try mov es, ax
    mov es, dx
    note 0
    mov ebx, [gdt_free + 4]             ; the accessed bit
    note 0

    call put_descriptor
    mov dx, ss
    try mov ss, ax
    mov ss, dx
    note 1

    cmp dword [ring], 0
    jne .no_ldt
    call put_descriptor
    try lldt ax
    note 2
.no_ldt:
    mov edx, esi                        ; a task would be switched to by types 1, 3, 5, 9, 11
    bt dword [tasks], edx
    jc .next
    call put_descriptor
    mov [far_target + 4], ax
    mov dword [far_target], .there
    mov edi, cs
    mov [far_back + 4], di
    mov dword [far_back], .back
    try jmp far [far_target]
    jmp .note
.there:
    mov bx, cs                          ; RPL is the CPL
    movzx ebx, bx
    jmp far [ss:far_back]
.back:
.note:
    note 3
.next:
    inc ecx
    cmp ecx, 8
    jb .case
    inc esi
    cmp esi, 32
    jb .type
    ret

; Flat, of type ESI with P and DPL of ECX.
put_descriptor:
    push eax
    push edx
    mov eax, ecx
    and eax, 1
    shl eax, 7
    mov edx, ecx
    and edx, 2
    imul edx, 0x30
    or eax, edx
    or eax, esi
    shl eax, 8
    or eax, 0x00cf0000
    mov dword [gdt_free], 0x0000ffff
    mov [gdt_free + 4], eax
    pop edx
    pop eax
    ret

%macro fault_handler 2
%1:
    pop ebx                             ; the error code
    or ebx, %2 << 16
    push eax
    mov eax, [ss:resume]
    mov [ss:esp + 4], eax
    pop eax
    iret
%endmacro
fault_handler fault_np, 11
fault_handler fault_ss, 12
fault_handler fault_gp, 13

; A line for each type: the outcomes for ES, SS, LDTR, CS.
show:
    xor esi, esi
.next:
    mov eax, esi
    call put_value
    mov eax, [outcome + esi * 4]
    call put_value
    mov eax, [outcome + esi * 4 + 128]
    call put_value
    mov eax, [outcome + esi * 4 + 256]
    call put_value
    mov eax, [outcome + esi * 4 + 384]
    call put_value
    mov al, 10
    call put_char
    inc esi
    cmp esi, 32
    jb .next
    ret

put_value:
    call put_hex
    mov al, ' '
    jmp put_char

section .data
tasks: dd 1 << 1 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 11

section .bss
ring:       resd 1
resume:     resd 1
far_target: resd 2
far_back:   resd 2
outcome:    resd 4 * 32
