; SPDX-License-Identifier: MIT
; expect: ok
;
; The real-time clock (MC146818A): the update-ended and the periodic interrupt on IRQ 8, register C that keeps the line up
; until it is read, SET, the alarm, and the memory. What is printed depends on no date.
%include "micro.inc"

%macro rtc_write 2
    mov al, %1
    out 0x70, al
    mov al, %2
    out 0x71, al
%endmacro

%macro rtc_read 1
    mov al, %1
    out 0x70, al
    in al, 0x71
    movzx eax, al
%endmacro

; Waits for COUNT interrupts, prints the flags that they saw.
%macro await 2
    mov dword [ticks], 0
    mov dword [flags], 0
%%wait:
    sti
    hlt
    cli
    cmp dword [ticks], %1
    jb %%wait
    print {%2, ": "}, [flags]
%endmacro

global main, tick
main:
    set_handler 0x28, tick
    call pic_setup
    mov al, 0xfb                        ; the cascade,
    out 0x21, al
    mov al, 0xfe                        ; and IRQ 8
    out 0xa1, al
    rtc_read 13
    print "register D: ", eax
    rtc_read 10
    and al, 0x7f
    print "register A: ", eax
    rtc_read 11
    print "register B: ", eax
    rtc_write 0x40, 0x5a
    rtc_read 0x40
    print "memory:     ", eax

    rtc_write 11, 0x82                  ; SET: the time stands still
    rtc_write 0, 0x59
    rtc_write 2, 0x59
    rtc_write 4, 0x23
    rtc_write 7, 0x28
    rtc_write 8, 0x02
    rtc_write 9, 0x24
    rtc_read 12
    rtc_write 11, 0x12                  ; go, update-ended interrupt
    await 1, "update ended"
    rtc_write 11, 0x02
    rtc_read 0
    print "second: ", eax
    rtc_read 2
    print "minute: ", eax
    rtc_read 4
    print "hour:   ", eax
    rtc_read 7
    print "day:    ", eax
    rtc_read 8
    print "month:  ", eax
    rtc_write 11, 0x84                  ; set again: binary, 12 hours
    rtc_write 4, 0x8c                   ; 12 p.m.
    rtc_write 11, 0x04
    rtc_read 4
    print "hour:   ", eax

    rtc_write 1, 0xc0                   ; an alarm each second
    rtc_write 3, 0xc0
    rtc_write 5, 0xc0
    rtc_read 12
    rtc_write 11, 0x24
    await 1, "alarm"
    rtc_write 10, 0x2a                  ; 64 Hz
    rtc_write 11, 0x44
    rtc_read 12
    await 3, "periodic"
    rtc_write 11, 0x02
    ret

tick:
    push eax
    push ebx
    rtc_read 11
    or al, 0x80
    mov ebx, eax
    rtc_read 12
    and eax, ebx                        ; flags of what is not enabled may be up as well
    or [flags], eax
    pop ebx
    inc dword [ticks]
    mov al, 0x20
    out 0xa0, al
    out 0x20, al
    pop eax
    iret

section .data
ticks: dd 0
flags: dd 0
