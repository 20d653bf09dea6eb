; SPDX-License-Identifier: MIT
;
; The RAM disk's image. RAMDISK is its file.
global ramdisk_image, ramdisk_end
section .data align=4096
ramdisk_image:
    incbin RAMDISK
ramdisk_end:
section .note.GNU-stack noalloc noexec nowrite progbits
