; SPDX-License-Identifier: MIT
; expect: hang
;
; HLT with interrupts off: nothing will ever wake this processor.
%include "micro.inc"

global main, stops
main:
    print "good night"
    cli
stops:
    hlt
    ud2
