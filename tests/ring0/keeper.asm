; SPDX-License-Identifier: MIT
;
; The keeper of ring-0 programs. For each program in turn it fills the arena, loads the registers that the program starts
; with, and enters its first step. Whatever happens then, an exception or the step's own INT DONE, comes back here through
; the program's IDT: it is logged to COM1, and the next step is entered. After the last step the final state is logged.
;
; The stubs run under whatever GDT, page tables and stack the program has made, so they touch no memory before DS is flat
; and use the stack only to pop what the processor has just pushed. A fault in here is a fault like any other: it is
; logged, and the next step is entered; the log then shows an EIP of the keeper.
bits 32

%define NOTE(text)
%define AT(name, value, what) name equ value
%include "tests/ring0/layout.def"

org KEEPER

COM1 equ 0x3f8
STEP_WORDS equ 6                        ; struct step (image.h)
KEEPER_ROOM equ 0x10000                 ; all of this is here

; struct image_head, struct program_head (image.h)
HEAD_FIRST equ KEEPER_HEAD
HEAD_COUNT equ KEEPER_HEAD + 4
HEAD_FLAGS equ KEEPER_HEAD + 8
HEAD_TEMPLATE equ KEEPER_HEAD + 12
HEAD_PROGRAMS equ KEEPER_HEAD + 16
P_SIZE equ 0
P_STEPS equ 4
P_PATCHES equ 8
P_CR0 equ 12
P_CR3 equ 16
P_CR4 equ 20
P_LDTR equ 24
P_TR equ 28
P_ES equ 32
P_FS equ 36
P_GS equ 40
P_GDTR equ 44                           ; limit in the upper half of the first word, then base
P_IDTR equ 52
P_GPRS equ 60                           ; as in the record of a trap
P_HEAD equ 88

; What is logged: a word "kind, words that follow", then those words.
%define RECORD(kind, words) (kind | (words) << 8)

absolute KEEPER_DATA
number:     resd 1                      ; of the program
current:    resd 1                      ; its address
step:       resd 1
singles:    resd 1                      ; single-step traps that will still be resumed,
resumes:    resd 1                      ; and interrupts
table_reg:  resd 2
trap:       resd 2                      ; the record of a trap, and what is entered next: struct trap_record (log.h)
t_error:    resd 1
t_eip:      resd 1
t_cs:       resd 1
t_eflags:   resd 1
t_esp:      resd 1
t_ss:       resd 1
t_ds:       resd 1
t_es:       resd 1
t_fs:       resd 1
t_gs:       resd 1
t_gprs:     resd 7                      ; EAX ECX EDX EBX EBP ESI EDI
t_cr2:      resd 1
TRAP_WORDS equ 19
t_saved:    resd 1
final:      resd 1                      ; the record of the end: struct final_record
f_words:    resd 10                     ; CR0 CR3 CR4, GDTR base limit, IDTR base limit, LDTR, TR, DR6
f_pages:    resd ARENA_SIZE / 4096
FINAL_WORDS equ 10 + ARENA_SIZE / 4096

section .text
header:
    dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000), header, KEEPER, 0, 0, start
    jmp start                           ; for a loader that knows no Multiboot

    times KEEPER_HEAD - KEEPER - ($ - $$) db 0
    times 20 db 0

; ---- the way back: one stub a vector ---------------------------------------------------------------------------------

    times STUBS - KEEPER - ($ - $$) db 0x90
%assign v 0
%rep VECTORS
    mov dr0, eax
    mov eax, v
    jmp trapped
    align STUB_SIZE
%assign v v + 1
%endrep

; The same for 16-bit gates: their segment is not flat.
    times STUBS16 - KEEPER - ($ - $$) db 0x90
%assign v 0
%rep VECTORS
    mov dr0, eax
    mov eax, v | 0x100
    jmp trapped16
    align STUB_SIZE
%assign v v + 1
%endrep
trapped16:
    jmp SEL_CODE0:trapped

; Exceptions that push an error code (SDM Vol. 3, table 6-1).
WITH_ERROR equ 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17

