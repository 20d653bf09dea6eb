; SPDX-License-Identifier: MIT
; expect: ok
;
; Timer ticks: the PIT's channel 0 at 1 kHz (8254 data sheet) through the PICs (8259A data sheet), HLT until each comes. What
; is printed does not depend on how fast time passes.
%include "micro.inc"

TICKS equ 10

global main, tick
main:
    set_handler 0x20, tick
    call pic_setup
    call pit_1khz
.wait:
    sti
    hlt
    cli
    cmp dword [ticks], TICKS
    jb .wait
    print "ticks: ", [ticks]
    ret

tick:
    push eax
    inc dword [ticks]
    mov al, 0x20                        ; end of interrupt
    out 0x20, al
    pop eax
    iret

section .data
ticks: dd 0
