; SPDX-License-Identifier: MIT
; Part "flags": CLI and STI. Interrupts come where STI let them in, and nowhere else.
%include "lab.inc"

ROUNDS equ 4

global main
main:
    call take_seed
    mov eax, tick
    call ticks_to
    mov ebp, ROUNDS
.round:
    mov dword [ticks], 0
    sti
.on:                                    ; on, until a tick has come
    pushf
    pop eax
    test eax, 0x200
    check nz, "IF is set after STI"
    cmp dword [ticks], 0
    je .on
    cli
    pushf
    pop eax
    test eax, 0x200
    check z, "IF is clear after CLI"
    mov dword [ticks], 0
    mov ecx, 20000                      ; off, for longer than a tick takes
.off:
    loop .off
    cmp dword [ticks], 0
    check e, "no tick comes after CLI"
    dec ebp
    jnz .round
    ret

tick:
    push eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret
