; SPDX-License-Identifier: MIT
; expect: ok
; hole: sgdt
;
; The registers that unprivileged instructions show (SDM Vol. 2): SGDT, SLDT, STR, SMSW. All of them belong to the monitor when
; there is one.
%include "micro.inc"

global main, asks_gdt, asks_ldt, asks_tr, asks_msw
main:
asks_gdt:
    sgdt [answer]
    mov eax, [answer + 2]
    cmp eax, gdt
    check e, "GDTR is the guest's"
asks_ldt:
    sldt eax
    and eax, 0xffff
    print "LDTR: ", eax
asks_tr:
    str eax
    and eax, 0xffff
    print "TR:   ", eax
    cmp eax, TSS_SEL
    check e, "TR is the guest's"
asks_msw:
    smsw ax
    and eax, 1
    print "PE:   ", eax
    ret

section .bss
answer: resb 8
