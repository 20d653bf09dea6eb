; SPDX-License-Identifier: MIT
;
; PUSHF shows the hardware's IF and IOPL (SDM Vol. 2, PUSHF), here just after the guest has turned interrupts off.
%include "probe.inc"

main:
asks:
    cli
    pushf
answer:
    pop eax
    and eax, 0x200                      ; IF
    saw "IF ", eax
