; SPDX-License-Identifier: MIT
; expect: reset
;
; Pulses the reset line through the keyboard controller (8042, command FEh), as kernels do to restart a PC. Here, and on QEMU
; with -no-reboot, that ends the run.
%include "micro.inc"

global main
main:
    print "about to pulse the reset line"
.ready:
    in al, 0x64
    test al, 2
    jnz .ready
    mov al, 0xfe
    out 0x64, al
    hlt
    print "this is not printed"
    ret
