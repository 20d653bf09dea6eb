; SPDX-License-Identifier: MIT
; expect: ok
;
; CR0.WP: with it clear ring 0 may write to read-only pages, with it set it may not (SDM Vol. 3, 4.6). The page belongs to the
; user, who may never write it. A shadow, whose hardware always has WP set, has to play this by flipping the entry.
%include "micro.inc"

PAGE equ 0x300000

global main, kernel_writes, page_fault, user_program, system_call
main:
    set_handler 14, page_fault
    set_handler 0x80, system_call, 0xee
    mov edx, PTE_U
    call paging_on
    mov dword [page_table + (PAGE >> 12) * 4], PAGE | PTE_P | PTE_U
    invlpg [PAGE]
    mov eax, cr0
    and eax, ~0x10000
    mov cr0, eax                        ; WP = 0
    mov dword [PAGE], 0x600d            ; allowed
    mov eax, [PAGE]
    print "WP=0: the kernel wrote ", eax
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    mov eax, [PAGE]                     ; the user may read it
    int 0x80
    mov dword [PAGE], 0xbad             ; and not write it
    ud2

system_call:
    push eax
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    pop eax
    print "the user reads         ", eax
    mov dword [PAGE], 0x6002            ; WP is still 0
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    iret

page_fault:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    inc dword [faults]
    cmp dword [faults], 2
    je second_fault
    print "the user's write faults, error code ", [esp + 32]
    mov eax, cr0
    or eax, 0x10000
    mov cr0, eax                        ; WP = 1
kernel_writes:
    mov dword [PAGE], 0xbad
    ud2
second_fault:
    print "WP=1: the kernel's too, error code  ", [esp + 32]
    mov eax, [PAGE]
    print "the page still holds   ", eax
    mov al, 0
    jmp exit_al

section .data
faults: dd 0
