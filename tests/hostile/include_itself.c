/* SPDX-License-Identifier: MIT */
/* loses: all
 * Macros that grow without end.
 */
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(A(A(A(A(x))))))
static const char much[] = B(B("grows"));

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    (void)much;
    return honest(lab, t);
}
