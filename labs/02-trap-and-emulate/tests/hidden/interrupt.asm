; SPDX-License-Identifier: MIT
; Part "interrupt", the edges: a request that waits for IF, a trap gate, HLT, a user program that is interrupted.
%include "lab.inc"

FAR_AWAY  equ 0x00230100
STACK_SEL equ FREE_SEL + 8

global main
main:
    call take_seed
    call lab_handlers
    mov eax, tick
    call ticks_to
    mov ecx, 30000
    loop $
    cmp dword [ticks], 0
    check e, "IF holds interrupts off"
    push dword 0x202                    ; POPF lets it in
    popf
    cmp dword [ticks], 1
    check e, "and then it comes"
    cli
    set_handler 0x20, trap_gate_tick, 0x8f
    sti
    hlt
    cli
    cmp dword [ticks], 2
    check e, "HLT is ended by a tick"
    set_handler 0x20, tick
    mov ecx, 20000
    loop $
    sti                                 ; the instruction after it is still covered
    nop
    cli
    cmp dword [ticks], 3
    check e, "a tick that waits comes after STI's shadow"
    mov byte [FAR_AWAY], 0xe9           ; a handler in another 64 KiB: JMP rel32 to the usual one
    mov dword [FAR_AWAY + 1], tick - (FAR_AWAY + 5)
    set_handler 0x20, FAR_AWAY
    push dword 0x4202                   ; NT and IF: the handler has neither, and both come back
    popf
    mov ecx, 20000
    loop $
    push dword 2
    popf
    cmp dword [ticks], 4
    check ae, "a gate's offset has 32 bits"
    mov dword [ticks], 3
    set_handler 0x20, tick
    mov eax, deaf_user
    xor edx, edx
    jmp enter_user

deaf_user:                              ; ring 3 with IF clear
    mov ecx, 30000
    loop $
    cmp dword [ticks], 3
    check_anywhere e, "IF holds interrupts off in ring 3"
    mov eax, other_gate
    int TO_KERNEL

other_gate:                             ; the PIC gives another vector (8259A data sheet, ICW2), its gate another selector
    mov al, 0x11
    out 0x20, al
    mov al, 0x40
    out 0x21, al
    mov al, 4
    out 0x21, al
    mov al, 1
    out 0x21, al
    mov al, 0xfe
    out 0x21, al
    set_handler 0x20, wrong_vector
    set_handler 0x40, user_tick
    mov word [idt + 0x40 * 8 + 2], FREE_SEL
    mov dword [gdt_free], 0x0000ffff    ; the kernel's code segment again
    mov dword [gdt_free + 4], 0x00cf9a00
    mov dword [gdt_free + 8], 0x0000ffff ; the kernel's stack in a segment of its own
    mov dword [gdt_free + 12], 0x00cf9200
    mov dword [tss + 8], STACK_SEL
    mov dword [tss + 4], kernel_stack
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    push dword USER_DS
    push dword user_stack
    push dword 0x202
    push dword USER_CS
    push dword user
    iret

wrong_vector:
    cmp esp, 0
    check e, "the vector is the PIC's"

user:
    call random                         ; a stack pointer from the seed
    and eax, 0xfc
    sub esp, eax
    mov [user_esp], esp
.wait:
    cmp dword [ticks], 5
    jb .wait
    cmp esp, [user_esp]
    check_anywhere e, "the user's stack is back"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

tick:
    push eax
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

trap_gate_tick:
    push eax
    pushf
    pop eax
    test eax, 0x200
    check nz, "a trap gate leaves IF set"
    cli
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

user_tick:
    push eax
    cmp esp, kernel_stack - 24
    check e, "the handler runs on the kernel's stack"
    mov ax, cs
    cmp ax, FREE_SEL
    check e, "CS is the gate's"
    mov ax, ss
    cmp ax, STACK_SEL
    check e, "SS is the TSS's"
    cmp dword [esp + 8], USER_CS
    check e, "the frame has the user's CS"
    mov eax, [user_esp]
    cmp eax, 0
    je .early
    cmp [esp + 16], eax
    check e, "the frame has the user's ESP"
.early:
    cmp dword [esp + 20], USER_DS
    check e, "the frame has the user's SS"
    inc dword [ticks]
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

section .data
user_esp: dd 0
