; SPDX-License-Identifier: MIT
;
; A boot sector for machines without a Multiboot loader: build/guests/bantam.floppy boots on any PC. It loads the kernel, which
; begins with the floppy disk's second track, to 1 MiB by the firmware's services (Ralf Brown's Interrupt List, INT 13/AH=02h and
; INT 15/AH=87h), and enters it as a Multiboot loader would, with the command line that stands at byte 384 of this sector.
;
;       -D ENTRY=, LOADED=, END=: physical addresses: where the kernel is entered, what of it is in the file, all of it
bits 16
org 0x7c00

SECTORS      equ 18                     ; a track, of two heads
TRACK_BYTES  equ SECTORS * 512
BUFFER       equ 0x10000
KERNEL       equ 0x100000
TRACKS       equ (LOADED - KERNEL + TRACK_BYTES - 1) / TRACK_BYTES
MAGIC        equ 0x2badb002
INFORMATION  equ 0x600                  ; Multiboot 0.6.96, 3.3: flags, lower memory, upper memory, boot device, command line
COMMAND_LINE equ 0x7c00 + 384

%if TRACKS + 1 > 160
    %error the kernel does not fit onto a floppy disk
%endif

    cld
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00

    mov ax, 0xe801                      ; memory: KiB from 1 MiB to 16 MiB, and 64 KiB blocks above
    int 0x15
    movzx eax, ax
    movzx ebx, bx
    shl ebx, 6
    add eax, ebx
    mov [INFORMATION + 8], eax
    mov dword [INFORMATION], 1 << 0 | 1 << 2
    mov dword [INFORMATION + 4], 640
    mov dword [INFORMATION + 16], COMMAND_LINE

    mov di, 1                           ; the track
next_track:
    mov ax, BUFFER >> 4
    mov es, ax
    xor bx, bx
    mov ax, di
    shr ax, 1
    mov ch, al                          ; cylinder
    mov cl, 1
    mov dx, di
    and dx, 1
    xchg dh, dl                         ; head; drive 0
    mov ax, 0x0200 | SECTORS
    int 0x13
    jc next_track                       ; a drive that has just begun to turn fails at first

    push ds
    pop es
    mov si, move
    mov cx, TRACK_BYTES / 2
    mov ah, 0x87
    int 0x15
    jc failed
    add word [move_to], TRACK_BYTES
    adc byte [move_to + 2], 0
    inc di
    cmp di, TRACKS
    jbe next_track

    cli
    in al, 0x92                         ; A20
    or al, 2
    and al, 0xfe
    out 0x92, al
    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected

failed:
    hlt
    jmp failed

bits 32
protected:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov edi, LOADED
    mov ecx, END - LOADED
    rep stosb
    mov eax, MAGIC
    mov ebx, INFORMATION
    mov ecx, ENTRY
    jmp ecx

    align 8
gdt:
    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:
    dw 23
    dd gdt
move:                                   ; the service's own descriptors, and the two that it is told by
    times 16 db 0
    dw 0xffff, BUFFER & 0xffff, 0x9300 | BUFFER >> 16, 0
    dw 0xffff
move_to:
    dw KERNEL & 0xffff
    dw 0x9300 | KERNEL >> 16, 0
    times 16 db 0

    times 384 - ($ - $$) db 0
    times 510 - ($ - $$) db 0           ; the command line
    dw 0xaa55
