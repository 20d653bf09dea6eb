; SPDX-License-Identifier: MIT
; expect: ok
;
; PCI configuration mechanism 1 (PCI 2.1, 3.7.4.1): CONFIG_ADDRESS is there for double words only, and the first function is
; a host bridge. What else is on the bus is the machine's own affair; on this one there is nothing.
%include "micro.inc"

ADDRESS equ 0xcf8
DATA    equ 0xcfc

global main
main:
    mov edx, ADDRESS
    mov eax, 0x80000000
    out dx, eax
    in eax, dx
    print "CONFIG_ADDRESS:      ", eax
    mov al, 0xff                        ; a byte does not reach it
    out dx, al
    mov eax, 0
    in eax, dx
    print "after a byte:        ", eax
    mov edx, DATA
    in eax, dx
    print "vendor and device:   ", eax
    mov dx, DATA + 2
    xor eax, eax
    in ax, dx
    print "device alone:        ", eax
    mov edx, ADDRESS
    mov eax, 0x80000008
    out dx, eax
    mov dx, DATA + 3
    xor eax, eax
    in al, dx
    print "class:               ", eax
    mov dx, DATA + 2
    in al, dx
    print "subclass:            ", eax
    mov edx, ADDRESS
    mov eax, 0x8000f800                 ; device 31
    out dx, eax
    mov edx, DATA
    in eax, dx
    print "nobody's function:   ", eax
    mov edx, ADDRESS
    xor eax, eax                        ; not enabled
    out dx, eax
    mov edx, DATA
    in eax, dx
    print "not enabled:         ", eax
    ret
