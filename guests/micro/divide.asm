; SPDX-License-Identifier: MIT
; expect: ok
;
; #DE by zero and by overflow: a fault, so that the handler sees the instruction itself and can step over it (SDM Vol. 3, 6.5).
%include "micro.inc"

global main, divides, overflows, divide_error
main:
    set_handler 0, divide_error
    mov eax, 1
    xor edx, edx
    xor ecx, ecx
divides:
    div ecx
    mov edx, 5
    mov ecx, 5
overflows:
    div ecx
    print "divide errors: ", [count]
    print "eax is still   ", eax
    cmp dword [count], 2
    check e, "both raised #DE"
    ret

divide_error:
    inc dword [count]
    add dword [esp], 2                  ; both instructions have two bytes
    iret

section .data
count: dd 0
