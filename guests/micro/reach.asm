; SPDX-License-Identifier: MIT
; expect: ok
;
; A word every 2 MiB as far as memory goes, without paging and then with 4 MiB pages: whoever keeps page tables for this
; guest needs the most of them.
%include "micro.inc"

STEP equ 0x200000

global main
main:
    mov edi, [ebx + 8]                  ; Multiboot 0.6.96, 3.3, mem_upper: KiB above 1 MiB
    shl edi, 10
    add edi, 0x100000
    mov eax, STEP
.write:
    mov [eax], eax
    add eax, STEP
    cmp eax, edi
    jb .write
    call look
    mov eax, 0x83                       ; present, writable, 4 MiB
    xor ecx, ecx
.entry:
    mov [page_directory + ecx * 4], eax
    add eax, 0x400000
    inc ecx
    cmp ecx, 1024
    jb .entry
    mov eax, cr4
    or eax, 0x10                        ; PSE
    mov cr4, eax
    mov eax, page_directory
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    call look
    ret

; Every word is there: counted down in place, so that a second look sees that the first one wrote.
look:
    mov ecx, STEP
    xor edx, edx
.word:
    mov eax, [ecx]
    sub eax, [bias]
    sub eax, ecx
    or edx, eax
    inc dword [ecx]
    add ecx, STEP
    cmp ecx, edi
    jb .word
    inc dword [bias]
    test edx, edx
    check z, "all of memory"
    ret

section .data
bias: dd 0
