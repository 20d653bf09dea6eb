; SPDX-License-Identifier: MIT
; expect: ok
;
; Segments that wrap around 4 GiB: with base 0x40000000 a kernel linked at 0xc0000000 runs at 0 before it has page tables.
; GNU Mach starts this way. A monitor that cuts segments must see that such code does not fit.
%include "micro.inc"

BASE  equ 0x40000000
ABOVE equ -BASE                         ; what such offsets have added
WRAP_CS equ FREE_SEL
WRAP_DS equ FREE_SEL + 8

global main, there, again
main:
    mov dword [gdt_free], 0x0000ffff
    mov dword [gdt_free + 4], 0x40cf9a00
    mov dword [gdt_free + 8], 0x0000ffff
    mov dword [gdt_free + 12], 0x40cf9200
    mov dword [cell], 0x11111111
    jmp WRAP_CS:there + ABOVE
there:
    mov ax, WRAP_DS
    mov es, ax
    mov eax, [es:cell + ABOVE]
    mov ecx, 1000
again:
    inc dword [es:cell + ABOVE]
    loop again
    jmp KERNEL_CS:back
back:
    print "read through it:    ", eax
    print "counted through it: ", [cell]
    ret

section .data
cell: dd 0
