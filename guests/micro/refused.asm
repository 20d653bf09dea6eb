; SPDX-License-Identifier: MIT
; expect: ok
; hole: iret
;
; A user program tries what only the kernel may do: it loads CR3. In ring 3 that raises #GP (SDM Vol. 2, MOV Control
; Registers), natively and under a monitor alike; the kernel's handler steps over the instruction, as a kernel that is
; asked to be patient would, and the program goes on to its system call. Interrupts are on, as for any user program.
%include "micro.inc"

global main
main:
    pic_mask
    set_handler 13, general_protection
    set_handler 0x80, system_call, 0xee
    call pic_setup
    mov al, 0xff                        ; no device is to interrupt the story
    out 0x21, al
    mov edx, PTE_U
    call paging_on
    mov eax, user_program
    mov edx, 0x200
    jmp enter_user

global user_program, user_writes_cr3, user_goes_on
user_program:
    mov eax, 0x00abc000
user_writes_cr3:
    mov cr3, eax                        ; ring 3: #GP(0)
user_goes_on:
    int 0x80

; Error code, EIP, CS on the stack: the return address is the instruction itself, whose three bytes are stepped over.
global general_protection, steps_over, system_call
general_protection:
    inc dword [ss:refusals]
steps_over:
    add esp, 4
    add dword [esp], user_goes_on - user_writes_cr3
    iret

system_call:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    print "the program was refused, times: ", [refusals]
    cmp dword [refusals], 1
    check e, "just once"
    mov eax, cr3
    cmp eax, page_directory
    check e, "CR3 is still the kernel's"
    mov al, 0
    jmp exit_al

section .data
global refusals
refusals: dd 0
