; SPDX-License-Identifier: MIT
;
; Attempts that C has no words for: what user mode may not do, each a few instructions, and the vector that is to end it.
bits 32

KERNEL_CS equ 0x08
KERNEL_DS equ 0x10
TASK      equ 0x28
BEYOND    equ 0xfff8 | 3
KERNEL    equ 0xc0000000

; ATTEMPT vector, "text": what follows is the attempt
%macro ATTEMPT 2
section .rodata
%%text: db %2, 0
section .data
    dd %%text, %%code, %1
section .text
%%code:
%endmacro

section .data
global instruction_attempts
instruction_attempts:

ATTEMPT 0, "div by zero"
    xor ecx, ecx
    div ecx
ATTEMPT 0, "idiv overflow"
    mov eax, 0x80000000
    cdq
    mov ecx, -1
    idiv ecx
ATTEMPT 0, "aam 0"
    aam 0
ATTEMPT 1, "single step"
    pushf
    or dword [esp], 1 << 8
    popf
    nop
    jmp $
ATTEMPT 3, "int3"
    int3
ATTEMPT 3, "int 3"
    db 0xcd, 3
ATTEMPT 4, "into"
    mov al, 0x7f
    add al, 1
    into
ATTEMPT 5, "bound"
    sub esp, 8
    mov dword [esp], 1
    mov dword [esp + 4], 2
    mov eax, 3
    bound eax, [esp]
ATTEMPT 6, "ud2"
    ud2
ATTEMPT 6, "lock nop"
    db 0xf0, 0x90
ATTEMPT 6, "lock mov"
    db 0xf0, 0x89, 0x04, 0x24
ATTEMPT 6, "mov to cs"
    db 0x8e, 0xc8
ATTEMPT 6, "lea of a register"
    db 0x8d, 0xc0
ATTEMPT 6, "the escape"
    db 0x0f, 0x04
ATTEMPT 7, "fninit"
    fninit
ATTEMPT 7, "fld"
    fld1
ATTEMPT 13, "an instruction of 16 bytes"
    times 15 db 0x66
    nop

ATTEMPT 13, "cli"
    cli
ATTEMPT 13, "sti"
    sti
ATTEMPT 13, "hlt"
    hlt
ATTEMPT 13, "lgdt"
    lgdt [esp]
ATTEMPT 13, "lidt"
    lidt [esp]
ATTEMPT 13, "lldt"
    xor eax, eax
    lldt ax
ATTEMPT 13, "ltr"
    mov eax, TASK
    ltr ax
ATTEMPT 13, "lmsw"
    lmsw ax
ATTEMPT 13, "clts"
    clts
ATTEMPT 13, "mov to cr0"
    mov cr0, eax
ATTEMPT 13, "mov to cr3"
    mov cr3, eax
ATTEMPT 13, "mov to cr4"
    mov cr4, eax
ATTEMPT 13, "mov from cr0"
    mov eax, cr0
ATTEMPT 13, "mov from cr2"
    mov eax, cr2
ATTEMPT 13, "mov from cr3"
    mov eax, cr3
ATTEMPT 13, "mov to dr7"
    mov dr7, eax
ATTEMPT 13, "mov from dr0"
    mov eax, dr0
ATTEMPT 13, "invlpg"
    invlpg [esp]
ATTEMPT 13, "invd"
    invd
ATTEMPT 13, "wbinvd"
    wbinvd
ATTEMPT 13, "rdmsr"
    mov ecx, 0x10
    rdmsr
ATTEMPT 13, "wrmsr"
    mov ecx, 0x10
    wrmsr
ATTEMPT 13, "in"
    in al, 0x60
ATTEMPT 13, "in from dx"
    mov dx, 0x3f8
    in eax, dx
ATTEMPT 13, "out"
    out 0xf4, al
ATTEMPT 13, "ins"
    mov edi, esp
    mov edx, 0x1f0
    insb
ATTEMPT 13, "outs"
    mov esi, esp
    mov edx, 0xf4
    outsb

ATTEMPT 13, "mov ds, the kernel's data"
    mov eax, KERNEL_DS
    mov ds, eax
ATTEMPT 13, "mov es, the kernel's code"
    mov eax, KERNEL_CS
    mov es, eax
ATTEMPT 13, "mov ds, a task"
    mov eax, TASK | 3
    mov ds, eax
ATTEMPT 13, "mov fs, beyond the table"
    mov eax, BEYOND
    mov fs, eax
ATTEMPT 13, "mov gs, of the LDT"
    mov eax, 4 | 3
    mov gs, eax
ATTEMPT 13, "mov ss, null"
    xor eax, eax
    mov ss, eax
ATTEMPT 13, "mov ss, the kernel's"
    mov eax, KERNEL_DS
    mov ss, eax
ATTEMPT 13, "pop ss, null"
    push 0
    pop ss
ATTEMPT 13, "lds, the kernel's"
    push KERNEL_DS
    push 0
    lds eax, [esp]
ATTEMPT 13, "through a null segment"
    xor eax, eax
    mov es, eax
    mov eax, [es:esp]
ATTEMPT 13, "a write through cs"
    mov [cs:esp], eax

ATTEMPT 13, "jmp far to the kernel"
    jmp KERNEL_CS:KERNEL
ATTEMPT 13, "call far to the kernel"
    call KERNEL_CS:KERNEL
ATTEMPT 13, "call far to a task"
    call TASK:0
ATTEMPT 13, "call far to null"
    call 0:0
ATTEMPT 13, "call far to data"
    call 0x23:0
ATTEMPT 13, "retf to the kernel"
    push KERNEL_CS
    push KERNEL
    retf
ATTEMPT 13, "iret to the kernel"
    pushf
    push KERNEL_CS
    push KERNEL
    iret
ATTEMPT 13, "iret to null"
    pushf
    push 0
    push 0
    iret
ATTEMPT 14, "retf to nowhere"
    push 0x1b
    push 0x1000
    retf

ATTEMPT 14, "a read of address 0"
    mov eax, [0]
ATTEMPT 14, "a write to address 0"
    mov [0], eax
ATTEMPT 14, "a jump to address 0"
    xor eax, eax
    jmp eax
ATTEMPT 14, "a read of the kernel"
    mov eax, [KERNEL]
ATTEMPT 14, "a write to the kernel"
    mov [KERNEL + 0x100000], eax
ATTEMPT 14, "a jump into the kernel"
    mov eax, KERNEL + 0x101000
    jmp eax
ATTEMPT 14, "a read of the last bytes"
    mov eax, [0xfffffffc]
ATTEMPT 14, "a write to the program's text"
    mov [.here], eax
.here:
ATTEMPT 14, "a write to constants"
    mov [instruction_attempts.constant], eax
ATTEMPT 14, "a push to a stack at 0"
    xor esp, esp
    push eax
ATTEMPT 14, "a push to a stack in the kernel"
    mov esp, KERNEL + 0x1000
    push eax
ATTEMPT 14, "a system call on a stack that is not there, then a push"
    mov esp, 0x1000
    mov eax, 4
    int 0x80
    push eax
ATTEMPT 14, "movs into the kernel"
    mov edi, KERNEL
    mov esi, esp
    mov ecx, 0x1000
    rep movsd
ATTEMPT 14, "an access across the end of the stack"
    mov eax, [0xc0000000 - 2]
ATTEMPT 14, "enter without a stack"
    mov esp, 0x2000
    enter 0x1000, 31

section .rodata
instruction_attempts.constant: dd 0

; What does not fault, and changes nothing: these exit with 0, for which -1 stands.
ATTEMPT -1, "popf does not set IF or IOPL"
    pushf
    mov eax, [esp]
    xor dword [esp], 3 << 12 | 1 << 9
    popf
    pushf
    pop ebx
    sub eax, ebx
    mov ebx, eax
    xor eax, eax
    int 0x80
ATTEMPT -1, "sgdt, sidt, smsw, str, sldt"
    sub esp, 8
    sgdt [esp]
    sidt [esp]
    smsw eax
    str eax
    sldt eax
    xor ebx, ebx
    xor eax, eax
    int 0x80
ATTEMPT -1, "garbage in all registers, at a system call"
    mov eax, 0x12345678
    mov ebx, 0xffffffff
    mov ecx, ebx
    mov edx, ebx
    mov esi, ebx
    mov edi, ebx
    mov ebp, ebx
    std
    int 0x80
    cld
    xor ebx, ebx
    xor eax, eax
    int 0x80
ATTEMPT -1, "null segments, at a system call"
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    xor ebx, ebx
    int 0x80
section .data
    dd 0, 0, 0

section .note.GNU-stack noalloc noexec nowrite progbits
