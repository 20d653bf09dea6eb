; SPDX-License-Identifier: MIT
; expect: ok
;
; Linear addresses at the top belong to the guest too: here it maps RAM where a local APIC would be, 0xfee00000, reads, writes
; and runs code there. A monitor that keeps the top 64 MB for itself must hide that.
%include "micro.inc"

HIGH equ 0xfee00000

global main, writes_high, runs_high, high_code
main:
    xor edx, edx
    call paging_on
    mov dword [page_directory + (HIGH >> 22) * 4], table + (PTE_P | PTE_W)
    mov dword [table + ((HIGH >> 12) & 0x3ff) * 4], frame + (PTE_P | PTE_W)
writes_high:
    mov dword [HIGH + 0x20], 0x12345678
    mov eax, [frame + 0x20]
    print "written high, read low: ", eax
    add dword [HIGH + 0x20], 1
    mov eax, [HIGH + 0x20]
    print "added to, read high:    ", eax
    mov esi, high_code
    mov edi, HIGH + 0x100
    mov ecx, high_end - high_code
    rep movsb
    mov eax, 5
    mov ebx, HIGH + 0x100
runs_high:
    call ebx
    print "code up there doubles 5: ", eax
    ret

high_code:
    add eax, eax
    ret
high_end:

section .bss align=4096
table: resb 4096
frame: resb 4096
