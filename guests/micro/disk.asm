; SPDX-License-Identifier: MIT
; expect: ok
; disk: sectors.img
;
; An ATA disk by PIO (ATA/ATAPI-4): what IDENTIFY says of its size, sectors by LBA and by cylinder, head and sector, polled
; and by interrupt, several to a block, writing, errors, a drive that is not there, and a soft reset.
%include "micro.inc"

DATA    equ 0x1f0
ERROR   equ 0x1f1
COUNT   equ 0x1f2
LBA0    equ 0x1f3
DEVICE  equ 0x1f6
COMMAND equ 0x1f7
CONTROL equ 0x3f6

; Waits while the drive is busy; its status is in AL.
wait_idle:
    mov dx, COMMAND
.again:
    in al, dx
    test al, 0x80
    jnz .again
    ret

; Registers: ECX sectors, EBX address (LBA), AH device bits beside it. AL: command.
issue:
    push eax
    call wait_idle
    pop eax
    push eax
    mov dx, DEVICE
    mov al, ah
    out dx, al
    mov dx, COUNT
    mov al, cl
    out dx, al
    mov dx, LBA0
    mov al, bl
    out dx, al
    inc edx
    mov al, bh
    out dx, al
    inc edx
    mov eax, ebx
    shr eax, 16
    out dx, al
    pop eax
    mov dx, COMMAND
    out dx, al
    ret

; ECX words of data to `buffer`.
read_words:
    mov dx, DATA
    mov edi, buffer
    rep insw
    ret

; command OPCODE, ADDRESS, COUNT[, DEVICE]
%macro command 3-4 0xe0
    mov eax, %1 | %4 << 8
    mov ebx, %2
    mov ecx, %3
    call issue
%endmacro

%macro status 1
    call wait_idle
    and eax, 0xef                       ; seeks are over, or not spoken of
    print {%1, ", status: "}, eax
%endmacro

%macro word_of 2
    movzx eax, word [buffer + 2 * %1]
    print {%2, ": "}, eax
%endmacro

global main, disk_interrupt
main:
    set_handler 0x2e, disk_interrupt
    call pic_setup
    mov al, 0xfb                        ; the cascade,
    out 0x21, al
    mov al, 0xbf                        ; and IRQ 14
    out 0xa1, al

    command 0xec, 0, 0
    status "identify"
    mov ecx, 256
    call read_words
    word_of 1, "cylinders"
    word_of 3, "heads"
    word_of 6, "sectors"
    print "capacity:  ", [buffer + 120]
    status "identified"

    command 0x20, 0x123, 1              ; READ SECTORS
    status "read"
    mov ecx, 256
    call read_words
    print "sector:    ", [buffer]
    status "sector read"

    command 0x20, 0x0105, 1, 0xa2       ; cylinder 1, head 2, sector 5
    call wait_idle
    mov ecx, 256
    call read_words
    print "by CHS:    ", [buffer]

    command 0x30, 0x200, 2              ; WRITE SECTORS
    mov dword [pattern], 0xc0ffee00
    mov ecx, 2
.write:
    call wait_idle
    push ecx
    mov dx, DATA
    mov ecx, 256
    mov eax, [pattern]
.word:
    out dx, ax
    loop .word
    inc dword [pattern]
    pop ecx
    loop .write
    status "written"
    command 0xe7, 0, 0                  ; FLUSH CACHE
    status "flushed"
    command 0xc6, 0, 4                  ; SET MULTIPLE
    status "block of 4"
    command 0xc4, 0x1ff, 4              ; READ MULTIPLE
    call wait_idle
    mov ecx, 1024
    call read_words
    print "before:    ", [buffer]
    print "first:     ", [buffer + 512]
    print "second:    ", [buffer + 1024]
    print "behind:    ", [buffer + 1536]
    status "blocks read"

    command 0x20, 4032, 1               ; past the end
    status "no such sector"
    command 0x01, 0, 0                  ; no such command
    status "no such command"
    mov dx, ERROR
    xor eax, eax
    in al, dx
    print "error:     ", eax

    sti                                 ; what polling left behind
    nop
    cli
    mov dword [interrupts], 0
    command 0x20, 0x300, 3              ; by interrupt
    mov ecx, 3
.sector:
    cli
    cmp dword [interrupts], 0
    jne .came
    sti
    hlt
    jmp .sector
.came:
    dec dword [interrupts]
    sti
    push ecx
    mov ecx, 256
    call read_words
    pop ecx
    print "interrupt: ", [buffer]
    loop .sector
    cli

    mov dx, DEVICE                      ; drive 1 is not there
    mov al, 0xf0
    out dx, al
    mov dx, COMMAND
    xor eax, eax
    in al, dx
    print "drive 1:   ", eax
    mov al, 0xec
    out dx, al
    in al, dx
    print "identify:  ", eax

    mov dx, DEVICE
    mov al, 0xe0
    out dx, al
    mov dx, CONTROL                     ; SRST, with interrupts off
    mov al, 6
    out dx, al
    mov al, 2
    out dx, al
    status "reset"
    mov dx, ERROR
    in al, dx
    print "error:     ", eax
    mov dx, COUNT
    in al, dx
    print "count:     ", eax
    inc edx
    in al, dx
    print "LBA 0:     ", eax
    inc edx
    in al, dx
    print "LBA 1:     ", eax
    ret

disk_interrupt:
    push eax
    push edx
    inc dword [interrupts]
    mov dx, COMMAND                     ; reading the status takes INTRQ back
    in al, dx
    mov al, 0x20
    out 0xa0, al
    out 0x20, al
    pop edx
    pop eax
    iret

section .data
interrupts: dd 0
pattern:    dd 0

section .bss
buffer: resb 4096
