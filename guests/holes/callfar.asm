; SPDX-License-Identifier: MIT
;
; A far CALL pushes CS, whose low bits are the ring at which the hardware runs (SDM Vol. 2, CALL).
%include "probe.inc"

main:
asks:
    call KERNEL_CS:.callee
.callee:
answer:
    mov edx, [esp + 4]
    saw_word "pushed CS ", dx
