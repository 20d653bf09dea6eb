; SPDX-License-Identifier: MIT
; Part "halt": HLT sleeps until an interrupt comes, and goes on behind itself.
%include "lab.inc"

ROUNDS equ 6

global main
main:
    call take_seed
    mov eax, tick
    call ticks_to
    mov ebp, ROUNDS
.sleep:
    mov dword [ticks], 0
    sti
    hlt
    cli
    cmp dword [ticks], 1
    check e, "HLT ends with one tick"
    dec ebp
    jnz .sleep
    ret

tick:
    push eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret
