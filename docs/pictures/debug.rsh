# SPDX-License-Identifier: MIT
# The README's first picture: just behind a kernel's MOV to CR3, and its first access in the new address space.
until kernel_writes_cr3
stepi 2
shot docs/pictures/debug.svg 160x50
