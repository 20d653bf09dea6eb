; SPDX-License-Identifier: MIT
; expect: ok
; hole: iret
;
; A kernel in small: paging, two ring-3 tasks, a timer that switches between them. Each task counts in its own memory and says
; so by a system call when it is done. In which order their steps mix depends on time; what is printed does not.
%include "micro.inc"

STEPS equ 2000000

global main, timer_tick, system_call, task_a, task_b
main:
    set_handler 0x20, timer_tick
    set_handler 0x80, system_call, 0xee
    mov edx, PTE_U
    call paging_on
    call pic_setup
    mov ecx, 119                        ; about 10 kHz
    call pit_divisor
    ; the second task's first frame, as a timer tick would have left it
    mov edi, kernel_stack_b - 4
    mov dword [edi], USER_DS
    mov dword [edi - 4], user_stack_b
    mov dword [edi - 8], 0x202
    mov dword [edi - 12], USER_CS
    mov dword [edi - 16], task_b
    lea eax, [edi - 16 - 32]
    mov [saved + 4], eax
    mov eax, task_a
    mov edx, 0x200
    jmp enter_user

task_a:
    mov ecx, STEPS
.step:
    inc dword [count_a]
    loop .step
    mov ebx, 0
    int 0x80
.idle:
    jmp .idle

task_b:
    mov ecx, STEPS
.step:
    add dword [count_b], 2
    loop .step
    mov ebx, 1
    int 0x80
.idle:
    jmp .idle

; Switches: the frame stays on the old task's kernel stack, the other's is taken up.
timer_tick:
    pushad
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    mov al, 0x20
    out 0x20, al
    inc dword [switches]
    mov eax, [current]
    mov [saved + eax * 4], esp
    xor eax, 1
    mov [current], eax
    mov esp, [saved + eax * 4]
    mov ecx, [tops + eax * 4]
    mov [tss + 4], ecx                  ; ESP0 of the task that comes
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    popad
    iret

system_call:
    pushad
    mov cx, KERNEL_DS
    mov ds, cx
    mov es, cx
    mov byte [done + ebx], 1
    cmp word [done], 0x0101
    je .both
    mov cx, USER_DS
    mov ds, cx
    mov es, cx
    popad
    iret
.both:
    print "task a counted ", [count_a]
    print "task b counted ", [count_b]
    cmp dword [switches], 2
    check ae, "the timer switched"
    mov al, 0
    jmp exit_al

section .data
current:  dd 0
switches: dd 0
count_a:  dd 0
count_b:  dd 0
saved:    dd 0, 0
tops:     dd kernel_stack, kernel_stack_b
done:     db 0, 0

section .bss align=4096
                resb 4096
kernel_stack_b: resb 4096
user_stack_b:
