/* SPDX-License-Identifier: MIT */
/* loses: all
 * A hidden test, through the assembler.
 */
__asm__(".section .rodata\nleaked: .incbin \"@ROOT@/build/labs/02-trap-and-emulate/tests/hidden/flags.elf\"\n.text");

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
