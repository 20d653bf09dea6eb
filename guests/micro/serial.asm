; SPDX-License-Identifier: MIT
; expect: ok
;
; COM1 (16550A): registers that read back, the transmitter's interrupt without OUT2, and in loopback the receiver, its FIFO and
; the modem lines.
%include "micro.inc"

PORT equ 0x3f8

%macro out_reg 2
    mov dx, PORT + %1
    mov al, %2
    out dx, al
%endmacro

%macro in_reg 1
    mov dx, PORT + %1
    xor eax, eax
    in al, dx
%endmacro

; Waits for what was looped back: the line takes its time.
%macro settle 0
    mov ecx, 200000
%%wait:
    in_reg 5
    test al, 1
    loopz %%wait
%endmacro

global main, transmitter
main:
    set_handler 0x24, transmitter
    call pic_setup
    out_reg 7, 0x5a
    in_reg 7
    print "scratch:       ", eax
    out_reg 3, 0x83
    out_reg 0, 0x0c
    out_reg 1, 0x00
    in_reg 0
    mov ebx, eax
    out_reg 3, 0x03
    print "divisor:       ", ebx
    in_reg 6
    and al, 0xf0
    print "modem lines:   ", eax

    mov al, 0xef                        ; only IRQ 4
    out 0x21, al
    out_reg 4, 0x03                     ; DTR, RTS, and not OUT2
    out_reg 1, 0x02                     ; the transmitter is empty: now
.wait:
    sti
    hlt
    cli
    cmp dword [interrupts], 0
    je .wait
    out_reg 1, 0x00
    print "identified as: ", [identity]

    out_reg 4, 0x1f                     ; loopback
    in_reg 6
    and al, 0xf0
    mov ebx, eax
    out_reg 4, 0x10
    in_reg 6
    push eax
    out_reg 0, 'x'                      ; without FIFO
    settle
    in_reg 0
    push eax
    out_reg 2, 0x07                     ; with FIFO, emptied
    out_reg 0, 'a'
    settle
    in_reg 2
    and al, 0xc0
    push eax
    in_reg 0
    push eax
    in_reg 5
    push eax
    out_reg 4, 0x03
    print "outputs, all:  ", ebx
    pop eax
    print "line, at rest: ", eax
    pop eax
    print "from the FIFO: ", eax
    pop eax
    print "FIFO is on:    ", eax
    pop eax
    print "looped back:   ", eax
    pop eax
    and al, 0xf0
    print "outputs, none: ", eax
    ret

transmitter:
    push eax
    push edx
    in_reg 2                            ; reading it takes the interrupt back
    and al, 0x0f
    cmp dword [interrupts], 0
    jne .known
    mov [identity], eax
.known:
    inc dword [interrupts]
    mov al, 0x20
    out 0x20, al
    pop edx
    pop eax
    iret

section .data
interrupts: dd 0
identity:   dd 0
