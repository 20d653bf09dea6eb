; SPDX-License-Identifier: MIT
;
; STR stores the selector of the hardware's task register (SDM Vol. 2, STR), not of the one that the guest has loaded.
%include "probe.inc"

main:
asks:
    str dx
answer:
    saw_word "TR ", dx
