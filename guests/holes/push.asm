; SPDX-License-Identifier: MIT
;
; PUSH CS shows the ring at which the hardware runs, in the selector's low bits (SDM Vol. 3, 3.4.5).
%include "probe.inc"

main:
asks:
    push cs
answer:
    pop edx
    saw_word "CS ", dx
