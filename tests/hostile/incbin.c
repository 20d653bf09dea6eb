/* SPDX-License-Identifier: MIT */
/* loses: all
 * A file of the system, through the assembler.
 */
__asm__(".section .rodata\nleaked: .incbin \"/etc/passwd\"\n.text");

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
