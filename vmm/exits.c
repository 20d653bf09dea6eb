/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "vmm/monitor.h"

const struct exit_info exit_info[EXIT_REASONS] = {
#define EXIT(name, doc) {#name, doc},
#include "vmm/exit.def"
#undef EXIT
};

/* Opcode (two-byte: 0x0fNN), ModRM.reg or ANY -> reason; what is not here goes by class. */
enum { ANY = 8 };
static const struct {
    uint16_t opcode;
    uint8_t digit, reason;
} by_opcode[] = {
    {0x0f20, ANY, EXIT_cr_access},
    {0x0f21, ANY, EXIT_cr_access},
    {0x0f22, ANY, EXIT_cr_access},
    {0x0f23, ANY, EXIT_cr_access},
    {0x0f06, ANY, EXIT_cr_access},
    {0x0f01, 6, EXIT_cr_access},
    {0x0f01, 7, EXIT_cr_access},
    {0xe4, ANY, EXIT_io},
    {0xe5, ANY, EXIT_io},
    {0xe6, ANY, EXIT_io},
    {0xe7, ANY, EXIT_io},
    {0xec, ANY, EXIT_io},
    {0xed, ANY, EXIT_io},
    {0xee, ANY, EXIT_io},
    {0xef, ANY, EXIT_io},
    {0x6c, ANY, EXIT_io},
    {0x6d, ANY, EXIT_io},
    {0x6e, ANY, EXIT_io},
    {0x6f, ANY, EXIT_io},
    {0xfa, ANY, EXIT_interrupt_flag},
    {0xfb, ANY, EXIT_interrupt_flag},
    {0xf4, ANY, EXIT_hlt},
    {0x0f00, 2, EXIT_descriptor_table},
    {0x0f00, 3, EXIT_descriptor_table},
    {0x0f01, 2, EXIT_descriptor_table},
    {0x0f01, 3, EXIT_descriptor_table},
};

bool exit_decode(struct machine *guest, struct insn *i)
{
    const struct cpu *v = &guest->cpu;
    uint8_t bytes[INSN_MAX];
    unsigned n = lin_peek_some(guest, v->seg[CS].base + v->eip, bytes, sizeof bytes);

    return decode(bytes, n, v->seg[CS].attr & ATTR_D, i) == DECODE_OK;
}

enum exit_reason exit_classify(struct machine *guest, const struct trap *t)
{
    struct insn i;

    if (t->vector != VEC_GP && t->vector != VEC_NP && t->vector != VEC_SS)
        return EXIT_exception;
    if (!exit_decode(guest, &i))
        return EXIT_exception;
    for (unsigned n = 0; n < sizeof by_opcode / sizeof by_opcode[0]; n++)
        if (by_opcode[n].opcode == i.opcode && (by_opcode[n].digit == ANY || by_opcode[n].digit == i.reg))
            return by_opcode[n].reason;
    if (i.e->class == CLASS_HOLE)
        return EXIT_sensitive;
    return i.e->class == CLASS_PRIVILEGED ? EXIT_privileged : EXIT_exception;
}
