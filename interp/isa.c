/* SPDX-License-Identifier: MIT */
#include "interp/isa.h"

#include "interp/cost.h"
#include "interp/isa_handlers.h"

const struct form_info form_info[FORMS] = {
#define FORM(name, modrm, imm, fixed, reg8, rm8, writes_rm, text) {modrm, imm, fixed, reg8, rm8, writes_rm, text},
    ISA_FORMS
#undef FORM
};

/* The column `select`: ModRM.reg or ANY, the prefix, and the whole ModRM byte, in one number. */
enum { ANY = 8, NO = 15, PREFIX_SHIFT = 4, MODRM_SHIFT = 8 };
#define NP(reg) (PREFIX_NONE << PREFIX_SHIFT | (reg))
#define P66(reg) (PREFIX_66 << PREFIX_SHIFT | (reg))
#define PF3(reg) (PREFIX_F3 << PREFIX_SHIFT | (reg))
#define EXACT(byte) ((byte) << MODRM_SHIFT | NP(ANY))
#define SELECT(s) (s) & ANY ? -1 : (s)&7, (s) >> PREFIX_SHIFT & 7, (s) >> MODRM_SHIFT

enum { LOCK = ISA_LOCK, REP = ISA_REP, ENDS = ISA_ENDS };

/* A class and, for holes, the place in the list: one column in the table, two members here. */
#define INNOCUOUS CLASS_INNOCUOUS, 0
#define PRIVILEGED CLASS_PRIVILEGED, 0
#define HOLE(n) CLASS_HOLE, n
#define LIST(...) __VA_ARGS__
#define ENTRY(opcode, select, mnemonic, form, handlers, price, ...)                                                    \
    {opcode, SELECT(select), FORM_##form, mnemonic, {handlers}, offsetof(struct cost, price), __VA_ARGS__},
#define I(opcode, select, mnemonic, form, handlers, price, class, flags)                                               \
    ENTRY(opcode, select, mnemonic, form, LIST(handlers), price, class, flags)

const struct isa_entry isa[] = {
#include "interp/isa.def"
};
#undef I

const unsigned isa_count = sizeof isa / sizeof isa[0];

/*
 * isa[] by opcode (two-byte ones from 256 on) and digit: index + 1, or 0. Lines that a prefix or a whole ModRM byte selects
 * stand in a list of their own, and opcodes that have some are marked. Filled once, before main(), then read only.
 */
enum { MOST_SELECTED = 32 };
static uint16_t by_opcode[512][8], selected[MOST_SELECTED];
static bool group[512], has_selected[512];

/* Opcodes behind 0F 38 are few, and all selected: they have no rows. */
static bool behind_38(unsigned opcode)
{
    return opcode >> 8 == 0x38;
}

static unsigned row(unsigned opcode)
{
    return (opcode & 0xff) + (opcode > 0xff ? 256 : 0);
}

static void index_line(unsigned i, unsigned opcode)
{
    group[row(opcode)] |= isa[i].digit >= 0 || isa[i].modrm;
    for (int digit = 0; digit < 8; digit++)
        if (isa[i].digit < 0 || isa[i].digit == digit)
            by_opcode[row(opcode)][digit] = (uint16_t)(i + 1);
}

static void index_selected(unsigned i, unsigned n)
{
    selected[n] = (uint16_t)i;
    if (behind_38(isa[i].opcode))
        return;
    has_selected[row(isa[i].opcode)] = true;
    group[row(isa[i].opcode)] |= isa[i].digit >= 0 || isa[i].modrm;
}

__attribute__((constructor)) static void index_isa(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < isa_count; i++) {
        /* Opcodes whose low three bits are a register stand once in the table, at the first. */
        unsigned count = form_info[isa[i].form].fixed == FIX_Z ? 8 : 1;

        if (isa[i].prefix && n < MOST_SELECTED)
            index_selected(i, n++);
        for (unsigned r = 0; r < count && !isa[i].prefix; r++)
            index_line(i, isa[i].opcode + r);
    }
}

bool isa_is_group(unsigned opcode)
{
    return !behind_38(opcode) && group[row(opcode)];
}

static const struct isa_entry *find_selected(unsigned opcode, unsigned modrm, enum isa_prefix prefix)
{
    for (unsigned n = 0; n < MOST_SELECTED; n++) {
        const struct isa_entry *e = &isa[selected[n]];

        if (e->opcode == opcode && e->prefix == prefix && (e->digit < 0 || (unsigned)e->digit == (modrm >> 3 & 7)) &&
            (!e->modrm || e->modrm == modrm))
            return e;
    }
    return NULL;
}

const struct isa_entry *isa_find(unsigned opcode, unsigned modrm, enum isa_prefix prefix)
{
    const struct isa_entry *e = NULL;
    unsigned i;

    if (behind_38(opcode) || has_selected[row(opcode)])
        e = find_selected(opcode, modrm, prefix);
    if (e || behind_38(opcode))
        return e;
    i = by_opcode[row(opcode)][modrm >> 3 & 7];
    return i ? &isa[i - 1] : NULL;
}
