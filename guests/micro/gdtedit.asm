; SPDX-License-Identifier: MIT
; expect: ok
;
; A descriptor is edited while a register holds it: the hidden part stays as it was loaded (SDM Vol. 3, 3.4.3) until the
; selector is loaded again. A monitor that shadows the GDT must keep both.
%include "micro.inc"

global main, uses_old, reloads, uses_new
main:
    mov dword [gdt_free], 0x0000ffff    ; data, base 0
    mov dword [gdt_free + 4], 0x00cf9200
    mov ax, FREE_SEL
    mov fs, ax
    mov dword [first], 0x1111
    mov dword [second], 0x2222
    mov word [gdt_free + 2], second - first ; the base moves
uses_old:
    mov eax, [fs:first]
    print "before the reload: ", eax
reloads:
    mov ax, FREE_SEL
    mov fs, ax
uses_new:
    mov eax, [fs:first]
    print "after the reload:  ", eax
    cmp eax, 0x2222
    check e, "the new base counts"
    ret

section .data
first:  dd 0
second: dd 0
