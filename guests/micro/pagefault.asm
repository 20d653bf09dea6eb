; SPDX-License-Identifier: MIT
; expect: ok
;
; Demand paging: an access to a page that is not present raises #PF (SDM Vol. 3, 4.7), the handler maps a frame, and IRET
; tries the same instruction again, which succeeds. This fault is the guest's own (a true fault); under a shadow, filling
; the new mapping in costs a second, hidden one.
%include "micro.inc"

FIRST equ 0x800000
PAGES equ 4

global main, page_fault, touches_page
main:
    set_handler 14, page_fault
    xor edx, edx
    call paging_on
    mov dword [page_directory + 8], table + (PTE_P | PTE_W)
    mov edi, FIRST
    mov ecx, PAGES
next_page:
touches_page:
    mov dword [edi + 0x123], ecx        ; faults once a page
    mov eax, [edi + 0x123]
    cmp eax, ecx
    check e, "the store is there after the retry"
    add edi, 0x1000
    loop next_page
    print "faults taken: ", [faults]
    cmp dword [faults], PAGES
    check e, "one fault a page"
    ret

page_fault:
    pushad
    inc dword [faults]
    mov eax, cr2
    print "page fault at ", eax
    print "  error code  ", [esp + 64]
    mov ebx, eax
    shr ebx, 12
    and ebx, 0x3ff
    mov ecx, [next]
    add dword [next], 0x1000
    or ecx, PTE_P | PTE_W
    mov [table + ebx * 4], ecx          ; not present before: nothing to flush (SDM Vol. 3, 4.10.4.3)
    popad
    add esp, 4
    iret

section .data
faults: dd 0
next:   dd pool

section .bss align=4096
table: resb 4096
pool:  resb 4096 * PAGES
