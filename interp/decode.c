/* SPDX-License-Identifier: MIT */
#include "interp/decode.h"

#include <string.h>

/* The bytes still to be read. Reading past the end sets `ran_out` and gives zeros. */
struct reader {
    const uint8_t *at, *end;
    bool ran_out;
};

static uint32_t take(struct reader *r, unsigned size)
{
    uint32_t v = 0;

    if ((size_t)(r->end - r->at) < size) {
        r->ran_out = true;
        r->at = r->end;
        return 0;
    }
    memcpy(&v, r->at, size);
    r->at += size;
    return v;
}

static uint32_t take_signed(struct reader *r, unsigned size)
{
    uint32_t v = take(r, size);

    return size == 1 ? (uint32_t)(int8_t)v : size == 2 ? (uint32_t)(int16_t)v : v;
}

enum { NO_SEG = 0xff };

/* Legacy prefixes; the last of a group wins. Returns the first byte that is none. */
static unsigned prefixes(struct reader *r, bool code32, struct insn *i)
{
    for (;;) {
        unsigned b = take(r, 1);

        switch (b) {
        case 0x26: i->seg = ES; break;
        case 0x2e: i->seg = CS; break;
        case 0x36: i->seg = SS; break;
        case 0x3e: i->seg = DS; break;
        case 0x64: i->seg = FS; break;
        case 0x65: i->seg = GS; break;
        case 0x66: i->op32 = !code32; break;
        case 0x67: i->addr32 = !code32; break;
        case 0xf0: i->lock = true; break;
        case 0xf2: i->rep = REP_NE; break;
        case 0xf3: i->rep = REP_E; break;
        default: return b;
        }
        if (r->ran_out)
            return 0;
    }
}

/* 16-bit addressing (SDM Vol. 2, table 2-1). */
static void modrm16(struct reader *r, struct insn *i, unsigned mod)
{
    static const uint8_t base[8] = {EBX, EBX, EBP, EBP, ESI, EDI, EBP, EBX};
    static const uint8_t index[8] = {ESI, EDI, ESI, EDI, REG_ZERO, REG_ZERO, REG_ZERO, REG_ZERO};

    i->base = base[i->rm];
    i->index = index[i->rm];
    if (mod == 0 && i->rm == 6) {
        i->base = REG_ZERO;
        i->disp = take(r, 2);
    } else if (mod == 1) {
        i->disp = take_signed(r, 1);
    } else if (mod == 2) {
        i->disp = take(r, 2);
    }
}

/* 32-bit addressing (SDM Vol. 2, tables 2-2 and 2-3). */
static void modrm32(struct reader *r, struct insn *i, unsigned mod)
{
    i->base = i->rm;
    if (i->rm == 4) {
        unsigned sib = take(r, 1);

        i->base = sib & 7;
        i->scale = (uint8_t)(sib >> 6);
        if ((sib >> 3 & 7) != 4)
            i->index = sib >> 3 & 7;
    }
    if (mod == 0 && i->base == EBP) {
        i->base = REG_ZERO;
        i->disp = take(r, 4);
    } else if (mod == 1) {
        i->disp = take_signed(r, 1);
    } else if (mod == 2) {
        i->disp = take(r, 4);
    }
}

/* MOV to and from CR and DR: ModRM.mod is ignored, the operand is a register (SDM Vol. 2, MOV). */
static bool registers_only(enum form form)
{
    return form == FORM_R_C || form == FORM_C_R || form == FORM_R_D || form == FORM_D_R;
}

static void modrm(struct reader *r, struct insn *i)
{
    unsigned b = take(r, 1), mod = registers_only(i->e->form) ? 3 : b >> 6;

    i->reg = b >> 3 & 7;
    i->rm = b & 7;
    i->mem = mod != 3;
    if (!i->mem)
        return;
    if (i->addr32)
        modrm32(r, i, mod);
    else
        modrm16(r, i, mod);
}

static void immediate(struct reader *r, struct insn *i, enum imm_kind kind)
{
    unsigned size = i->op32 ? 4 : 2;

    switch (kind) {
    case IMM_NONE: break;
    case IMM_ONE: i->imm = 1; break;
    case IMM_8: i->imm = take(r, 1); break;
    case IMM_S8: i->imm = take_signed(r, 1); break;
    case IMM_16: i->imm = take(r, 2); break;
    case IMM_V: i->imm = take_signed(r, size); break;
    case IMM_16_8:
        i->imm = take(r, 2);
        i->sel = (uint16_t)take(r, 1);
        break;
    case IMM_FAR:
        i->imm = take(r, size);
        i->sel = (uint16_t)take(r, 2);
        break;
    case IMM_MOFFS:
        i->disp = take(r, i->addr32 ? 4 : 2);
        i->mem = true;
        break;
    }
}

/* LOCK needs a memory destination of an instruction that can be locked (SDM Vol. 2, LOCK). */
static bool legal(const struct insn *i)
{
    static const uint8_t control_registers = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4;

    if (i->lock && !(i->mem && (i->e->flags & ISA_LOCK)))
        return false;
    switch (i->e->form) {
    case FORM_E_S: return i->reg < SEGS;
    case FORM_S_E: return i->reg < SEGS && i->reg != CS;
    case FORM_R_C:
    case FORM_C_R: return control_registers >> i->reg & 1;
    default: return true;
    }
}

/* Behind the prefixes: one byte, 0F and one, or 0F 38 and one. */
static unsigned opcode(struct reader *r, unsigned first)
{
    unsigned second;

    if (first != 0x0f)
        return first;
    second = take(r, 1);
    return second == 0x38 ? 0x3800 | take(r, 1) : 0x0f00 | second;
}

/* F2 and F3 come before 66 (SDM Vol. 2, 2.1.2). */
static enum isa_prefix mandatory(const struct insn *i, bool code32)
{
    if (i->rep)
        return i->rep == REP_E ? PREFIX_F3 : PREFIX_F2;
    return i->op32 != code32 ? PREFIX_66 : PREFIX_NONE;
}

enum decode_result decode(const uint8_t *bytes, unsigned n, bool code32, struct insn *i)
{
    struct reader r = {bytes, bytes + (n < INSN_MAX ? n : INSN_MAX), false};
    const struct form_info *f;
    bool group;

    *i = (struct insn){.op32 = code32, .addr32 = code32, .seg = NO_SEG, .base = REG_ZERO, .index = REG_ZERO};
    i->opcode = opcode(&r, prefixes(&r, code32, i));
    group = isa_is_group(i->opcode);
    i->e = isa_find(i->opcode, group && r.at < r.end ? *r.at : 0, mandatory(i, code32));
    if (group && r.at == r.end)
        r.ran_out = true;
    if (i->e && !r.ran_out) {
        f = &form_info[i->e->form];
        if (f->modrm)
            modrm(&r, i);
        else
            i->reg = f->fixed == FIX_Z ? i->opcode & 7 : f->fixed;
        immediate(&r, i, f->imm);
    }
    i->len = (uint8_t)(r.at - bytes);
    if (r.ran_out)
        return n < INSN_MAX ? DECODE_MORE : DECODE_LONG;
    if (!i->e || !legal(i))
        return DECODE_UD;
    if (i->seg == NO_SEG)
        i->seg = i->mem && (i->base == ESP || i->base == EBP) ? SS : DS;
    return DECODE_OK;
}
