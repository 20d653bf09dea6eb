/* SPDX-License-Identifier: MIT */
#include "interp/isa.h"

#include "interp/cost.h"
#include "interp/isa_handlers.h"

const struct form_info form_info[FORMS] = {
#define FORM(name, modrm, imm, fixed, reg8, rm8, writes_rm, text) {modrm, imm, fixed, reg8, rm8, writes_rm, text},
    ISA_FORMS
#undef FORM
};

enum { NO = -1, LOCK = ISA_LOCK, REP = ISA_REP, ENDS = ISA_ENDS, MISS = ISA_MISSING };

/* A class and, for holes, the place in the list: one column in the table, two members here. */
#define INNOCUOUS CLASS_INNOCUOUS, 0
#define PRIVILEGED CLASS_PRIVILEGED, 0
#define HOLE(n) CLASS_HOLE, n
#define LIST(...) __VA_ARGS__
#define ENTRY(opcode, digit, mnemonic, form, handlers, price, ...)                                                     \
    {opcode, digit, FORM_##form, mnemonic, {handlers}, offsetof(struct cost, price), __VA_ARGS__},
#define I(opcode, digit, mnemonic, form, handlers, price, class, flags)                                                \
    ENTRY(opcode, digit, mnemonic, form, LIST(handlers), price, class, flags)

const struct isa_entry isa[] = {
#include "interp/isa.def"
};
#undef I

const unsigned isa_count = sizeof isa / sizeof isa[0];

/* isa[] by opcode (two-byte ones from 256 on) and digit: index + 1, or 0. Filled once, before main(), then read only. */
static uint16_t by_opcode[512][8];
static bool group[512];

static unsigned row(unsigned opcode)
{
    return (opcode & 0xff) + (opcode > 0xff ? 256 : 0);
}

__attribute__((constructor)) static void index_isa(void)
{
    for (unsigned i = 0; i < isa_count; i++) {
        /* Opcodes whose low three bits are a register stand once in the table, at the first. */
        unsigned count = form_info[isa[i].form].fixed == FIX_Z ? 8 : 1;

        for (unsigned r = 0; r < count; r++)
            for (int digit = 0; digit < 8; digit++)
                if (isa[i].digit < 0 || isa[i].digit == digit)
                    by_opcode[row(isa[i].opcode + r)][digit] = (uint16_t)(i + 1);
        group[row(isa[i].opcode)] = isa[i].digit >= 0;
    }
}

bool isa_is_group(unsigned opcode)
{
    return group[row(opcode)];
}

const struct isa_entry *isa_find(unsigned opcode, unsigned digit)
{
    unsigned i = by_opcode[row(opcode)][digit & 7];

    return i ? &isa[i - 1] : NULL;
}
