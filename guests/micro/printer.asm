; SPDX-License-Identifier: MIT
; expect: ok
;
; LPT1 and port 80h: their latches read back, and the printer takes what it is given.
%include "micro.inc"

global main
main:
    mov dx, 0x378
    mov al, 0x5a
    out dx, al
    xor eax, eax
    in al, dx
    print "data:      ", eax
    inc edx
    in al, dx
    and al, 0xf8
    print "status:    ", eax
    inc edx
    mov al, 0x0c
    out dx, al
    in al, dx
    and al, 0x1f
    print "control:   ", eax
    mov al, 0x0d                        ; strobe
    out dx, al
    mov al, 0x0c
    out dx, al
    ret
