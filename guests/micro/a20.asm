; SPDX-License-Identifier: MIT
; expect: ok
;
; The A20 gate: with line 20 held at 0 each odd megabyte is the even one below it. Through the keyboard controller's output
; port (8042, commands D0h and D1h) and through port 92h. This guest lies in the second megabyte itself: what runs while the
; gate is closed is copied to the third, and needs no stack.
%include "micro.inc"

CELL  equ 0x8000                        ; nothing of ours lies there,
HIGH  equ CELL + 0x100000               ; nor there, before the guest's end: see .bss
AWAY  equ 0x200000
SEEN  equ AWAY + 0x800

; Waits until the controller takes a byte.
%macro ready 0
%%wait:
    in al, 0x64
    test al, 2
    jnz %%wait
%endmacro

; Writes the controller's output port.
%macro output_port 1
    ready
    mov al, 0xd1
    out 0x64, al
    ready
    mov al, %1
    out 0x60, al
    ready
%endmacro

; Prints what the output port holds: reset and A20.
show_output_port:
    ready
    mov al, 0xd0
    out 0x64, al
.wait:
    in al, 0x64
    test al, 1
    jz .wait
    in al, 0x60
    and eax, 3
    print "output port, reset and A20: ", eax
    ret

%macro mark 0
    mov dword [CELL], 0x11111111
    mov dword [HIGH], 0x22222222
%endmacro

; Runs the code from LABEL to LABEL_end in the third megabyte. It leaves in SEEN what it saw.
%macro away 1
    mov esi, %1
    mov edi, AWAY
    mov ecx, %1_end - %1
    rep movsb
    mov edx, %%back
    mov eax, AWAY
    jmp eax
%%back:
    print "closed, low:  ", [SEEN]
    print "closed, high: ", [SEEN + 4]
%endmacro

%macro look 0
    mark
    mov ecx, [CELL]
    mov [SEEN], ecx
    mov ecx, [HIGH]
    mov [SEEN + 4], ecx
%endmacro

global main
main:
    call show_output_port
    mark
    print "open, low:    ", [CELL]
    print "open, high:   ", [HIGH]
    away by_8042
    call show_output_port
    away by_port92
    in al, 0x92
    and eax, 3
    print "port 92h:     ", eax
    mark
    print "open, low:    ", [CELL]
    print "open, high:   ", [HIGH]
    ret

by_8042:
    output_port 0xdd
    look
    output_port 0xdf
    jmp edx
by_8042_end:

by_port92:
    in al, 0x92
    and al, 0xfc
    out 0x92, al
    look
    in al, 0x92
    or al, 2
    out 0x92, al
    jmp edx
by_port92_end:

section .bss
    resb 0x10000                        ; HIGH lies in the guest's own memory
