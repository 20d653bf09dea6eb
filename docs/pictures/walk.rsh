# SPDX-License-Identifier: MIT
# A page walk beside the TLB, at the size of a plain terminal.
until kernel_writes_cr3
stepi 2
walk 0x400000 read kernel
shot docs/pictures/walk.svg 80x24 2
