; SPDX-License-Identifier: MIT
;
; IRET restores IF, but outside ring 0 with IOPL 0 it leaves it as it is, and does not trap (SDM Vol. 2, IRET). A timer interrupts
; a user program; the handler, with interrupts off, goes back to it. The monitor does not hear that interrupts are on again.
%include "probe.inc"

main:
    call start_timer
    set_handler 0x20, asks
    set_handler 0x80, leaves, 0xee
    mov edx, PTE_U
    call paging_on
    mov eax, user
    mov edx, 0x200                      ; IF
    jmp enter_user

user:
    mov ecx, 2 * PATIENCE
.round:
    cmp dword [ticks], 2
    je .enough
    dec ecx
    jnz .round
.enough:
    int 0x80

asks:
    inc dword [ss:ticks]
    push eax
    mov al, 0x20
    out 0x20, al
    pop eax
    iret
answer:

leaves:
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    saw "ticks ", [ticks]

section .bss
ticks: resd 1
