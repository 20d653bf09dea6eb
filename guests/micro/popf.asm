; SPDX-License-Identifier: MIT
; expect: ok
; hole: popf
;
; A critical section as kernels write it: PUSHF, CLI, ..., POPF. Natively POPF brings IF back, and the timer's next tick comes.
; At ring 1 with IOPL 0 it leaves IF as it is and does not trap (SDM Vol. 2, POPF): the hole that breaks trap-and-emulate on
; x86. A monitor that has emulated CLI never hears of the POPF, and the tick never comes.
%include "micro.inc"

PATIENCE equ 5000000                    ; rounds, far more than a tick takes anywhere

global main, saves_flags, restores_flags, waits, tick
main:
    set_handler 0x20, tick
    call pic_setup
    call pit_1khz
    sti
saves_flags:
    pushf
    cli
    mov dword [ticked], 0
restores_flags:
    popf
    mov ecx, PATIENCE
waits:
    cmp dword [ticked], 0
    jne .came
    loop waits
    print "interrupts stayed off: no tick came"
    mov al, 1
    jmp exit_al
.came:
    cli
    print "interrupts are on again: a tick came"
    ret

tick:
    push eax
    mov dword [ticked], 1
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

section .data
ticked: dd 0
