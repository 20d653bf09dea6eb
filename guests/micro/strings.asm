; SPDX-License-Identifier: MIT
; expect: ok
;
; String instructions: both directions, overlap, REPE and REPNE, and a REP MOVSB that runs into an absent page and goes on where
; it was (SDM Vol. 2, REP: registers always say how far it came).
%include "micro.inc"

HOLE equ 0x3ff000

global main, page_fault, copies_into_hole
main:
    set_handler 14, page_fault
    mov esi, text
    mov edi, buffer
    mov ecx, text_end - text
    rep movsb
    mov esi, buffer
    lea edi, [buffer + 1]
    mov ecx, 7
    rep movsb                           ; overlap: the first byte spreads
    mov byte [buffer + 8], 0
    mov esi, buffer
    call put_string
    mov al, 10
    call put_char
    std
    mov esi, text_end - 2
    lea edi, [buffer + 64]
    mov ecx, 8
    rep movsb                           ; downwards
    cld
    cmp dword [buffer + 61], 'ring'
    check e, "copied downwards"
    mov edi, text
    mov al, ' '
    mov ecx, 100
    repne scasb
    sub edi, text
    print "the first blank is behind byte ", edi
    mov esi, text
    mov edi, other
    mov ecx, 100
    repe cmpsb
    print "equal up to, count left ", ecx
    xor edx, edx
    call paging_on
    mov dword [page_table + (HOLE >> 12) * 4], 0
    invlpg [HOLE]
    mov esi, 0x100000
    mov edi, HOLE - 16
    mov ecx, 32
copies_into_hole:
    rep movsb
    print "count left at the fault ", [left]
    mov eax, [HOLE + 12]
    cmp eax, [0x100000 + 28]
    check e, "the copy was finished after the fault"
    print "copied, count ", ecx
    ret

page_fault:
    mov [left], ecx
    mov dword [page_table + (HOLE >> 12) * 4], HOLE | PTE_P | PTE_W
    add esp, 4
    iret

section .data
left:  dd 0
text:  db "Ringside ring: a seat by the ring", 0
text_end:
other: db "Ringside rung", 0

section .bss
buffer: resb 128
