; SPDX-License-Identifier: MIT
; expect: ok
;
; A double fault: #DE whose gate is not present gives #NP, and two contributory exceptions together are #DF (SDM Vol. 3, table
; 6-5), with error code 0.
%include "micro.inc"

global main, divides, double_fault
main:
    set_handler 8, double_fault
    xor ecx, ecx
    mov eax, 1
    xor edx, edx
divides:
    div ecx
    ud2

double_fault:
    print "double fault, error code ", [esp + 32]
    mov al, 0
    jmp exit_al
