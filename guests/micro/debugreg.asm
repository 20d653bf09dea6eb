; SPDX-License-Identifier: MIT
; expect: ok
; hole: pushf
;
; Debug registers (SDM Vol. 3, 18.2 and 18.3). A breakpoint on code is a fault: its handler sees the instruction to come, and
; sets RF so that it is not met again. Breakpoints on data and on ports, and the single step, are traps: the handler sees
; the instruction behind. DR6 says which it was.
%include "micro.inc"

CR4_DE  equ 8
FL_TF   equ 0x100
FL_RF   equ 0x10000

; arm ADDRESS, CONDITION: DR0 watches; R/W0 and LEN0 as in DR7.
%macro arm 2
    mov eax, %1
    mov dr0, eax
    xor eax, eax
    mov dr6, eax
    mov dword [hits], 0
    mov eax, %2 << 16 | 0x402           ; G0
    mov dr7, eax
%endmacro

; disarm, "what it was about": what the handler has seen, the place counted from a label.
%macro disarm 2
    xor eax, eax
    mov dr7, eax
    print {%1, ": hits "}, dword [hits]
    mov eax, [seen_eip]
    sub eax, %2
    print "  behind the label ", eax
    mov eax, [seen_dr6]
    and eax, 0xe00f
    print "  DR6              ", eax
%endmacro

ON_CODE   equ 0
ON_WRITE4 equ 1 | 3 << 2
ON_PORT   equ 2
ON_READ1  equ 3

global main, handler, on_code, on_write, on_other, on_read, on_string, on_step, on_port, on_user, user_program, system_call
main:
    set_handler 1, handler
    set_handler 6, undefined
    set_handler 0x80, system_call, 0xee

    mov esi, 3
    arm on_code, ON_CODE
rounds:
    nop
on_code:
    nop
    dec esi
    jnz rounds
    disarm "code, three rounds", on_code

    arm cell, ON_WRITE4
    mov eax, [cell]                     ; a read is not asked for
on_write:
    mov byte [cell + 3], 1              ; 7 bytes
    disarm "write into a doubleword", on_write

    arm cell + 4, ON_WRITE4
on_other:
    mov [cell + 2], eax                 ; reaches in from below; 5 bytes
    disarm "write across its edge", on_other

    arm cell + 1, ON_READ1
on_read:
    inc dword [cell]                    ; 6 bytes
    disarm "read of a byte", on_read

    arm cell + 8, ON_WRITE4
    mov edi, cell
    mov ecx, 6
    mov eax, 7
    cld
on_string:
    rep stosd                           ; 2 bytes; the trap is between two iterations
    disarm "store by REP STOSD", on_string
    print "  iterations left  ", dword [seen_ecx]

    mov dword [hits], 0
    xor eax, eax
    mov dr6, eax
    pushfd
    or dword [esp], FL_TF
    popfd                               ; the step is behind the next instruction
on_step:
    nop
    nop
    pushfd
    and dword [esp], ~FL_TF
    popfd                               ; traps once more: TF was set when it began
    disarm "single step", on_step

    mov eax, cr4
    or eax, CR4_DE
    mov cr4, eax
    arm 0x80, ON_PORT
on_port:
    out 0x80, al                        ; 2 bytes
    disarm "port 80h", on_port

    mov dword [hits], 0
    mov eax, dr4                        ; with CR4.DE there is no such register
    print "DR4 with DE, #UD: ", dword [hits]
    mov eax, cr4
    and eax, ~CR4_DE
    mov cr4, eax
    mov eax, 0x1234
    mov dr2, eax
    xor eax, eax
    mov eax, dr2
    print "DR2 reads back:   ", eax

    arm on_user, ON_CODE
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    nop
on_user:
    int 0x80

handler:
    push eax
    inc dword [ss:hits]
    mov eax, [ss:esp + 4]
    mov [ss:seen_eip], eax
    mov [ss:seen_ecx], ecx
    mov eax, dr6
    mov [ss:seen_dr6], eax
    xor eax, eax
    mov dr6, eax
    or dword [ss:esp + 12], FL_RF
    pop eax
    iret

undefined:
    inc dword [hits]
    add dword [esp], 3                  ; MOV from DR4
    iret

system_call:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    disarm "code at ring 3", on_user
    cmp dword [hits], 1
    check e, "one hit"
    mov al, 0
    jmp exit_al

section .data align=16
cell: dd 0, 0, 0, 0, 0, 0, 0, 0
hits: dd 0
seen_eip: dd 0
seen_ecx: dd 0
seen_dr6: dd 0
