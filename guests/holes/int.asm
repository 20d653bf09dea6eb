; SPDX-License-Identifier: MIT
;
; INT n goes through the hardware's IDT (SDM Vol. 2, INT n), where it would find the monitor's handlers, if their gates let
; it.
%include "probe.inc"

main:
    set_handler 0x42, handler
asks:
    int 0x42
answer:
    saw "no handler"
handler:
    mov edx, [esp + 4]
    saw_word "pushed CS ", dx
