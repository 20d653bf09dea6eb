; SPDX-License-Identifier: MIT
; expect: ok
;
; 4 MiB pages (CR4.PSE, SDM Vol. 3, 4.3): one directory entry, no table. The entry's A and D bits are set by use (4.8).
%include "micro.inc"

BIG equ 0x40000000

global main, reads_big, writes_big
main:
    xor edx, edx
    call paging_on
    mov eax, cr4
    or eax, 0x10
    mov cr4, eax                        ; PSE
    mov dword [page_directory + (BIG >> 22) * 4], 0x83 ; present, writable, 4 MiB, frame 0
reads_big:
    mov eax, [BIG + 0x100000]
    cmp eax, [0x100000]
    check e, "the same memory at both addresses"
    mov eax, [page_directory + (BIG >> 22) * 4]
    print "after a read the entry is  ", eax
writes_big:
    mov dword [BIG + 0x200000], 0xb16
    mov eax, [page_directory + (BIG >> 22) * 4]
    print "after a write the entry is ", eax
    mov eax, [0x200000]
    print "written through it: ", eax
    ret
