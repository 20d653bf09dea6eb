; SPDX-License-Identifier: MIT
;
; SGDT stores where the processor's GDT is and how long: that of the hardware, whoever asks (SDM Vol. 2, SGDT).
%include "probe.inc"

main:
asks:
    sgdt [room]
answer:
    saw "base ", [room + 2]
