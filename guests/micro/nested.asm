; SPDX-License-Identifier: MIT
; expect: ok
;
; A fault inside a fault handler: the frames stack up and are undone one by one. #BP from a handler of #UD, and what the CPU
; pushed: error code or none, EIP, CS, EFLAGS (SDM Vol. 3, 6.12).
%include "micro.inc"

global main, undefined, invalid_opcode, breakpoint
main:
    set_handler 6, invalid_opcode
    set_handler 3, breakpoint
    mov ebp, esp
undefined:
    ud2
    cmp esp, ebp
    check e, "the stack is where it was"
    print "handlers entered: ", [depth]
    ret

invalid_opcode:
    inc dword [depth]
    cmp dword [esp], undefined
    check e, "#UD is a fault: EIP is the instruction's"
    int3
after_int3:
    add dword [esp], 2
    iret

breakpoint:
    inc dword [depth]
    cmp dword [esp], after_int3
    check e, "#BP is a trap: EIP is the next instruction's"
    cmp dword [esp + 12], undefined
    check e, "under it lies the outer frame"
    iret

section .data
depth: dd 0
