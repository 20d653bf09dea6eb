; SPDX-License-Identifier: MIT
;
; POPF outside ring 0 with IOPL 0 leaves IF as it is, and does not trap (SDM Vol. 2, POPF). So a monitor that has seen the
; CLI never hears that interrupts are on again.
%include "probe.inc"

main:
    call start_timer
asks:
    cli
    push dword 0x202                    ; IF
    popf
answer:
    call await_tick
    jnz .came
    saw "no tick comes"
.came:
    saw "a tick comes"
