; SPDX-License-Identifier: MIT
; expect: ok
;
; The lecture's example: a user program writes CR3.
;
; Which page tables are in force is what keeps programs apart, so MOV to CR3 is privileged: in ring 3 it raises #GP (SDM
; Vol. 2, MOV Control Registers). The kernel sees the attempt and goes on. Then the kernel itself switches to a second
; address space with the same instruction, and the same linear address shows other memory.
;
; Under trap-and-emulate the kernel runs at ring 1, so its own MOV to CR3 traps as well: into the monitor, which executes it
; on the virtual CPU and lets the guest go on. Both traps have the same vector; the monitor tells them apart.
%include "micro.inc"

WINDOW equ 0x400000                     ; a linear page that the two address spaces map to different frames

global main
main:
    set_handler 13, general_protection
    mov edx, PTE_U
    call paging_on
    ; the second space: a copy of the first directory; each has a table of its own for the window
    mov eax, [page_directory]
    mov [second_directory], eax
    mov dword [page_directory + 4], window_table_1 + (PTE_P | PTE_W)
    mov dword [second_directory + 4], window_table_2 + (PTE_P | PTE_W)
    mov dword [window_table_1], memory_1 + (PTE_P | PTE_W)
    mov dword [window_table_2], memory_2 + (PTE_P | PTE_W)
    mov dword [memory_1], 0x11111111
    mov dword [memory_2], 0x22222222
    print "a user program tries to load CR3"
    mov eax, user_program
    xor edx, edx
    jmp enter_user

global user_program, user_writes_cr3
user_program:
    mov eax, second_directory
user_writes_cr3:
    mov cr3, eax                        ; ring 3: #GP(0)
    ud2                                 ; not reached

; The kernel's #GP handler: error code, EIP, CS on the stack.
global general_protection, kernel_writes_cr3, kernel_goes_on
general_protection:
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    print "the kernel gets #GP, error code ", [esp + 32]
    cmp dword [esp + 4], user_writes_cr3
    check e, "the fault is at the user's mov cr3"
    mov eax, [WINDOW]
    print "before the switch the window shows ", eax
    mov eax, second_directory
kernel_writes_cr3:
    mov cr3, eax                        ; ring 0: the address space changes
kernel_goes_on:
    mov eax, [WINDOW]
    print "after the switch it shows       ", eax
    mov al, 0
    jmp exit_al

section .bss align=4096
global second_directory, memory_1, memory_2
second_directory: resb 4096
window_table_1:   resb 4096
window_table_2:   resb 4096
memory_1:         resb 4096
memory_2:         resb 4096
