; SPDX-License-Identifier: MIT
; expect: ok
;
; Self-modifying code: a store into the instruction stream is seen at the latest after a jump (SDM Vol. 3, 9.1.3: the next
; instruction after a jump). Patches an immediate in a loop, and an instruction of the routine it calls.
%include "micro.inc"

global main, patched, routine
main:
    xor ebx, ebx
    mov ecx, 16
rounds:
patched:
    mov eax, 0                          ; the immediate is the number of the round
    add ebx, eax
    inc dword [patched + 1]
    loop rounds
    print "sum of 0 to 15: ", ebx
    cmp ebx, 120
    check e, "each round saw its own immediate"
    mov eax, 7
    call routine
    mov byte [routine], 0x48            ; dec eax
    call routine
    call routine
    print "7 + 1 - 2 = ", eax
    cmp eax, 6
    check e, "the routine changed"
    ret

routine:
    inc eax
    ret
