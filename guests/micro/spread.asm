; SPDX-License-Identifier: MIT
; expect: ok
;
; Code all over memory: sixty-four pages full of instructions, and three thousand that hold one. Whoever keeps decoded or
; translated code must do with little of it.
%include "micro.inc"

FIRST equ 0x200000
FULL  equ 64
PAGES equ 3000                          ; up to 14 MiB

global main, call_page
main:
    mov edi, FIRST
    mov edx, FULL
.full:
    mov ecx, 4095
    mov al, 0x41                        ; inc ecx
    rep stosb
    mov al, 0xc3                        ; ret
    stosb
    dec edx
    jnz .full
    mov edx, PAGES - FULL
.single:
    mov byte [edi], 0xc3
    add edi, 0x1000
    dec edx
    jnz .single

    mov ebx, FIRST
    mov edx, PAGES
    xor ecx, ecx
call_page:
    call ebx
    add ebx, 0x1000
    dec edx
    jnz call_page
    print "counted: ", ecx
    ret
