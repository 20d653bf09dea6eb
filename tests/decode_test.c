/* SPDX-License-Identifier: MIT */
/* The decoder against Zydis, on random and on systematic bytes: same instructions, same lengths, same operands. */
#include "interp/decode.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/against_zydis.h"
#include "tests/support/rounds.h"

enum { BAD_ENOUGH = 20, MOST_LINES = 1024 };

static const uint8_t prefix[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
enum { PREFIXES = sizeof prefix };

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
    unsigned at = 0, most = next(seed) % 64 ? 4 : INSN_MAX - 1;

    for (unsigned i = 0; i < INSN_MAX; i++)
        bytes[i] = (uint8_t)next(seed);
    while (at < most && (most > 4 || next(seed) % 4 == 0))
        bytes[at++] = prefix[next(seed) % PREFIXES];
    if (next(seed) % 3 == 0)
        bytes[at] = 0x0f;
}

static void describe(char text[160], const uint8_t *bytes, bool code32, const struct against *a)
{
    int n = 0;

    for (unsigned b = 0; b < INSN_MAX; b++)
        n += snprintf(text + n, 160 - (size_t)n, "%02x ", bytes[b]);
    snprintf(text + n, 160 - (size_t)n, "in %u-bit code: %s (%u), Zydis: %s (%u)", code32 ? 32 : 16,
             a->i.e ? a->i.e->mnemonic : "nothing", a->i.len,
             a->theirs ? ZydisMnemonicGetString(a->z.mnemonic) : "nothing", a->theirs ? a->z.length : 0);
}

/* One decoder of each kind and mode, and what they have said. */
struct judge {
    ZydisDecoder d[2];
    unsigned tried, both, compared[MOST_LINES], bad;
};

static void ask(struct judge *j, const uint8_t bytes[INSN_MAX], bool code32)
{
    static struct against a;
    const char *what = against(&j->d[code32], bytes, INSN_MAX, code32, &a);
    char text[160];

    j->tried++;
    if (what) {
        describe(text, bytes, code32, &a);
        cr_expect(false, "%s: %s", what, text);
        cr_assert_lt(++j->bad, BAD_ENOUGH);
    }
    if (!a.compared)
        return;
    j->both++;
    j->compared[a.i.e - isa]++;
}

/* Every opcode of both maps with every ModRM byte, in both modes, under both sizes of each kind; the rest at random. */
static void ask_every_opcode(struct judge *j, uint64_t *seed, unsigned tails)
{
    uint8_t bytes[INSN_MAX];

    for (unsigned n = 0; n < 512u * 256 * 8 * tails; n++) {
        unsigned modes = n & 7, modrm = n >> 3 & 255, opcode = n >> 11 & 511, at = 0;

        for (unsigned i = 0; i < INSN_MAX; i++)
            bytes[i] = (uint8_t)next(seed);
        if (modes & 2)
            bytes[at++] = 0x66;
        if (modes & 4)
            bytes[at++] = 0x67;
        if (opcode > 255)
            bytes[at++] = 0x0f;
        bytes[at++] = (uint8_t)opcode;
        bytes[at] = (uint8_t)modrm;
        ask(j, bytes, modes & 1);
    }
}

/* Every prefix before every opcode of both maps, and every pair of prefixes before each. */
static void ask_every_prefix(struct judge *j, uint64_t *seed)
{
    uint8_t bytes[INSN_MAX];

    for (unsigned n = 0; n < PREFIXES * PREFIXES * 512 * 2; n++) {
        unsigned opcode = n >> 1 & 511, pair = n >> 10, at = 0;

        for (unsigned i = 0; i < INSN_MAX; i++)
            bytes[i] = (uint8_t)next(seed);
        bytes[at++] = prefix[pair % PREFIXES];
        if (pair / PREFIXES != pair % PREFIXES) /* a pair of the same: one */
            bytes[at++] = prefix[pair / PREFIXES];
        if (opcode > 255)
            bytes[at++] = 0x0f;
        bytes[at] = (uint8_t)opcode;
        ask(j, bytes, n & 1);
    }
}

