; SPDX-License-Identifier: MIT
; expect: ok
;
; What the 80286 left in protected mode: a 16-bit TSS with SP0 and SS0, a 16-bit call gate that copies words, a 16-bit
; interrupt gate, and a user program of 16-bit code on a 16-bit stack (SDM Vol. 3, 5.8.5, 6.12.1, 8.6 and chapter 22).
%include "micro.inc"

BASE   equ 0x100000                     ; where this image is loaded: 16-bit offsets count from here
SP0    equ 0x7000
TSS16  equ 0x30
KCS16  equ 0x38                         ; ring 0, 32-bit code, but within 64 KiB of BASE
UCS16  equ 0x40 | 3
UDS16  equ 0x48 | 3
GATE16 equ 0x50 | 3

global main, user_program, gate_routine, interrupt_routine, last_call
main:
    mov esi, gdt                        ; a table with more room
    mov edi, table
    mov ecx, 6 * 2
    rep movsd
    mov eax, table
    mov [table_register + 2], eax
    lgdt [table_register]
    mov eax, tss16
    mov [table + TSS16 + 2], ax
    shr eax, 16
    mov [table + TSS16 + 4], al
    mov ax, TSS16
    ltr ax
    mov eax, gate_routine
    sub eax, BASE
    mov [table + (GATE16 & ~3)], ax
    mov eax, interrupt_routine
    sub eax, BASE
    mov [idt + 0x81 * 8], ax
    mov word [idt + 0x81 * 8 + 2], KCS16
    mov word [idt + 0x81 * 8 + 4], 0xe600 ; present, DPL 3, 16-bit interrupt gate
    set_handler 0x80, last_call, 0xee
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    push dword UDS16
    push dword 0x12348000               ; the upper half is nobody's on such a stack
    push dword 2
    push dword UCS16
    mov eax, user_program
    sub eax, BASE
    push eax
    iret

bits 16
user_program:
    push word 0x1111
    push word 0x2222
    call GATE16:0
    mov ebx, esp                        ; both words are gone
    stc
    int 0x81
    pushf
    pop cx
    mov esi, esp
    int 0x80
bits 32

; words N: prints that many from the stack.
%macro words 2
%assign i 0
%rep %2
    movzx ecx, word [ebp + i]
    print {%1, " "}, ecx
%assign i i + 2
%endrep
%endmacro

gate_routine:
    mov ebp, esp
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "gate: ESP ", ebp
    words "  word", 6
    mov ax, USER_DS
    mov ds, ax
    mov es, ax
    o16 retf 4

interrupt_routine:
    mov ebp, esp
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "SP of the program ", ebx
    print "interrupt: ESP ", ebp
    words "  word", 5
    mov ax, USER_DS
    mov ds, ax
    mov es, ax
    o16 iret

last_call:
    mov ebp, esp
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "SP of the program ", esi
    and ecx, 1
    print "its carry         ", ecx
    print "32-bit gate: ESP  ", ebp
    print "  EIP ", dword [ebp]
    print "  ESP ", dword [ebp + 12]
    cmp ecx, 1
    check e, "IRET brings the flags back"
    mov al, 0
    jmp exit_al

section .data align=8
table_register:
    dw table_end - table - 1
    dd 0
table:
    times 6 dq 0
    dq 0x000081000000002b               ; 16-bit TSS, 44 bytes
    dq 0x00409a100000ffff
    dq 0x0000fa100000ffff
    dq 0x0000f2000000ffff
    dq 0x0000e40200380000               ; present, DPL 3, 16-bit call gate to KCS16, two parameters
table_end:
tss16:
    dw 0, SP0, KERNEL_DS
    times 19 dw 0
