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
 * What stands at an opcode: lines by digit, index + 1 or 0. Lines that a prefix or a whole ModRM byte selects stand in a list of
 * their own, and opcodes that have some say so. Filled once, before main(), then read only.
 */
struct row {
    uint16_t line[8];
    bool group, selected;
};
/* One-byte opcodes, two-byte opcodes, and one row for all those behind 0F 38, which are few. */
enum { ROW_0F = 256, ROW_38 = 512, ROWS, MOST_SELECTED = 32 };
static struct row rows[ROWS];
static uint16_t selected[MOST_SELECTED];

static inline struct row *row(unsigned opcode)
{
    if (opcode < ROW_0F)
        return &rows[opcode];
    return &rows[opcode >> 8 == 0x38 ? ROW_38 : ROW_0F + (opcode & 0xff)];
}

static void index_line(unsigned i, struct row *r)
{
    r->group |= isa[i].digit >= 0;
    for (int digit = 0; digit < 8; digit++)
        if (isa[i].digit < 0 || isa[i].digit == digit)
            r->line[digit] = (uint16_t)(i + 1);
}

static void index_selected(unsigned i, unsigned n)
{
    struct row *r = row(isa[i].opcode);

    selected[n] = (uint16_t)i;
    r->selected = true;
    r->group |= isa[i].digit >= 0 || isa[i].modrm;
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
            index_line(i, row(isa[i].opcode + r));
    }
}

bool isa_is_group(unsigned opcode)
{
    return row(opcode)->group;
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
    const struct row *r = row(opcode);
    const struct isa_entry *e = r->selected ? find_selected(opcode, modrm, prefix) : NULL;
    unsigned i = r->line[modrm >> 3 & 7];

    return e || !i ? e : &isa[i - 1];
}
