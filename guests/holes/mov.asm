; SPDX-License-Identifier: MIT
;
; MOV from CS shows the ring at which the hardware runs, in the selector's low bits (SDM Vol. 3, 3.4.5).
%include "probe.inc"

main:
asks:
    mov edx, cs
answer:
    saw_word "CS ", dx
