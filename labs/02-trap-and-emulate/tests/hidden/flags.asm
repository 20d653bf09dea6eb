; SPDX-License-Identifier: MIT
; Part "flags", the edges: the instruction after STI is still covered; outside ring 0 IOPL decides (SDM Vol. 2, CLI and STI).
%include "lab.inc"

global main
main:
    call take_seed
    call lab_handlers
    mov eax, tick
    call ticks_to
    mov ecx, 20000                      ; a tick is waiting from here on
    loop $
    sti
    cli                                 ; STI's shadow: the tick cannot come in between
    cmp dword [ticks], 0
    check e, "STI covers the instruction after it"
    sti
    nop
here:
    cli
    cmp dword [ticks], 1
    check e, "the tick comes after that"
    cmp dword [came_at], here
    check e, "the tick comes just there"
    call random
    and eax, 0xff
    cmp eax, eax                        ; ZF and PF set: CLI and STI touch IF alone
    stc
    sti
    check c, "STI leaves CF alone"
    check z, "STI leaves ZF alone"
    cli
    check z, "CLI leaves ZF alone"
    push dword 0xc02                    ; OF, DF
    popf
    sti
    pushf
    pop eax
    and eax, 0xe00
    cmp eax, 0xe00
    check e, "STI leaves OF and DF alone"
    push dword 0xe02                    ; and IF
    popf
    cli
    pushf
    pop eax
    and eax, 0xe00
    cmp eax, 0xc00
    check e, "CLI leaves OF and DF alone"
    cld
    sti                                 ; IF is set already: no shadow
    sti
    mov eax, user
    xor edx, edx
    jmp enter_user

user:                                   ; ring 3, IOPL 0, 1 and 2
    refused cli, "CLI in ring 3"
    refused sti, "STI in ring 3"
    mov eax, more_iopl
    int TO_KERNEL

more_iopl:
    add dword [iopl], 0x1000
    mov edx, [iopl]
    mov eax, user
    cmp edx, 0x3000
    jne enter_user
    mov eax, user_with_iopl
    jmp enter_user

user_with_iopl:
    mov dword [faults], 0
    attempt sti
    attempt cli
    cmp dword [faults], 0
    check_anywhere e, "CLI and STI in ring 3 with IOPL 3"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

tick:
    push eax
    inc dword [ticks]
    mov eax, [esp + 4]
    mov [came_at], eax
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

section .data
came_at: dd 0
iopl:    dd 0
