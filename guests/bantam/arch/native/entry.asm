; SPDX-License-Identifier: MIT
;
; Ways into the kernel and out of it: a stub for each vector, the frame that all of them make (native.h draws it), the
; return to user mode, and the switch from one thread's stack to another's.
bits 32

global stub_table, leave_kernel, arch_switch
extern native_trap, native_set_stack

KERNEL_DS equ 0x10

; Vectors for which the processor pushes an error code (SDM Vol. 3, 6.13).
%define HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17)

section .text
%assign v 0
%rep 256
stub_ %+ v:
  %if !HAS_ERROR(v)
    push 0
  %endif
    push v
    jmp enter
  %assign v v + 1
%endrep

enter:
    push ds
    push es
    push fs
    push gs
    pushad
    cld
    mov eax, KERNEL_DS
    mov ds, eax
    mov es, eax
    mov eax, esp
    push eax
    call native_trap
    add esp, 4
leave_kernel:                           ; a new thread starts here, its frame on the stack
    popad
    pop gs
    pop fs
    pop es
    pop ds
    add esp, 8                          ; vector, error code
    iret

; void arch_switch(struct arch_context **from, struct arch_context *to, void *stack_end)
arch_switch:
    push ebp
    push ebx
    push esi
    push edi
    mov esi, [esp + 20]
    mov edi, [esp + 24]
    push dword [esp + 28]
    call native_set_stack               ; where the next trap from user mode finds its stack
    add esp, 4
    mov [esi], esp
    mov esp, edi
    pop edi
    pop esi
    pop ebx
    pop ebp
    ret

section .rodata
stub_table:
%assign v 0
%rep 256
    dd stub_ %+ v
  %assign v v + 1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits
