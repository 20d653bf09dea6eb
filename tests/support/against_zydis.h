/* SPDX-License-Identifier: MIT */
/*
 * One instruction, decoded by us and by Zydis: same verdict, length, name, sizes and operands. In a header, because the
 * test program and the fuzz target are linked apart.
 */
#ifndef TESTS_SUPPORT_AGAINST_ZYDIS_H
#define TESTS_SUPPORT_AGAINST_ZYDIS_H

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <string.h>

#include "interp/decode.h"
#include "interp/isa_handlers.h"

struct against {
    struct insn i;
    enum decode_result ours;
    bool theirs;
    bool compared; /* both accept it, and it is no exception */
    ZydisDecodedInstruction z;
    ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
};

static inline void against_init(ZydisDecoder *d, bool code32)
{
    ZydisDecoderInit(d, code32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
                     code32 ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16);
}

/* Where the two differ rightly: what is not compared, and why. Everything else must be the same. */
enum { AGAINST_VERDICT = 1, AGAINST_NAME = 2, AGAINST_SIZE = 4, AGAINST_OPERANDS = 8, AGAINST_ALL = 15 };

static inline unsigned against_exempt(const struct insn *i)
{
    static const struct {
        uint16_t first, last;
        bool rep; /* with REP or REPNE only */
        unsigned what;
    } table[] = {
        /* Our escape instruction. */
        {0x0f04, 0x0f04, false, AGAINST_ALL},
        /* A P6's row of hint NOPs; newer processors have put prefetches, MPX and CET there, some with fewer forms. */
        {0x0f18, 0x0f1f, false, AGAINST_ALL},
        /* x87: without a unit they are all one instruction, reserved encodings included. */
        {0xd8, 0xdf, false, AGAINST_VERDICT | AGAINST_NAME | AGAINST_SIZE},
        /* TZCNT and LZCNT: a P6 runs BSF and BSR. */
        {0x0fbc, 0x0fbd, true, AGAINST_NAME},
        /* MOV to and from CR and DR, CMPXCHG8B, VMX: of one size, whatever the prefixes. */
        {0x0f20, 0x0f23, false, AGAINST_SIZE},
        {0x0f78, 0x0f79, false, AGAINST_SIZE},
        {0x3880, 0x3881, false, AGAINST_SIZE},
        {0x0fc7, 0x0fc7, false, AGAINST_SIZE},
    };
    unsigned what = 0;

    for (unsigned n = 0; n < sizeof table / sizeof *table; n++)
        if (i->opcode >= table[n].first && i->opcode <= table[n].last && (i->rep || !table[n].rep))
            what |= table[n].what;
    return what;
}

/* Younger than the Pentium Pro, or of other makers: what Zydis knows and isa.def does not. */
static inline bool against_is_younger(const struct insn *i)
{
    static const uint16_t range[][2] = {
        {0x8f, 0x8f},     /* XOP, where POP has another digit */
        {0xc6, 0xc7},     /* XABORT, XBEGIN */
        {0x0f01, 0x0f01}, /* RSTORSSP and its like */
        {0x0f05, 0x0f05}, /* SYSCALL, */
        {0x0f07, 0x0f07}, /* SYSRET */
        {0x0f0d, 0x0f17}, /* PREFETCHW, FEMMS, 3DNow!, SSE */
        {0x0f24, 0x0f2f}, /* SSE */
        {0x0f37, 0x0f3a}, /* GETSEC; SSSE3 and later */
        {0x0f50, 0x0f7f}, /* SSE, MMX */
        {0x0fa6, 0x0fa7}, /* VIA's */
        {0x0fae, 0x0fae}, /* FXSAVE and its group */
        {0x0fb8, 0x0fb9}, /* POPCNT; UD1, */
        {0x0fc2, 0x0fc7}, /* SSE; RDRAND */
        {0x3800, 0x38ff}, /* SSSE3 and later */
        {0x0fd0, 0x0fff}, /* MMX, SSE; UD0: #UD has no name there */
    };

    for (unsigned n = 0; n < sizeof range / sizeof *range; n++)
        if (i->opcode >= range[n][0] && i->opcode <= range[n][1])
            return true;
    return false;
}

/* Forms that do not exist, such as LES of a register: all of them end in #UD. */
static inline bool against_is_ud(const struct insn *i)
{
    return i->opcode != 0x0f0b && i->e->fn[2 * i->op32 + i->mem] == h_ud;
}

/* Zydis names some by their operand size, and a few otherwise. */
static inline bool against_same_name(const struct against *a)
{
    static const char *const other[][2] = {{"cbw", "cwde"},      {"cwd", "cdq"},     {"jcxz", "jecxz"},
                                           {"call far", "call"}, {"jmp far", "jmp"}, {"ret far", "ret"},
                                           {"xchg", "nop"},      {"wait", "fwait"}};
    const char *ours = a->i.e->mnemonic, *theirs = ZydisMnemonicGetString(a->z.mnemonic);

    for (unsigned n = 0; n < sizeof other / sizeof *other; n++)
        if (strcmp(ours, other[n][0]) == 0 && strcmp(theirs, other[n][1]) == 0)
            return true;
    return strncmp(ours, theirs, strlen(ours)) == 0 &&
           (theirs[strlen(ours)] == 0 || (strchr("bwd", theirs[strlen(ours)]) && !theirs[strlen(ours) + 1]));
}

