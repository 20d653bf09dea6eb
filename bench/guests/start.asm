; SPDX-License-Identifier: MIT
;
; Where a bench guest begins, whoever loaded it (Multiboot or boot.asm): own GDT with rings 0 and 3 and a TSS, a cleared BSS, a
; stack, then C. Also the few pieces of the system kernels that C cannot say.
bits 32

extern bench_main, bss_start, bss_end
global start, gdt_tss, tss, enter_user, leave_user, syscall_entry, fault_entry

section .multiboot
    dd 0x1badb002, 0, -0x1badb002
    jmp start                           ; the flat image is entered at 12 bytes from its front

section .text
start:
    cli
    cld
    mov edi, bss_start
    mov ecx, bss_end
    sub ecx, edi
    xor eax, eax
    rep stosb
    mov esp, stack_top
    lgdt [gdtr]
    jmp 8:.reload
.reload:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    jmp bench_main

; void enter_user(void (*program)(void), void *stack): returns when the program calls INT 0x81.
enter_user:
    push ebx
    push esi
    push edi
    push ebp
    mov [kernel_esp], esp
    mov [tss + 4], esp
    mov dword [tss + 8], 16
    mov eax, [esp + 20]
    mov ecx, [esp + 24]
    mov dx, 0x20 | 3
    mov ds, dx
    mov es, dx
    push dword 0x20 | 3
    push ecx
    push dword 2
    push dword 0x18 | 3
    push eax
    iret

; INT 0x81: the way back.
leave_user:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov esp, [kernel_esp]
    pop ebp
    pop edi
    pop esi
    pop ebx
    ret

; INT 0x80: EAX and EBX in, a sum in EAX; counts in kernel memory.
syscall_entry:
    push ds
    push ecx
    mov cx, 16
    mov ds, cx
    inc dword [calls]
    lea eax, [eax + ebx + 1]
    pop ecx
    pop ds
    iret

; #PF: maps the page again, for the instruction to be tried again.
fault_entry:
    push eax
    push edx
    mov eax, cr2
    mov edx, eax
    shr eax, 12
    and eax, 0x3ff
    or dword [fault_table + eax * 4], 1
    inc dword [faults]
    pop edx
    pop eax
    add esp, 4
    iret

section .data
align 8
gdt:
    dq 0
    dq 0x00cf9a000000ffff
    dq 0x00cf92000000ffff
    dq 0x00cffa000000ffff
    dq 0x00cff2000000ffff
gdt_tss:
    dq 0x0000890000000067
gdtr:
    dw 6 * 8 - 1
    dd gdt

global calls, faults, fault_table
calls:  dd 0
faults: dd 0

section .bss
alignb 4096
fault_table: resb 4096
tss:         resb 104
kernel_esp:  resd 1
alignb 16
             resb 16384
stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
