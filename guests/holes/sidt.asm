; SPDX-License-Identifier: MIT
;
; SIDT stores where the processor's IDT is: that of the hardware, whoever asks (SDM Vol. 2, SIDT).
%include "probe.inc"

main:
asks:
    sidt [room]
answer:
    saw "base ", [room + 2]