static inline bool against_same_register(ZydisRegister r, unsigned ours, bool wide)
{
    return ours == REG_ZERO
               ? r == ZYDIS_REGISTER_NONE
               : r == ZydisRegisterEncode(wide ? ZYDIS_REGCLASS_GPR32 : ZYDIS_REGCLASS_GPR16, (ZyanU8)ours);
}

static inline bool against_same_memory(const struct insn *i, const ZydisDecodedOperand *o)
{
    static const ZydisRegister seg[] = {ZYDIS_REGISTER_ES, ZYDIS_REGISTER_CS, ZYDIS_REGISTER_SS,
                                        ZYDIS_REGISTER_DS, ZYDIS_REGISTER_FS, ZYDIS_REGISTER_GS};
    uint32_t mask = i->addr32 ? UINT32_MAX : 0xffff;
    /* Before an indirect CALL or JMP newer processors read a DS prefix as NOTRACK; LEA's address is of no segment. */
    bool no_segment = i->opcode == 0x8d || (i->opcode == 0xff && (i->reg == 2 || i->reg == 4) && i->seg == DS);

    return against_same_register(o->mem.base, i->base, i->addr32) &&
           against_same_register(o->mem.index, i->index, i->addr32) &&
           (i->index == REG_ZERO || !i->addr32 || o->mem.scale == 1u << i->scale) &&
           (((uint32_t)o->mem.disp.value ^ i->disp) & mask) == 0 && (no_segment || o->mem.segment == seg[i->seg]);
}

/* NULL, or what is not the same of a general register. */
static inline const char *against_register(const struct insn *i, const ZydisDecodedOperand *o)
{
    const struct form_info *f = &form_info[i->e->form];
    unsigned id = (unsigned)ZydisRegisterGetId(o->reg.value);

    switch (o->encoding) {
    case ZYDIS_OPERAND_ENCODING_MODRM_REG: return id != i->reg || (o->size == 8) != f->reg8 ? "ModRM.reg" : NULL;
    case ZYDIS_OPERAND_ENCODING_MODRM_RM: return i->mem || id != i->rm || (o->size == 8) != f->rm8 ? "ModRM.rm" : NULL;
    case ZYDIS_OPERAND_ENCODING_OPCODE: return id != i->reg ? "the register in the opcode" : NULL;
    default: return NULL;
    }
}

/* NULL, or which operand is not the same. */
static inline const char *against_operands(const struct against *a)
{
    const struct insn *i = &a->i;
    const struct form_info *f = &form_info[i->e->form];
    unsigned memory = 0, immediates = 0;
    const char *what = NULL;

    for (unsigned n = 0; n < a->z.operand_count_visible && !what; n++) {
        const ZydisDecodedOperand *o = &a->operand[n];

        if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && ZydisRegisterGetClass(o->reg.value) >= ZYDIS_REGCLASS_GPR8 &&
            ZydisRegisterGetClass(o->reg.value) <= ZYDIS_REGCLASS_GPR32) {
            what = against_register(i, o);
        } else if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && (f->modrm || f->imm == IMM_MOFFS)) {
            memory++;
            what = i->mem && against_same_memory(i, o) ? NULL : "the memory operand";
        } else if (o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && o->encoding != ZYDIS_OPERAND_ENCODING_NONE) {
            uint32_t mask = o->size >= 32 ? UINT32_MAX : (1u << o->size) - 1;
            uint32_t ours = f->imm == IMM_16_8 && immediates ? i->sel : i->imm; /* ENTER has two */

            immediates++;
            what = ((uint32_t)o->imm.value.u ^ ours) & mask ? "the immediate" : NULL;
        } else if (o->type == ZYDIS_OPERAND_TYPE_POINTER) {
            what = o->ptr.segment != i->sel || (uint32_t)o->ptr.offset != i->imm ? "the far pointer" : NULL;
        }
    }
    return what ? what : i->mem && !memory ? "a memory operand that Zydis does not see" : NULL;
}

/* NULL, or what is not the same. */
static inline const char *against(const ZydisDecoder *d, const uint8_t *bytes, unsigned n, bool code32,
                                  struct against *a)
{
    const struct insn *i = &a->i;
    unsigned exempt;

    a->ours = decode(bytes, n, code32, &a->i);
    a->theirs = ZYAN_SUCCESS(ZydisDecoderDecodeFull(d, bytes, n, &a->z, a->operand));
    a->compared = false;
    if (a->ours != DECODE_OK) {
        if (!a->theirs || (a->ours == DECODE_UD && !i->e && against_is_younger(i)))
            return NULL;
        return a->ours == DECODE_MORE   ? "we want more bytes"
               : a->ours == DECODE_LONG ? "we find it too long"
                                        : "we refuse it";
    }
    if (i->len > n || i->len > INSN_MAX)
        return "more bytes than there are";
    exempt = against_exempt(i);
    if (against_is_ud(i) || (!a->theirs && (exempt & AGAINST_VERDICT)))
        return NULL;
    if (!a->theirs)
        return "only we accept it";
    a->compared = true;
    if (i->len != a->z.length)
        return "the length";
    if (!(exempt & AGAINST_NAME) && !against_same_name(a))
        return "the name";
    if (a->z.address_width != (i->addr32 ? 32 : 16))
        return "the address size";
    if (!(exempt & AGAINST_SIZE) && a->z.operand_width != 8 && a->z.operand_width != (i->op32 ? 32 : 16))
        return "the operand size";
    return exempt & AGAINST_OPERANDS ? NULL : against_operands(a);
}

#endif
