; SPDX-License-Identifier: MIT
; expect: ok
; hole: sidt
;
; SIDT tells anybody where the IDT is (SDM Vol. 2, SIDT): under a monitor it is the monitor's, and the guest can know that it is
; not alone. This is the instruction of the "red pill".
%include "micro.inc"

global main, asks_for_idt
main:
asks_for_idt:
    sidt [answer]
    mov eax, [answer + 2]
    cmp eax, idt
    jne .monitored
    cmp word [answer], 256 * 8 - 1
    jne .monitored
    print "the IDT is where it was put"
    ret
.monitored:
    print "the IDT is somebody else's"
    mov al, 2
    jmp exit_al

section .bss
answer: resb 8
