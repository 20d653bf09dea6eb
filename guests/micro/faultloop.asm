; SPDX-License-Identifier: MIT
; expect: hang
;
; A handler that begins with the fault that it handles, on a stack where nobody answers, so that nothing stops it: no
; instruction ever retires again. A processor goes on like that until it is reset.
%include "micro.inc"

global main, undefined
main:
    set_handler 6, undefined
    mov esp, 0xf0000000
undefined:
    ud2
