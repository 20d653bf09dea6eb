; SPDX-License-Identifier: MIT
; expect: triple-fault
;
; With an empty IDT nothing can be delivered: #UD leads to #GP, that to #DF, and that to shutdown (SDM Vol. 3, 6.15, interrupt 8).
; The machine stops and can be looked at.
%include "micro.inc"

global main, dies
main:
    print "an undefined opcode with an empty IDT"
    lidt [empty]
dies:
    ud2

section .data
empty: dw 0
       dd 0
