; SPDX-License-Identifier: MIT
; Part "iret", the edges: which flags may change from which ring, data segments on the way out, frames that are refused.
%include "lab.inc"

global main
main:
    call take_seed
    call lab_handlers
    push dword 0x3202                   ; ring 0 sets IOPL and IF
    push dword KERNEL_CS
    push dword .flags
    iret
.flags:
    pushf
    pop eax
    and eax, 0x3200
    cmp eax, 0x3200
    check e, "ring 0 changes IF and IOPL"
    push dword 2
    push dword KERNEL_CS
    push dword .clear
    iret
.clear:
    pushf
    pop eax
    test eax, 0x3200
    check z, "and clears them"

    push dword 0x244402                 ; ID, AC, NT, DF
    push dword KERNEL_CS
    push dword .others
    iret
.others:
    pushf
    pop eax
    push dword 2                        ; without NT: the next IRET is no return from a task
    popf
    and eax, 0x244400
    cmp eax, 0x244400
    check e, "IRET restores ID, AC, NT and DF"

    push dword 2                        ; a null code segment
    push dword 0
    push dword .never
    mov ebx, esp
    refused iret, "IRET to a null selector"
    cmp esp, ebx
    check e, "an IRET that faulted leaves ESP alone"
    mov dword [esp + 4], KERNEL_DS      ; data is no code
    mov dword [faults], 0
    attempt iret
    cmp dword [faults], 1
    check e, "IRET to a data segment faults"
    cmp dword [fault_code], KERNEL_DS
    check e, "with the selector as error code"
    add esp, 12

    mov dword [tss + 4], kernel_stack
    mov dword [tss + 8], KERNEL_DS
    call random
    and eax, 0x8d5                      ; arithmetic flags from the seed
    or eax, 2
    mov [flags], eax
    mov cx, USER_DS
    mov ds, cx                          ; ES stays the kernel's: ring 3 may not have it
    push dword USER_DS
    push dword user_stack
    push eax
    push dword USER_CS
    push dword user
    iret
.never:
    mov al, 1
    jmp exit_al

user:
    pushf
    pop eax
    cmp eax, [flags]
    check_anywhere e, "ring 3 starts with the flags of the frame"
    mov ax, es
    test ax, ax
    check_anywhere z, "the kernel's ES was dropped"
    push dword 0x3246                   ; ring 3 asks for IF and IOPL, and does not get them
    push dword USER_CS
    push dword .back
    iret
.back:
    pushf
    pop eax
    cmp eax, 0x46
    check_anywhere e, "ring 3 does not change IF and IOPL"
    push dword 2
    push dword KERNEL_CS
    push dword .back
    mov dword [faults], 0
    attempt iret
    cmp dword [faults], 1
    check_anywhere e, "IRET to an inner ring faults"
    cmp dword [fault_code], KERNEL_CS
    check_anywhere e, "with the selector as error code"
    mov eax, generous
    int TO_KERNEL

generous:                               ; IOPL 3: ring 3 may change IF, though not IOPL
    mov cx, USER_DS
    mov ds, cx
    push dword USER_DS
    push dword user_stack
    push dword 0x3202
    push dword USER_CS
    push dword allowed
    iret
allowed:
    push dword 2
    push dword USER_CS
    push dword .back
    iret
.back:
    pushf
    pop eax
    and eax, 0x3200
    cmp eax, 0x3000
    check_anywhere e, "with IOPL 3, ring 3 changes IF alone"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

section .data
flags: dd 0
