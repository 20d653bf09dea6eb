/* SPDX-License-Identifier: MIT */
#include "interp/lower.h"

#include "interp/block.h"
#include "interp/exec.h"
#include "interp/machine.h"

/* A byte register's place in the register file: AL, CL, DL, BL, then AH, CH, DH, BH. */
static uint8_t byte_slot(unsigned r)
{
    return (uint8_t)(r < 4 ? 4 * r : 4 * (r - 4) + 1);
}

static uint8_t own_cycles(const struct machine *m, const struct insn *i)
{
    uint32_t cycles;

    if (m->interpreted)
        cycles = m->cost.interpret;
    else
        cycles = *(const uint32_t *)(const void *)((const char *)&m->cost + i->e->cost);
    if (i->lock && !m->interpreted)
        cycles += m->cost.locked;
    return (uint8_t)(cycles < OWN_MAX ? cycles : OWN_MAX);
}

/* LDS and family name the segment register by opcode. */
static uint8_t loaded_segment(enum form form)
{
    switch (form) {
    case FORM_G_M_ES: return ES;
    case FORM_G_M_SS: return SS;
    case FORM_G_M_FS: return FS;
    case FORM_G_M_GS: return GS;
    default: return DS;
    }
}

static bool is_jump(const struct insn *i)
{
    return i->e->form == FORM_J || i->e->form == FORM_J8;
}

static void operands(const struct insn *i, struct op *o)
{
    const struct form_info *f = &form_info[i->e->form];
    uint8_t reg = f->reg8 ? byte_slot(i->reg) : i->reg;

    o->imm = i->imm;
    o->disp = i->e->form == FORM_AP || i->e->form == FORM_IW_I8 ? i->sel : i->disp;
    if (is_jump(i) && i->op32 && (i->e->opcode < 0xe0 || i->e->opcode > 0xe3)) {
        o->target = NULL; /* shares its room with what follows */
        return;
    }
    o->seg = i->seg;
    o->rep = i->rep;
    o->addr16 = !i->addr32;
    o->sreg = loaded_segment(i->e->form);
    if (is_jump(i)) {
        o->reg = i->opcode & 15; /* the condition of a 16-bit Jcc */
    } else if (!f->modrm || i->mem) {
        o->reg = reg;
        o->base = i->base;
        o->index = i->index;
        o->scale = i->scale;
    } else {
        uint8_t rm = f->rm8 ? byte_slot(i->rm) : i->rm;

        o->reg = f->writes_rm ? rm : reg;
        o->base = f->writes_rm ? reg : rm;
    }
}

/* The hole class outside ring 0: traps on a virtualizable CPU, reports when armed. */
static handler *choose(const struct insn *i, unsigned key)
{
    bool outer = key >> KEY_CPL_SHIFT & 3;

    if (i->e->class == CLASS_HOLE && outer && (key & KEY_VIRTUALIZABLE))
        return h_gp0;
    if (i->e->class == CLASS_HOLE && outer && (key & KEY_ARMED))
        return h_hole;
    return i->e->fn[2 * i->op32 + i->mem];
}

static void place(const struct insn *i, int off, const uint16_t sum[2], struct op *o)
{
    *o = (struct op){.off = (int16_t)off, .len = i->len, .d = {sum[0], sum[1]}};
}

unsigned lower(const struct machine *m, const struct insn *i, unsigned key, int off, uint16_t sum[2], struct op *o)
{
    bool ea16 = i->mem && !i->addr32;
    uint8_t own = own_cycles(m, i);
    unsigned n = 0;

    if (ea16) {
        place(i, off, sum, &o[n]);
        o[n].fn = h_ea16;
        o[n].base = i->base;
        o[n].index = i->index;
        o[n].disp = i->disp;
        n++;
    }
    sum[m->clock_insns] = (uint16_t)(sum[m->clock_insns] + own);
    sum[!m->clock_insns]++;
    place(i, off, sum, &o[n]);
    operands(i, &o[n]);
    if (ea16) {
        o[n].base = REG_EA;
        o[n].index = REG_ZERO;
        o[n].disp = 0;
    }
    o[n].own = own;
    o[n].fn = choose(i, key);
    return n + 1;
}

void lower_fault(enum decode_result why, const struct insn *i, int off, const uint16_t sum[2], struct op *o)
{
    place(i, off, sum, o);
    /* begin() takes one instruction off; it has not been added */
    o->d[0]++;
    o->d[1]++;
    o->own = 1;
    o->fn = why == DECODE_LONG ? h_gp0 : h_ud;
}

void lower_end(int off, const uint16_t sum[2], struct op *o)
{
    *o = (struct op){.fn = h_end, .off = (int16_t)off, .d = {sum[0], sum[1]}};
}
