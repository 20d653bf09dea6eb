; SPDX-License-Identifier: MIT
; Part "halt", the edges: where the interrupt returns to, a tick that waits already, ring 3.
%include "lab.inc"

IO_APIC equ 0xfec00000

global main, behind
main:
    call take_seed
    call lab_handlers
    mov eax, tick
    call ticks_to
    call random
    and eax, 0xfff
    inc eax
    mov ecx, eax
    loop $                              ; asleep from some moment on
    sti
    hlt
behind:
    cli
    cmp dword [came_at], behind
    check e, "the tick returns behind HLT"
    mov dword [ticks], 0
    mov ecx, 20000                      ; the next one waits
    loop $
    sti
    hlt                                 ; and does not let HLT sleep
    cli
    cmp dword [ticks], 1
    check e, "a waiting tick ends HLT at once"
    set_handler 2, on_nmi               ; with IF clear an NMI ends HLT: the PIT's, through the I/O APIC (82093AA data sheet)
    mov dword [IO_APIC], 0x15
    mov dword [IO_APIC + 16], 0
    mov dword [IO_APIC], 0x14
    mov dword [IO_APIC + 16], 0x400
    hlt
    mov dword [IO_APIC], 0x14
    mov dword [IO_APIC + 16], 0x10000
    cmp dword [nmis], 0
    check ne, "an NMI ends HLT"
    cmp dword [nmi_flags], 0
    check e, "and IF is still clear"
    mov eax, user
    xor edx, edx
    jmp enter_user
user:
    refused hlt, "HLT in ring 3"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

on_nmi:
    push eax
    mov eax, [esp + 12]
    and eax, 0x200
    or [nmi_flags], eax
    inc dword [nmis]
    pop eax
    iret

tick:
    push eax
    mov eax, [esp + 4]
    mov [came_at], eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

section .data
came_at:   dd 0
nmis:      dd 0
nmi_flags: dd 0
