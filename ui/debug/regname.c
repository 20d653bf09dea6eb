/* SPDX-License-Identifier: MIT */
#include "ui/debug/regname.h"

#include <string.h>
#include <strings.h>

#include "interp/machine.h"

#define SEGMENT(name_, index_)                                                                                         \
    {name_, REG_SELECTOR, index_}, {name_ ".base", REG_BASE, index_}, {name_ ".limit", REG_LIMIT, index_},             \
    {                                                                                                                  \
        name_ ".attr", REG_ATTR, index_                                                                                \
    }

/* clang-format off */
const struct reg_name reg_names[] = {
    {"eax", REG_GENERAL, EAX}, {"ecx", REG_GENERAL, ECX}, {"edx", REG_GENERAL, EDX}, {"ebx", REG_GENERAL, EBX},
    {"esp", REG_GENERAL, ESP}, {"ebp", REG_GENERAL, EBP}, {"esi", REG_GENERAL, ESI}, {"edi", REG_GENERAL, EDI},
    {"ax", REG_WORD, EAX}, {"cx", REG_WORD, ECX}, {"dx", REG_WORD, EDX}, {"bx", REG_WORD, EBX},
    {"bp", REG_WORD, EBP}, {"si", REG_WORD, ESI}, {"di", REG_WORD, EDI},
    {"al", REG_LOW, EAX}, {"cl", REG_LOW, ECX}, {"dl", REG_LOW, EDX}, {"bl", REG_LOW, EBX},
    {"ah", REG_HIGH, EAX}, {"ch", REG_HIGH, ECX}, {"dh", REG_HIGH, EDX}, {"bh", REG_HIGH, EBX},
    /* gdb's names for any processor's: not the 16-bit parts */
    {"pc", REG_PC, 0}, {"sp", REG_GENERAL, ESP}, {"fp", REG_GENERAL, EBP}, {"ps", REG_EFLAGS, 0},
    {"eip", REG_EIP, 0}, {"eflags", REG_EFLAGS, 0},
    {"cf", REG_FLAG, 0}, {"pf", REG_FLAG, 2}, {"af", REG_FLAG, 4}, {"zf", REG_FLAG, 6}, {"sf", REG_FLAG, 7},
    {"tf", REG_FLAG, 8}, {"if", REG_FLAG, 9}, {"df", REG_FLAG, 10}, {"of", REG_FLAG, 11}, {"nt", REG_FLAG, 14},
    {"ac", REG_FLAG, 18}, {"iopl", REG_FIELD, 12},
    {"cr0", REG_CR, 0}, {"cr2", REG_CR, 2}, {"cr3", REG_CR, 3}, {"cr4", REG_CR, 4},
    {"dr0", REG_DR, 0}, {"dr1", REG_DR, 1}, {"dr2", REG_DR, 2}, {"dr3", REG_DR, 3}, {"dr6", REG_DR, 6},
    {"dr7", REG_DR, 7},
    SEGMENT("cs", CS), SEGMENT("ss", SS), SEGMENT("ds", DS), SEGMENT("es", ES), SEGMENT("fs", FS), SEGMENT("gs", GS),
    SEGMENT("ldtr", LDTR), SEGMENT("tr", TR),
    {"gdtr", REG_TABLE_BASE, 0}, {"gdtr.base", REG_TABLE_BASE, 0}, {"gdtr.limit", REG_TABLE_LIMIT, 0},
    {"idtr", REG_TABLE_BASE, 1}, {"idtr.base", REG_TABLE_BASE, 1}, {"idtr.limit", REG_TABLE_LIMIT, 1},
    {"cpl", REG_CPL, 0}, {"tick", REG_TICK, 0}, {"insns", REG_INSNS, 0}, {"cycles", REG_CYCLES, 0},
    {NULL, 0, 0}};
/* clang-format on */

const struct reg_name *reg_find(const char *name, size_t n)
{
    for (const struct reg_name *r = reg_names; r->name; r++)
        if (strlen(r->name) == n && strncasecmp(r->name, name, n) == 0)
            return r;
    return NULL;
}

static uint32_t control(const struct cpu *c, unsigned n)
{
    return n == 0 ? c->cr0 : n == 2 ? c->cr2 : n == 3 ? c->cr3 : c->cr4;
}

int64_t reg_value(const struct reg_name *r, const struct machine *m)
{
    const struct cpu *c = &m->cpu;
    const struct dtr *table = r->index ? &c->idtr : &c->gdtr;

    switch ((enum reg_kind)r->kind) {
    case REG_GENERAL: return c->r[r->index];
    case REG_WORD: return c->r[r->index] & 0xffff;
    case REG_LOW: return c->r[r->index] & 0xff;
    case REG_HIGH: return c->r[r->index] >> 8 & 0xff;
    case REG_PC: return (uint32_t)(c->seg[CS].base + c->eip);
    case REG_EIP: return c->eip;
    case REG_EFLAGS: return cpu_eflags(c);
    case REG_FLAG: return cpu_eflags(c) >> r->index & 1;
    case REG_FIELD: return cpu_eflags(c) >> r->index & 3;
    case REG_CR: return control(c, r->index);
    case REG_DR: return c->dr[r->index];
    case REG_SELECTOR: return c->seg[r->index].sel;
    case REG_BASE: return c->seg[r->index].base;
    case REG_LIMIT: return c->seg[r->index].limit;
    case REG_ATTR: return c->seg[r->index].attr;
    case REG_TABLE_BASE: return table->base;
    case REG_TABLE_LIMIT: return table->limit;
    case REG_CPL: return c->cpl;
    case REG_TICK: return (int64_t)c->t[0];
    case REG_INSNS: return (int64_t)cpu_insns(c);
    case REG_CYCLES: return (int64_t)cpu_cycles(c);
    }
    return 0;
}
