; SPDX-License-Identifier: MIT
; expect: ok
; hole: lar
;
; LAR, LSL, VERR, VERW: what a selector's descriptor says, if this ring may see it (SDM Vol. 3, 5.10). At ring 1 a descriptor of
; DPL 0 is invisible, and a shadow of it shows another DPL and a cut limit.
%include "micro.inc"

global main, asks_rights, asks_limit
main:
    mov ecx, KERNEL_DS
asks_rights:
    lar eax, ecx
    check z, "the kernel's own data segment is visible"
    and eax, 0x00f0ff00
    print "rights of the data segment: ", eax
asks_limit:
    lsl eax, ecx
    print "its limit:                  ", eax
    cmp eax, -1
    check e, "4 GiB"
    verr cx
    check z, "readable"
    verw cx
    check z, "writable"
    mov ecx, KERNEL_CS
    verw cx
    check nz, "code is never writable"
    ret
