# SPDX-License-Identifier: MIT
# run with: --mode vtx --mmu shadow
# The VM exit of a kernel's MOV to CR3, why it came, and what it left in the VMCS, at the size of a plain terminal.
until kernel_writes_cr3
stepi
shot docs/pictures/vtx.svg 80x24 6
