; SPDX-License-Identifier: MIT
; expect: ok
;
; What firmware leaves: the BIOS data area, memory sizes in CMOS, and the MP configuration table (MultiProcessor Specification
; 1.4, chapter 4), looked for where kernels look.
%include "micro.inc"

ROM_END equ 0x100000

; Looks for the floating pointer from EBX up to EDX, at multiples of 16; CF clear: EBX is where it is.
find:
    cmp dword [ebx], '_MP_'
    je .sum
.next:
    add ebx, 16
    cmp ebx, edx
    jb find
    stc
    ret
.sum:
    mov ecx, 16
    mov esi, ebx
    call sum
    jnz .next
    clc
    ret

; ZF: the sum of ECX bytes at ESI is 0.
sum:
    xor al, al
.byte:
    add al, [esi]
    inc esi
    loop .byte
    test al, al
    ret

%macro bda 3
    xor eax, eax
    mov %2, [%1]
    print {%3, ": "}, eax
%endmacro

global main
main:
    bda 0x400, ax, "COM1        "
    bda 0x408, ax, "LPT1        "
    bda 0x413, ax, "base memory "
    bda 0x449, al, "video mode  "
    bda 0x44a, ax, "columns     "
    bda 0x463, ax, "CRTC        "
    bda 0x484, al, "rows, less 1"
    mov al, 0x15
    out 0x70, al
    xor eax, eax
    in al, 0x71
    mov ah, al
    mov al, 0x16
    out 0x70, al
    in al, 0x71
    xchg al, ah
    print "CMOS, base  : ", eax

    movzx ebx, word [0x40e]
    shl ebx, 4
    lea edx, [ebx + 1024]
    call find
    jnc found
    mov ebx, 0xf0000
    mov edx, ROM_END
    call find
    jnc found
    print "no MP table"
    ret
found:
    mov ebx, [ebx + 4]
    cmp dword [ebx], 'PCMP'
    check e, "the table has its signature"
    movzx ecx, word [ebx + 4]
    mov esi, ebx
    call sum
    check z, "its bytes add up to 0"
    print "local APIC  : ", [ebx + 36]
    movzx ecx, word [ebx + 34]
    lea esi, [ebx + 44]
entry:
    cmp byte [esi], 0
    je processor
    cmp byte [esi], 2
    je ioapic
    cmp byte [esi], 3
    je interrupt
next:
    add esi, 8
    loop entry
    print "processors  : ", [processors]
    ret
processor:
    inc dword [processors]
    add esi, 20
    loop entry
    ret
ioapic:
    print "I/O APIC    : ", [esi + 4]
    jmp next
interrupt:
    mov eax, [esi + 4]
    and eax, 0xff00                     ; an ISA line 0, 1 or 14: of which input?
    cmp ah, 0
    je .input
    cmp ah, 1
    je .input
    cmp ah, 14
    jne next
.input:
    movzx edx, byte [esi + 7]
    shr eax, 8
    cmp byte [esi + 4], 0               ; bus 0 is PCI on some machines
    je next
    print "line        : ", eax
    print "  is input  : ", edx
    jmp next

section .data
processors: dd 0
