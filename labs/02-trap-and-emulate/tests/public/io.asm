; SPDX-License-Identifier: MIT
; Part "io": IN and OUT, by port number and by DX. COM1's scratch register keeps a byte (16550 data sheet, SCR).
%include "lab.inc"

SCRATCH equ 0x3ff

global main
main:
    call take_seed
    mov ecx, 8
.byte:
    call random
    mov ebx, eax
    mov dx, SCRATCH
    out dx, al
    not eax
    mov ebp, eax
    in al, dx
    cmp al, bl
    check e, "the scratch register keeps its byte"
    mov al, 0
    and ebp, 0xffffff00
    cmp eax, ebp
    check e, "IN to AL leaves the rest of EAX alone"
    dec ecx
    jnz .byte
    mov al, 0x5a                        ; the first PIC's mask (8259A data sheet, OCW1)
    out 0x21, al
    mov al, 0
    in al, 0x21
    cmp al, 0x5a
    check e, "a port in the instruction itself"
    print "through the serial port"
    ret
