; SPDX-License-Identifier: MIT
; expect: ok
; hole: iret
;
; The fast system call (SDM Vol. 2, SYSENTER and SYSEXIT): no gate, no stack frame, no descriptor is read. Where to is in three
; model-specific registers; the way back is in ECX and EDX. While the first register is null both are #GP(0).
%include "micro.inc"

MSR_CS  equ 0x174
MSR_ESP equ 0x175
MSR_EIP equ 0x176

%macro write_msr 2
    mov ecx, %1
    mov eax, %2
    xor edx, edx
    wrmsr
%endmacro

global main, user_program, too_early, calls, fast_entry, refused
main:
    pic_mask
    set_handler 13, refused
    write_msr MSR_CS, 0
    write_msr MSR_ESP, kernel_stack
    write_msr MSR_EIP, fast_entry
    mov eax, user_program
    mov edx, 0x200
    jmp enter_user

user_program:
    mov ebx, 0
too_early:
    sysenter                            ; the handler fills the register, and has it tried again
    jmp fail_here                       ; never comes back here
calls:
    mov esi, esp
    mov edx, .back
    mov ecx, esp
    inc ebx
    sysenter
.back:
    mov bp, cs
    mov di, ss
    cmp esp, esi
    jne fail_here
    cmp ebx, 3
    jb calls
    xor ebx, ebx                        ; a question for the kernel: is all as it should be?
    mov edx, .back
    sysenter
fail_here:
    ud2

refused:
    cmp dword [esp], 0
    check e, "#GP(0)"
    cmp dword [esp + 4], too_early
    check e, "it is SYSENTER that faults"
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "SYSENTER without a segment: #GP"
    write_msr MSR_CS, KERNEL_CS
    mov ax, USER_DS
    mov ds, ax
    mov es, ax
    mov dword [esp + 4], calls
    add esp, 4
    iret

fast_entry:                             ; interrupts are off, the stack is the register's, DS is still the user's
    push ecx
    push edx
    mov cx, ds
    movzx ecx, cx
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    pushfd
    pop eax
    and eax, 0x200
    print "entered, DS: ", ecx
    print "IF:          ", eax
    mov ax, cs
    movzx eax, ax
    print "CS:          ", eax
    mov ax, ss
    movzx eax, ax
    print "SS:          ", eax
    test ebx, ebx
    jz .judge
    mov ax, USER_DS
    mov ds, ax
    mov es, ax
    pop edx
    pop ecx
    sti                                 ; SYSEXIT leaves the flags alone
    sysexit
.judge:
    movzx ebp, bp
    movzx edi, di
    print "user's CS:   ", ebp
    print "user's SS:   ", edi
    cmp ebp, USER_CS
    check e, "SYSEXIT goes to ring 3"
    cmp edi, USER_DS
    check e, "with the segment behind it"
    mov al, 0
    jmp exit_al
