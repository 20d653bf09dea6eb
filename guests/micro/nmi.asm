; SPDX-License-Identifier: MIT
; expect: ok
;
; NMI (SDM Vol. 3, 6.7): the processor sends itself one through its local APIC. It comes although IF is clear, one that is sent
; in its handler waits for the IRET, and HLT with IF clear is left by it.
%include "micro.inc"

LAPIC equ 0xfee00000

; To the processor with ID 0; then time for it to arrive.
%macro send_nmi 0
    mov dword [LAPIC + 0x310], 0
    mov dword [LAPIC + 0x300], 0x4400
    mov eax, 1000
%%wait:
    dec eax
    jnz %%wait
%endmacro

global main, on_nmi
main:
    set_handler 2, on_nmi
    set_handler 0x20, on_tick
    cli
    send_nmi
    print "with IF clear:   ", [count]
    print "nested depth:    ", [deepest]
    print "flags, IF:       ", [seen_if]

    call pic_setup                      ; the PIT, as an NMI through the I/O APIC
    mov al, 0xff
    out 0x21, al
    mov dword [0xfec00000], 0x15
    mov dword [0xfec00010], 0
    mov dword [0xfec00000], 0x14
    mov dword [0xfec00010], 0x400
    call pit_1khz
    mov dword [count], 0
    mov dword [again], 0
    hlt
    mov dword [0xfec00000], 0x14
    mov dword [0xfec00010], 0x10000
    cmp dword [count], 0
    check ne, "HLT was left by an NMI"
    print "HLT was left"
    ret

; The first one sends a second, which must not come before its IRET.
on_nmi:
    push eax
    inc dword [depth]
    mov eax, [depth]
    cmp eax, [deepest]
    jbe .no_deeper
    mov [deepest], eax
.no_deeper:
    pushfd
    pop eax
    and eax, 0x200
    or [seen_if], eax
    inc dword [count]
    cmp dword [again], 0
    je .done
    dec dword [again]
    send_nmi
.done:
    dec dword [depth]
    pop eax
    iret

on_tick:
    iret

section .data
count:   dd 0
again:   dd 1
depth:   dd 0
deepest: dd 0
seen_if: dd 0
