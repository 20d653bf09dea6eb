; SPDX-License-Identifier: MIT
; expect: ok
;
; VGA text (IBM VGA registers): the CRTC's cursor and start address read back, its lock holds registers 0 to 7, the palette
; and the attribute controller are kept, and text memory is memory.
%include "micro.inc"

TEXT equ 0xb8000

; Reads register AL of the CRTC into EAX.
%macro crtc_read 1
    mov dx, 0x3d4
    mov al, %1
    out dx, al
    inc edx
    xor eax, eax
    in al, dx
%endmacro

%macro crtc_write 2
    mov dx, 0x3d4
    mov ax, %2 << 8 | %1                ; index and value at once, as a word
    out dx, ax
%endmacro

global main
main:
    crtc_write 0x0e, 0x03
    crtc_write 0x0f, 0x21
    crtc_read 0x0e
    mov ebx, eax
    crtc_read 0x0f
    shl ebx, 8
    or eax, ebx
    print "cursor:        ", eax
    crtc_write 0x0c, 0x01
    crtc_read 0x0c
    print "start, high:   ", eax
    crtc_write 0x0c, 0x00
    crtc_read 0x01
    print "columns - 1:   ", eax
    crtc_read 0x11
    or al, 0x80
    out dx, al
    crtc_write 0x01, 0x12
    crtc_read 0x01
    print "locked:        ", eax

    mov dx, 0x3c8                       ; colour 5 of the palette
    mov al, 5
    out dx, al
    inc edx
    mov al, 0x11
    out dx, al
    mov al, 0x22
    out dx, al
    mov al, 0x33
    out dx, al
    mov dx, 0x3c7
    mov al, 5
    out dx, al
    mov dx, 0x3c9
    xor eax, eax
    xor ebx, ebx
    mov ecx, 3
.colour:
    in al, dx
    shl ebx, 8
    or ebx, eax
    loop .colour
    print "colour 5:      ", ebx
    mov dx, 0x3cc
    xor eax, eax
    in al, dx
    and al, 1
    print "colour ports:  ", eax

    mov dword [TEXT + 160], 0x07420741  ; "AB"
    mov eax, [TEXT + 160]
    print "text:          ", eax
    mov esi, TEXT + 160
    mov edi, TEXT + 320
    mov ecx, 40
    rep movsd
    mov eax, [TEXT + 320]
    print "scrolled:      ", eax
    ret