; Pops what a gate of this size pushed.
%macro pop_frame 1
    cmp bl, 32
    jae %%no_error
    mov eax, WITH_ERROR
    bt eax, ebx
    jnc %%no_error
    pop %1 [t_error]
%%no_error:
    pop %1 [t_eip]
    pop %1 [t_cs]
    pop %1 [t_eflags]
    test byte [t_cs], 3
    jz %%same_ring
    pop %1 [t_esp]
    pop %1 [t_ss]
    jmp framed
%%same_ring:
    mov [t_esp], esp
    mov [t_ss], ss
%endmacro

; EAX: the vector, 0x100 with it for a 16-bit gate; DR0: EAX as it was.
trapped:
    mov dr1, eax
    mov eax, ds
    mov dr2, eax
    mov eax, SEL_DATA0
    mov ds, eax
    mov [t_gprs + 4], ecx
    mov [t_gprs + 8], edx
    mov [t_gprs + 12], ebx
    mov [t_gprs + 16], ebp
    mov [t_gprs + 20], esi
    mov [t_gprs + 24], edi
    cld
    xor eax, eax
%assign field t_error
%rep 10                                 ; to t_gs
    mov [field], eax
%assign field field + 4
%endrep
    mov eax, dr0
    mov [t_gprs], eax
    mov eax, dr2
    mov [t_ds], ax
    mov [t_es], es
    mov [t_fs], fs
    mov [t_gs], gs
    mov eax, cr2
    mov [t_cr2], eax
    mov ebx, dr1
    test bh, 1
    jnz .short
    pop_frame dword
    jmp framed
.short:
    pop_frame word
framed:
    mov eax, SEL_DATA0
    mov ss, eax
    mov esp, KEEPER_STACK
    mov eax, [step]
    shl eax, 16
    or eax, ebx
    mov [trap + 4], eax
    mov dword [trap], RECORD('X', TRAP_WORDS)
    mov esi, trap
    mov ecx, TRAP_WORDS + 1
    call send
    cmp bl, RESUMED
    je .interrupt
    cmp bl, 1                           ; a single step goes on where it was,
    jne .next
    mov eax, 0xffff0ff0
    mov dr6, eax
    dec dword [singles]                 ; so long as there are any
    jns enter
    jmp .next
.interrupt:                             ; does, too, but for one that came in here
    dec dword [resumes]
    js .next
    mov eax, [t_eip]
    sub eax, KEEPER
    cmp eax, KEEPER_ROOM
    jae enter
.next:
    inc dword [step]

enter_step:
    mov ebx, [current]
    mov eax, [step]
    cmp eax, [ebx + P_STEPS]
    jae finish
    mov ecx, cr0                        ; the last step may have been left between turning paging off and on again:
    bts ecx, 31                         ; then addresses of windows would be those of no memory, which read differently
    jc .paged
    mov cr0, ecx
.paged:
    imul eax, eax, STEP_WORDS * 4
    lea ebx, [ebx + eax + P_HEAD]
    xor ecx, ecx
.copy:
    mov eax, [ebx + ecx * 4]
    mov [t_eip + ecx * 4], eax
    inc ecx
    cmp ecx, STEP_WORDS
    jb .copy

; Goes on with the state in the record of a trap; ES, FS and GS are as the program left them.
enter:
    test byte [t_cs], 3
    jz .ring0
    push dword [t_ss]
    push dword [t_esp]
    jmp .go
.ring0:
    lss esp, [t_esp]
.go:
    push dword [t_eflags]
    push dword [t_cs]
    push dword [t_eip]
    mov eax, [t_gprs]
    mov ecx, [t_gprs + 4]
    mov edx, [t_gprs + 8]
    mov ebx, [t_gprs + 12]
    mov ebp, [t_gprs + 16]
    mov esi, [t_gprs + 20]
    mov edi, [t_gprs + 24]
    mov ds, [t_ds]
    iretd

; ---- programs ----------------------------------------------------------------------------------------------------------

