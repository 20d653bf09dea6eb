; SPDX-License-Identifier: MIT
; Part "io", the edges: wider accesses, rubbish above DX, nobody's port, and who may use a port (SDM Vol. 1, 19.5).
%include "lab.inc"

SCRATCH equ 0x3ff
NOBODY  equ 0x5a0

global main
main:
    call take_seed
    call lab_handlers
    call random
    mov ebx, eax
    mov edx, eax
    mov dx, SCRATCH
    mov al, bl
    out dx, al
    xor eax, eax
    in al, dx
    cmp al, bl
    check e, "only DX names the port"
    not al
    mov dx, SCRATCH + 0x400             ; nobody's: a port has sixteen bits
    out dx, al
    mov dx, SCRATCH
    in al, dx
    cmp al, bl
    check e, "all of DX names the port"
    mov eax, 0x12345678
    mov dx, NOBODY
    in ax, dx
    cmp eax, 0x1234ffff
    check e, "IN to AX leaves the upper half alone"
    mov eax, ebx
    in eax, dx
    cmp eax, -1
    check e, "nobody's port reads as ones"
    mov eax, ebx
    mov dx, SCRATCH - 1                 ; a word: its second byte goes to the next port
    out dx, ax
    mov dx, SCRATCH
    in al, dx
    cmp al, bh
    check e, "OUT of AX writes two ports"

    mov word [tss + 102], 104           ; the I/O map, behind the TSS, allows the scratch register alone
    mov edi, tss + 104
    mov ecx, 0x400 / 8 + 1
    mov al, 0xff
    rep stosb
    and byte [tss + 104 + SCRATCH / 8], ~(1 << (SCRATCH % 8))
    mov word [gdt_tss], 104 + 0x400 / 8
    and byte [gdt_tss + 5], ~2          ; not busy, so that it can be loaded again
    mov ax, TSS_SEL
    ltr ax
    mov eax, user
    xor edx, edx
    jmp enter_user
user:
    refused {in al, 0x21}, "IN in ring 3"
    mov dx, SCRATCH - 1
    refused {out dx, al}, "OUT in ring 3"
    refused {in ax, dx}, "IN of a word of which one byte is allowed"
    mov dword [faults], 0
    mov dx, SCRATCH
    mov al, 0x77
    attempt {out dx, al}
    mov al, 0
    attempt {in al, dx}
    cmp dword [faults], 0
    check_anywhere e, "a port that the I/O map allows"
    cmp al, 0x77
    check_anywhere e, "and it works"
    mov eax, with_iopl
    int TO_KERNEL
with_iopl:
    mov eax, user_with_iopl
    mov edx, 0x3000
    jmp enter_user
user_with_iopl:
    mov dword [faults], 0
    attempt {in al, 0x21}
    cmp dword [faults], 0
    check_anywhere e, "with IOPL 3 ring 3 may use any port"
    mov eax, done
    int TO_KERNEL
done:
    mov al, 0
    jmp exit_al

section .bss align=4096
    resb 4096
