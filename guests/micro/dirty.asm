; SPDX-License-Identifier: MIT
; expect: ok
;
; Accessed and dirty bits of a page-table entry (SDM Vol. 3, 4.8): set by a read and by a write, cleared by software, and set
; again after INVLPG, for the TLB remembers them.
%include "micro.inc"

PAGE equ 0x3f0000
%define ENTRY page_table + (PAGE >> 12) * 4

global main
main:
    xor edx, edx
    call paging_on
    mov eax, [ENTRY]
    print "untouched:       ", eax
    mov ebx, [PAGE]
    mov eax, [ENTRY]
    print "after a read:    ", eax
    mov [PAGE], ebx
    mov eax, [ENTRY]
    print "after a write:   ", eax
    and dword [ENTRY], ~0x60
    invlpg [PAGE]
    mov eax, [ENTRY]
    print "cleared:         ", eax
    mov ebx, [PAGE]
    mov eax, [ENTRY]
    print "read again:      ", eax
    mov [PAGE], ebx
    mov eax, [ENTRY]
    print "written again:   ", eax
    ret