start:
    cli
    cld
    mov esp, KEEPER_STACK
    call flat
    mov al, 0xff                        ; no interrupts: programs may set IF
    out 0x21, al
    out 0xa1, al
    call map_keeper
    call set_up_com1
    mov ebx, [HEAD_PROGRAMS]
    mov ecx, [HEAD_FIRST]
    mov [number], ecx
    jecxz .first
.skip:
    add ebx, [ebx + P_SIZE]
    loop .skip
.first:
    mov [current], ebx

next_program:
    mov eax, [number]
    cmp eax, [HEAD_COUNT]
    jae end
    mov dword [trap], RECORD('S', 1)
    mov [trap + 4], eax
    mov esi, trap
    mov ecx, 2
    call send
    mov esi, [HEAD_TEMPLATE]
    mov edi, ARENA
    mov ecx, ARENA_SIZE / 4
    rep movsd
    mov ebx, [current]
    imul esi, [ebx + P_STEPS], STEP_WORDS * 4
    lea esi, [ebx + esi + P_HEAD]
    mov edx, [ebx + P_PATCHES]
.patch:                                 ; address, length, bytes to a multiple of four
    dec edx
    js .patched
    mov edi, [esi]
    mov ecx, [esi + 4]
    add esi, 8
    rep movsb
    add esi, 3
    and esi, ~3
    jmp .patch
.patched:
    lea esi, [ebx + P_GPRS]
    mov edi, t_gprs
    mov ecx, 7
    rep movsd
    mov dword [step], 0
    mov dword [singles], SINGLE_STEPS
    mov dword [resumes], INTERRUPTS
    mov eax, 0xffff0ff0
    mov dr6, eax
    xor eax, eax
    mov cr2, eax
    mov eax, [ebx + P_CR3]
    mov cr3, eax
    mov eax, [ebx + P_CR4]
    mov cr4, eax
    mov eax, [ebx + P_CR0]
    mov cr0, eax
    jmp .paging
.paging:
    lgdt [ebx + P_GDTR + 2]
    lidt [ebx + P_IDTR + 2]
    lldt [ebx + P_LDTR]
    ltr [ebx + P_TR]
    mov es, [ebx + P_ES]
    mov fs, [ebx + P_FS]
    mov gs, [ebx + P_GS]
    jmp enter_step

finish:
    mov edi, f_words
    mov eax, cr0
    mov [edi], eax
    mov eax, cr3
    mov [edi + 4], eax
    mov eax, cr4
    mov [edi + 8], eax
    sgdt [table_reg]
    call put_table_reg
    sidt [table_reg]
    call put_table_reg
    sldt eax
    movzx eax, ax
    mov [edi + 12], eax
    str eax
    movzx eax, ax
    mov [edi + 16], eax
    mov eax, dr6
    mov [edi + 20], eax
    call flat
    mov eax, 0x400                      ; no breakpoint is met by what follows
    mov dr7, eax
    test byte [HEAD_FLAGS], FLAG_MASK
    jz .sum
    call mask_accessed
    call mask_rf
.sum:
    call sum_pages
    mov dword [final], RECORD('F', FINAL_WORDS)
    mov esi, final
    mov ecx, FINAL_WORDS + 1
    call send
    test byte [HEAD_FLAGS], FLAG_DUMP
    jz .done
    mov esi, ARENA
    mov ecx, ARENA_SIZE / 4
    call send
.done:
    inc dword [number]
    mov ebx, [current]
    add ebx, [ebx + P_SIZE]
    mov [current], ebx
    jmp next_program

; Base and limit of a table register to EDI + 12 and on; EDI moves by two words.
put_table_reg:
    mov eax, [table_reg + 2]
    mov [edi + 12], eax
    movzx eax, word [table_reg]
    mov [edi + 16], eax
    add edi, 8
    ret

end:
    mov dword [trap], RECORD('E', 0)
    mov esi, trap
    mov ecx, 1
    call send
    xor eax, eax
    out 0xf4, al                        ; QEMU's and Ringside's debug exit
    mov esi, .shutdown                  ; Bochs' own way
    mov edx, 0x8900
    mov ecx, 8
    rep outsb
    hlt
.shutdown:
    db "Shutdown"

%include "tests/ring0/pieces.inc"
