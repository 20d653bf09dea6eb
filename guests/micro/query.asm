; SPDX-License-Identifier: MIT
; expect: ok
; hole: lar
;
; LAR, LSL, VERR and VERW answer questions about a descriptor with ZF, and never fault for it (SDM Vol. 3, 5.10). Here every
; type of descriptor is asked about, with DPL 0 and 3, present or not, by selectors of RPL 0 and 3, from rings 0 and 3.
%include "micro.inc"

global main, sweep, asks, user_program, system_call
main:
    set_handler 0x80, system_call, 0xee
    print "from ring 0"
    call sweep
    call show
    mov eax, user_program
    xor edx, edx
    jmp enter_user

user_program:
    call sweep
    int 0x80

system_call:
    mov ax, KERNEL_DS
    mov ds, ax
    mov es, ax
    print "from ring 3"
    call show
    mov al, 0
    jmp exit_al

; For each type: a bit for each answer, and a mixture of all values that LAR and LSL gave.
sweep:
    xor esi, esi
.type:
    xor ebp, ebp                        ; answers
    xor edi, edi                        ; values
    xor ecx, ecx                        ; bit 0: P, bit 1: DPL, bit 2: RPL
.case:
    mov eax, ecx
    and eax, 1
    shl eax, 7
    mov edx, ecx
    and edx, 2
    imul edx, 0x30                      ; DPL 3
    or eax, edx
    or eax, esi
    shl eax, 8
    or eax, 0x00d50000                  ; G, D, AVL, limit 19:16
    mov dword [gdt_free], 0x0000ffff
    mov [gdt_free + 4], eax
    mov ebx, ecx
    shr ebx, 2
    imul ebx, 3
    or ebx, FREE_SEL
    call asks
    inc ecx
    cmp ecx, 8
    jb .case
    mov [answers + esi * 8], ebp
    mov [answers + esi * 8 + 4], edi
    inc esi
    cmp esi, 32
    jb .type
    ret

; Collects ZF, and the value where there is one.
%macro answer 0
    setz al
    add ebp, ebp
    or al, al
    jz %%no
    inc ebp
    rol edi, 3
    xor edi, edx
%%no:
%endmacro

asks:
    xor edx, edx
    lar edx, ebx
    answer
    xor edx, edx
    lsl edx, ebx
    answer
    xor edx, edx
    verr bx
    answer
    verw bx
    answer
    ret

; A line for each type: the answers, the values.
show:
    xor esi, esi
.next:
    mov eax, esi
    call put_value
    mov eax, [answers + esi * 8]
    call put_value
    mov eax, [answers + esi * 8 + 4]
    call put_value
    mov al, 10
    call put_char
    inc esi
    cmp esi, 32
    jb .next
    ret

put_value:
    call put_hex
    mov al, ' '
    jmp put_char

section .bss
answers: resq 32
