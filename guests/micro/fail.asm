; SPDX-License-Identifier: MIT
; expect: failed 3
;
; A guest that ends with a number other than 0.
%include "micro.inc"

global main
main:
    print "this guest fails, on purpose"
    mov al, 3
    jmp exit_al
