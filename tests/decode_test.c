/* SPDX-License-Identifier: MIT */
/* The decoder against Zydis, on random bytes: same instructions, same lengths, same operands. */
#include <Zydis/Zydis.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/decode.h"
#include "interp/isa_handlers.h"

enum { ROUNDS = 3000000 };

/* xorshift: the same bytes on every host. */
static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

/* Some prefixes, then an opcode of either map, then anything. */
static void random_code(uint64_t *seed, uint8_t bytes[INSN_MAX])
{
    static const uint8_t prefix[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
    unsigned at = 0;

    for (unsigned i = 0; i < INSN_MAX; i++)
        bytes[i] = (uint8_t)next(seed);
    while (at < 3 && next(seed) % 4 == 0)
        bytes[at++] = prefix[next(seed) % sizeof prefix];
    if (next(seed) % 3 == 0)
        bytes[at] = 0x0f;
}

/*
 * Where the two may differ, and why. Ours accepts what Zydis does not know, or Zydis accepts what is not in isa.def:
 * those opcodes are told by isa_find(). The rest of the table is about rules that Zydis has for newer processors.
 */
static bool ours_alone(const struct insn *i)
{
    switch (i->opcode) {
    case 0x0f04: return true; /* our escape */
    case 0xf1:                /* INT1 */
    case 0xd6:                /* SALC */
    case 0x82: return true;   /* the old alias of 0x80 */
    default: break;
    }
    /* Hints: Zydis wants the operands of the newer instructions in this row. */
    if (i->opcode >= 0x0f18 && i->opcode <= 0x0f1f)
        return true;
    /* A form that does not exist, or is not built, has the handler that raises #UD. */
    if (i->e->fn[2 * i->op32 + i->mem] == h_ud)
        return true;
    /* REP and REPNE before an instruction they do nothing to. */
    return i->rep != REP_NONE || strcmp(i->e->mnemonic, "x87") == 0 || (i->e->flags & ISA_MISSING);
}

static bool zydis_register(ZydisRegister r, unsigned ours, bool wide)
{
    static const ZydisRegister r32[] = {ZYDIS_REGISTER_EAX, ZYDIS_REGISTER_ECX, ZYDIS_REGISTER_EDX,
                                        ZYDIS_REGISTER_EBX, ZYDIS_REGISTER_ESP, ZYDIS_REGISTER_EBP,
                                        ZYDIS_REGISTER_ESI, ZYDIS_REGISTER_EDI, ZYDIS_REGISTER_NONE};
    static const ZydisRegister r16[] = {ZYDIS_REGISTER_AX, ZYDIS_REGISTER_CX, ZYDIS_REGISTER_DX,
                                        ZYDIS_REGISTER_BX, ZYDIS_REGISTER_SP, ZYDIS_REGISTER_BP,
                                        ZYDIS_REGISTER_SI, ZYDIS_REGISTER_DI, ZYDIS_REGISTER_NONE};

    return r == (wide ? r32 : r16)[ours];
}

static bool same_memory(const struct insn *i, const ZydisDecodedOperand *o)
{
    static const ZydisRegister seg[] = {ZYDIS_REGISTER_ES, ZYDIS_REGISTER_CS, ZYDIS_REGISTER_SS,
                                        ZYDIS_REGISTER_DS, ZYDIS_REGISTER_FS, ZYDIS_REGISTER_GS};
    uint32_t mask = i->addr32 ? UINT32_MAX : 0xffff;

    /* Before an indirect CALL or JMP newer processors read a DS prefix as NOTRACK. */
    bool notrack = i->opcode == 0xff && (i->reg == 2 || i->reg == 4) && i->seg == DS;

    /* LEA's address is of no segment. */
    return zydis_register(o->mem.base, i->base, i->addr32) && zydis_register(o->mem.index, i->index, i->addr32) &&
           (i->index == REG_ZERO || !i->addr32 || o->mem.scale == 1u << i->scale) &&
           (((uint32_t)o->mem.disp.value ^ i->disp) & mask) == 0 &&
           (i->opcode == 0x8d || notrack || o->mem.segment == seg[i->seg]);
}

/* The explicit memory operand and the immediate, where both sides have them. */
static void compare_operands(const struct insn *i, const ZydisDecodedInstruction *z, const ZydisDecodedOperand *o,
                             const char *text)
{
    for (unsigned n = 0; n < z->operand_count_visible; n++) {
        if (o[n].type == ZYDIS_OPERAND_TYPE_MEMORY && i->mem && o[n].mem.type != ZYDIS_MEMOP_TYPE_INVALID)
            cr_assert(same_memory(i, &o[n]), "%s: the memory operand", text);
        if (o[n].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && o[n].encoding != ZYDIS_OPERAND_ENCODING_NONE &&
            i->e->form != FORM_IW_I8) {
            uint32_t mask = o[n].size >= 32 ? UINT32_MAX : (1u << o[n].size) - 1;

            cr_assert_eq((o[n].imm.value.u ^ i->imm) & mask, 0, "%s: the immediate", text);
        }
    }
}

static void compare_one(const ZydisDecoder *decoder, const uint8_t *bytes, bool code32, unsigned *accepted)
{
    ZydisDecodedInstruction z;
    ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
    bool theirs = ZYAN_SUCCESS(ZydisDecoderDecodeFull(decoder, bytes, INSN_MAX, &z, operand));
    struct insn i;
    enum decode_result ours = decode(bytes, INSN_MAX, code32, &i);
    char text[80];
    unsigned n = 0;

    for (unsigned b = 0; b < INSN_MAX; b++)
        n += (unsigned)snprintf(text + n, sizeof text - n, "%02x ", bytes[b]);
    if (ours == DECODE_OK) {
        cr_assert(theirs || ours_alone(&i), "%s(%s): only we accept it", text, i.e->mnemonic);
        /* LDS, LES and BOUND have no register form: newer processors have prefixes there. */
        if (!theirs || i.e->fn[2 * i.op32 + i.mem] == h_ud || (i.e->flags & ISA_MISSING) ||
            (i.opcode >= 0x0f18 && i.opcode <= 0x0f1f))
            return;
        cr_assert_eq(i.len, z.length, "%s(%s): length %u, Zydis has %u", text, i.e->mnemonic, i.len, z.length);
        compare_operands(&i, &z, operand, text);
        ++*accepted;
    } else if (theirs && ours != DECODE_LONG) {
        /* What Zydis accepts we must, if the table lists it. LOCK and register forms are ours to refuse. */
        cr_assert(!i.e || (i.e->flags & ISA_MISSING) || i.lock || i.opcode == 0x0fae || i.opcode == 0x0fc7 ||
                      i.opcode == 0x0f01 || i.opcode == 0x0f20 || i.opcode == 0x0f22,
                  "%s(%s): only Zydis accepts it", text, i.e ? i.e->mnemonic : "?");
    }
}

Test(decode, agrees_with_zydis)
{
    uint64_t seed = 0x52696e6773696465;
    unsigned accepted = 0;
    ZydisDecoder d32, d16;

    ZydisDecoderInit(&d32, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
    ZydisDecoderInit(&d16, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
    for (unsigned n = 0; n < ROUNDS; n++) {
        uint8_t bytes[INSN_MAX];
        bool code32 = n % 4;

        random_code(&seed, bytes);
        compare_one(code32 ? &d32 : &d16, bytes, code32, &accepted);
    }
    cr_assert_gt(accepted, ROUNDS / 3, "only %u were compared", accepted);
}

/* Every proper beginning of an instruction wants more; more than 15 bytes are too long. */
Test(decode, knows_where_an_instruction_ends)
{
    uint64_t seed = 1;
    uint8_t many[INSN_MAX];
    struct insn i;

    for (unsigned n = 0; n < 200000; n++) {
        uint8_t bytes[INSN_MAX];

        random_code(&seed, bytes);
        if (decode(bytes, INSN_MAX, true, &i) != DECODE_OK)
            continue;
        for (unsigned len = i.len; len-- > 0;) {
            struct insn part;

            cr_assert_eq(decode(bytes, len, true, &part), DECODE_MORE, "%s cut to %u", i.e->mnemonic, len);
        }
    }
    memset(many, 0x66, sizeof many);
    cr_assert_eq(decode(many, INSN_MAX, true, &i), DECODE_LONG);
}

/* Each line of the table can be found by what it says of itself. */
Test(decode, finds_every_line_of_the_table)
{
    for (unsigned n = 0; n < isa_count; n++) {
        const struct isa_entry *e = isa_find(isa[n].opcode, isa[n].digit < 0 ? 0 : (unsigned)isa[n].digit);

        cr_assert_eq(e, &isa[n], "%s (%04x)", isa[n].mnemonic, isa[n].opcode);
    }
}
