; SPDX-License-Identifier: MIT
;
; The disk of guests that want one (`; disk:` in their head): 4 cylinders of 16 heads and 63 sectors, each sector full of its
; number.
%assign sector 0
%rep 4 * 16 * 63
    times 128 dd sector
%assign sector sector + 1
%endrep
