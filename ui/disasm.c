/* SPDX-License-Identifier: MIT */
#include "ui/disasm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <Zycore/Format.h>
#include <Zydis/Zydis.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/machine.h"
#include "interp/symbols.h"

/* Further away than this from a name, an address is nowhere in particular. */
enum { NEAR = 0x10000 };

/* What the formatter's hook needs, and the function that it stands in for. */
struct naming {
    const struct symbols *symbols;
    uint32_t base; /* of the code segment */
    ZydisFormatterFunc print_address;
};

const char *disasm_symbol(const struct symbols *s, uint32_t address, char *text, size_t room)
{
    uint32_t offset = 0;
    const struct symbol *y = symbols_at(s, address, &offset);

    text[0] = '\0';
    if (y && offset == 0)
        (void)snprintf(text, room, "%s", y->name);
    else if (y && offset < NEAR)
        (void)snprintf(text, room, "%s+0x%" PRIx32, y->name, offset);
    return text;
}

/*
 * An absolute address is printed as its symbol, where it has one. Zydis counts in offsets, so that jumps wrap as they do
 * in 16-bit code; where they lead to is shown as a linear address.
 */
static ZyanStatus print_address(const ZydisFormatter *f, ZydisFormatterBuffer *b, ZydisFormatterContext *k)
{
    const struct naming *n = k->user_data;
    char name[128];
    ZyanU64 address;
    ZyanString *to;

    ZYAN_CHECK(ZydisCalcAbsoluteAddress(k->instruction, k->operand, k->runtime_address, &address));
    if (k->operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
        address = (uint32_t)(address + n->base);
    if (!*disasm_symbol(n->symbols, (uint32_t)address, name, sizeof name)) {
        if (!n->base || k->operand->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
            return n->print_address(f, b, k);
        (void)snprintf(name, sizeof name, "0x%" PRIx32, (uint32_t)address);
    }
    ZYAN_CHECK(ZydisFormatterBufferAppend(b, ZYDIS_TOKEN_SYMBOL));
    ZYAN_CHECK(ZydisFormatterBufferGetString(b, &to));
    return ZyanStringAppendFormat(to, "%s", name);
}

static bool make_formatter(ZydisFormatter *f, struct naming *n)
{
    n->print_address = print_address;
    return ZYAN_SUCCESS(ZydisFormatterInit(f, ZYDIS_FORMATTER_STYLE_INTEL)) &&
           ZYAN_SUCCESS(ZydisFormatterSetProperty(f, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE)) &&
           ZYAN_SUCCESS(ZydisFormatterSetProperty(f, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
                                                  (ZyanUPointer)ZYDIS_PADDING_DISABLED)) &&
           ZYAN_SUCCESS(
               ZydisFormatterSetHook(f, ZYDIS_FORMATTER_FUNC_PRINT_ADDRESS_ABS, (const void **)&n->print_address));
}

unsigned disasm(const uint8_t *bytes, size_t n, uint32_t address, const struct seg *cs, const struct symbols *s,
                char *text, size_t room)
{
    bool code32 = cs->attr & ATTR_D;
    struct naming naming = {.symbols = s, .base = cs->base};
    ZydisDecoder d;
    ZydisDecodedInstruction i;
    ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
    ZydisFormatter f;

    (void)snprintf(text, room, "??");
    if (ZYAN_FAILED(ZydisDecoderInit(&d, code32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
                                     code32 ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16)) ||
        ZYAN_FAILED(ZydisDecoderDecodeFull(&d, bytes, n, &i, operand)) || !make_formatter(&f, &naming))
        return 0;
    if (ZYAN_FAILED(ZydisFormatterFormatInstruction(&f, &i, operand, i.operand_count_visible, text, room,
                                                    address - cs->base, &naming)))
        return 0;
    return i.length;
}

unsigned disasm_next(struct machine *m, const struct symbols *s, char *text, size_t room)
{
    const struct cpu *c = &m->cpu;
    uint32_t at = c->seg[CS].base + c->eip;
    uint8_t bytes[INSN_MAX];
    unsigned n = lin_peek_some(m, at, bytes, INSN_MAX); /* the last one before a page that is not there counts */

    return disasm(bytes, n, at, &c->seg[CS], s, text, room);
}
