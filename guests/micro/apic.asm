; SPDX-License-Identifier: MIT
; expect: ok
;
; The local APIC and the I/O APIC (SDM Vol. 3, chapter 11; 82093AA): their registers, an interrupt that the processor sends
; itself, priorities, the timer, and the PIT through the I/O APIC, with the PICs masked. Without paging, and then mapped.
%include "micro.inc"

LAPIC  equ 0xfee00000
IOAPIC equ 0xfec00000
ID      equ 0x020
VERSION equ 0x030
TPR     equ 0x080
PPR     equ 0x0a0
EOI     equ 0x0b0
SVR     equ 0x0f0
ESR     equ 0x280
ICR     equ 0x300
TIMER   equ 0x320
LINT0   equ 0x350
INITIAL equ 0x380
CURRENT equ 0x390
DIVIDE  equ 0x3e0

%macro apic 2
    mov dword [LAPIC + %1], %2
%endmacro

; Reads and writes a register of the I/O APIC.
%macro ioapic_read 1
    mov dword [IOAPIC], %1
    mov eax, [IOAPIC + 0x10]
%endmacro
%macro ioapic_write 2
    mov dword [IOAPIC], %1
    mov dword [IOAPIC + 0x10], %2
%endmacro

%macro await 2
%%wait:
    sti
    hlt
    cli
    cmp dword [%1], %2
    jb %%wait
%endmacro

global main, low, high, tick, pit
main:
    set_handler 0x50, low
    set_handler 0x61, high
    set_handler 0x52, tick
    set_handler 0x53, pit
    call pic_setup
    mov al, 0xff
    out 0x21, al
    print "ID:            ", [LAPIC + ID]
    mov eax, [LAPIC + VERSION]
    and eax, 0xf0
    print "integrated:    ", eax
    print "SVR:           ", [LAPIC + SVR]
    mov eax, [LAPIC + LINT0]
    and eax, 0x10700
    print "LINT0:         ", eax
    mov eax, [LAPIC + 0x360]
    and eax, 0x10700
    print "LINT1:         ", eax
    ioapic_read 1
    and eax, 0xff0000
    print "inputs, less 1:", eax
    apic SVR, 0x1ff

    call by_itself
    xor edx, edx
    call paging_on
    mov dword [page_directory + (LAPIC >> 22) * 4], table + (PTE_P | PTE_W) ; both of them
    mov dword [table + ((LAPIC >> 12) & 0x3ff) * 4], LAPIC + (PTE_P | PTE_W)
    mov dword [table + ((IOAPIC >> 12) & 0x3ff) * 4], IOAPIC + (PTE_P | PTE_W)
    mov eax, cr3
    mov cr3, eax
    print "with paging"
    call by_itself

    apic DIVIDE, 0xb                    ; by 1
    apic TIMER, 0x52                    ; once
    apic INITIAL, 100000
    await ticks, 1
    print "one shot:      ", [ticks]
    print "at its end:    ", [LAPIC + CURRENT]
    apic TIMER, 0x20052                 ; again and again
    apic INITIAL, 200000
    await ticks, 4
    apic TIMER, 0x10052
    print "periodic:      ", [ticks]
    apic INITIAL, 0
    print "stopped:       ", [LAPIC + CURRENT]

    call pit_1khz
    ioapic_write 0x15, 0                ; to the processor with ID 0
    ioapic_write 0x14, 0x53             ; input 2 is the PIT
    ioapic_read 0x14
    print "entry:         ", eax
    await pits, 3
    ioapic_write 0x14, 0x10053
    print "PIT:           ", [pits]
    ret

; Interrupts sent to itself: the higher one first, the lower one held off by TPR.
by_itself:
    mov dword [order], 0
    apic ICR, 0x40050
    apic ICR, 0x40061
    print "IRR:           ", [LAPIC + 0x200 + 0x20]
    sti
    nop
    cli
    print "order:         ", [order]
    apic TPR, 0x58
    print "PPR:           ", [LAPIC + PPR]
    mov dword [order], 0
    apic ICR, 0x40050
    apic ICR, 0x40061
    sti
    nop
    cli
    print "above TPR:     ", [order]
    apic TPR, 0x40
    sti
    nop
    cli
    print "and then:      ", [order]
    apic TPR, 0
    ret

low:
    shl dword [order], 8
    or dword [order], 0x50
    apic EOI, 0
    iret

high:
    shl dword [order], 8
    or dword [order], 0x61
    apic EOI, 0
    iret

tick:
    inc dword [ticks]
    apic EOI, 0
    iret

pit:
    inc dword [pits]
    apic EOI, 0
    iret

section .data
order: dd 0
ticks: dd 0
pits:  dd 0

section .bss align=4096
table:  resb 4096
