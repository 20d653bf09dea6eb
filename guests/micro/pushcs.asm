; SPDX-License-Identifier: MIT
; expect: ok
; hole: push
;
; PUSH CS shows the privilege level in the selector's low bits (SDM Vol. 3, 5.5): a kernel that believes it is at ring 0 sees
; ring 1 under a monitor.
%include "micro.inc"

global main, pushes_cs
main:
pushes_cs:
    push cs
    pop eax
    and eax, 3
    print "ring in CS: ", eax
    cmp eax, 0
    check e, "a kernel runs at ring 0"
    ret