Test(decode, agrees_with_zydis)
{
    static struct judge j;
    uint64_t seed = 0x52696e6773696465;
    unsigned random = rounds(2000000, 12000000);

    against_init(&j.d[0], false);
    against_init(&j.d[1], true);
    cr_assert_leq(isa_count, MOST_LINES);
    for (unsigned n = 0; n < random; n++) {
        uint8_t bytes[INSN_MAX];

        random_code(&seed, bytes);
        ask(&j, bytes, n % 4);
    }
    ask_every_opcode(&j, &seed, rounds(1, 4));
    ask_every_prefix(&j, &seed);
    for (unsigned n = 0; n < isa_count; n++)
        cr_expect(isa[n].opcode == 0x0f04 || isa[n].fn[1] == h_ud || j.compared[n] > 0,
                  "%s (%04x /%d) was never compared", isa[n].mnemonic, isa[n].opcode, isa[n].digit);
    printf("judge: decoder against Zydis: %u byte strings, %u instructions that both accept, %u disagreements\n",
           j.tried, j.both, j.bad);
}

/* Every proper beginning of an instruction wants more; what comes behind it does not matter. */
Test(decode, knows_where_an_instruction_ends)
{
    uint64_t seed = 1;

    for (unsigned n = 0; n < 300000; n++) {
        uint8_t bytes[INSN_MAX];
        bool code32 = n % 2;
        struct insn i, other;

        random_code(&seed, bytes);
        if (decode(bytes, INSN_MAX, code32, &i) != DECODE_OK)
            continue;
        for (unsigned len = i.len; len-- > 0;)
            cr_assert_eq(decode(bytes, len, code32, &other), DECODE_MORE, "%s cut to %u", i.e->mnemonic, len);
        for (unsigned at = i.len; at < INSN_MAX; at++)
            bytes[at] ^= 0xff;
        cr_assert_eq(decode(bytes, i.len, code32, &other), DECODE_OK);
        cr_assert_arr_eq(&i, &other, sizeof i, "%s", i.e->mnemonic);
    }
}

/* Over 15 bytes (SDM Vol. 2, 2.3.11): with prefixes of any number in front, the first 15 decide. */
Test(decode, refuses_what_is_too_long)
{
    static const uint8_t add[] = {0x81, 0x84, 0x88, 1, 2, 3, 4, 5, 6, 7, 8}; /* add dword [eax+ecx*4+...], ... */
    uint8_t bytes[2 * INSN_MAX];
    struct insn i;

    for (unsigned p = 0; p <= INSN_MAX; p++) {
        enum decode_result want = p + sizeof add <= INSN_MAX ? DECODE_OK : DECODE_LONG;

        memset(bytes, 0x3e, sizeof bytes);
        memcpy(bytes + p, add, sizeof add);
        cr_assert_eq(decode(bytes, sizeof bytes, true, &i), want, "%u prefixes", p);
        cr_assert_eq(decode(bytes, INSN_MAX, true, &i), want, "%u prefixes, 15 bytes", p);
        if (want == DECODE_OK)
            cr_assert_eq(i.len, p + sizeof add);
        else
            cr_assert_eq(decode(bytes, INSN_MAX - 1, true, &i), DECODE_MORE, "%u prefixes, 14 bytes", p);
    }
}

/* Each line of the table can be found by what it says of itself. */
Test(decode, finds_every_line_of_the_table)
{
    for (unsigned n = 0; n < isa_count; n++) {
        unsigned modrm = isa[n].modrm ? isa[n].modrm : isa[n].digit < 0 ? 0 : (unsigned)isa[n].digit << 3;
        const struct isa_entry *e = isa_find(isa[n].opcode, modrm, isa[n].prefix);

        cr_assert_eq(e, &isa[n], "%s (%04x)", isa[n].mnemonic, isa[n].opcode);
    }
}
