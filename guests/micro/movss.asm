; SPDX-License-Identifier: MIT
; expect: ok
;
; No interrupt comes between MOV SS and the instruction behind it, whatever that is (SDM Vol. 3, 6.8.3). Here it is one that
; monitors like to see, in a user program's loop, with a timer whose interrupts come at all boundaries of it in turn.
%include "micro.inc"

TICKS equ 12

global main, user_program, behind_mov_ss, tick, call_gate
main:
    set_handler 0x20, tick
    mov eax, call_gate
    mov ecx, 0x80
    mov dl, 0xef                        ; a trap gate for ring 3: IF stays set
    call set_gate
    call pic_setup
    mov ecx, 60                         ; about 20 kHz
    call pit_divisor
    sti
    mov eax, user_program
    mov edx, 0x200                      ; IF
    jmp enter_user

user_program:
    mov ax, USER_DS
.loop:
    mov ss, ax
behind_mov_ss:
    int 0x80
    jmp user_program.loop

call_gate:
    iret

tick:
    cmp dword [esp], behind_mov_ss
    je .between
    push eax
    push ecx
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    mov al, 0x20                        ; end of interrupt
    out 0x20, al
    inc dword [ticks]
    cmp dword [ticks], TICKS
    je .enough
    mov ax, USER_DS                     ; the program's
    mov ds, ax
    mov es, ax
    pop ecx
    pop eax
    sti                                 ; for those whose IRET sets no IF at ring 1
    iret
.between:
    mov al, 1
    jmp exit_al
.enough:
    mov al, 0
    jmp exit_al

section .data
ticks: dd 0
