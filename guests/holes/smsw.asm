; SPDX-License-Identifier: MIT
;
; SMSW stores the low half of the hardware's CR0 (SDM Vol. 2, SMSW). Here TS has just been set in the guest's.
%include "probe.inc"

main:
    mov eax, cr0
    or al, 8                            ; TS (SDM Vol. 3, 2.5)
    mov cr0, eax
asks:
    smsw dx
answer:
    saw_word "MSW ", dx
