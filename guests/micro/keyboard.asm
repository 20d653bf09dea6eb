; SPDX-License-Identifier: MIT
; expect: ok
; keys: 300000000 a
; keys: 900000000 left
;
; The keyboard: IRQ 1, and scan codes from port 0x60 (8042, translated to set 1). Prints the codes of two keys pressed and
; released: A, and the left arrow, whose codes have the prefix e0.
%include "micro.inc"

CODES equ 6                             ; 1e 9e, e0 4b e0 cb

global main, key
main:
    set_handler 0x21, key
    call pic_setup
    mov al, 0xfd                        ; only IRQ 1
    out 0x21, al
.wait:
    sti
    hlt
    cli
    cmp dword [count], CODES
    jb .wait
    mov esi, codes
    mov ecx, CODES
next_code:
    movzx eax, byte [esi]
    print "scan code ", eax
    inc esi
    loop next_code
    ret

key:
    push eax
    push ebx
    in al, 0x60
    mov ebx, [count]
    mov [codes + ebx], al
    inc dword [count]
    mov al, 0x20
    out 0x20, al
    pop ebx
    pop eax
    iret

section .data
count: dd 0

section .bss
codes: resb 64
