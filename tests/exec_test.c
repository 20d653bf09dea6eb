/* SPDX-License-Identifier: MIT */
/* Unprivileged instructions against the host's own processor: random operands, registers, flags and memory. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "interp/decode.h"
#include "interp/isa_handlers.h"
#include "tests/support/hostcpu.h"
#include "tests/support/metal.h"

enum { ROUNDS = 400000, MIDDLE = HOST_WINDOW + HOST_WINDOW_SIZE / 2 };

static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

/* Flags that the SDM leaves undefined, by mnemonic (Vol. 2, each instruction's "Flags Affected"). */
enum when { ALWAYS, UNLESS_1 }; /* UNLESS_1: unless the shift count is 1 */
static const struct {
    const char *mnemonic;
    uint32_t flags;
    enum when when;
} undefined[] = {
    {"and", FL_AF, ALWAYS},
    {"or", FL_AF, ALWAYS},
    {"xor", FL_AF, ALWAYS},
    {"test", FL_AF, ALWAYS},
    {"mul", FL_SF | FL_ZF | FL_AF | FL_PF, ALWAYS},
    {"imul", FL_SF | FL_ZF | FL_AF | FL_PF, ALWAYS},
    {"div", FL_STATUS, ALWAYS},
    {"idiv", FL_STATUS, ALWAYS},
    {"shl", FL_AF, ALWAYS},
    {"shr", FL_AF, ALWAYS},
    {"sar", FL_AF, ALWAYS},
    {"shld", FL_AF, ALWAYS},
    {"shrd", FL_AF, ALWAYS},
    {"shl", FL_OF, UNLESS_1},
    {"shr", FL_OF, UNLESS_1},
    {"sar", FL_OF, UNLESS_1},
    {"rol", FL_OF, UNLESS_1},
    {"ror", FL_OF, UNLESS_1},
    {"rcl", FL_OF, UNLESS_1},
    {"rcr", FL_OF, UNLESS_1},
    {"shld", FL_OF, UNLESS_1},
    {"shrd", FL_OF, UNLESS_1},
    {"bt", FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
    {"bts", FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
    {"btr", FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
    {"btc", FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
    {"bsf", FL_CF | FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
    {"bsr", FL_CF | FL_OF | FL_SF | FL_AF | FL_PF, ALWAYS},
};

static bool is_shift(const struct insn *i)
{
    return (i->opcode & ~1u) == 0xc0 || (i->opcode >= 0xd0 && i->opcode <= 0xd3) || (i->opcode & ~9u) == 0x0fa4;
}

static unsigned shift_count(const struct insn *i, uint32_t ecx)
{
    bool by_cl = i->opcode == 0xd2 || i->opcode == 0xd3 || i->opcode == 0x0fa5 || i->opcode == 0x0fad;

    return (by_cl ? ecx : i->imm) & 31;
}

static uint32_t defined_flags(const struct insn *i, uint32_t ecx)
{
    uint32_t mask = FL_STATUS | FL_DF;
    unsigned count = shift_count(i, ecx), bits = form_info[i->e->form].rm8 ? 8 : i->op32 ? 32 : 16;

    for (unsigned n = 0; n < sizeof undefined / sizeof *undefined; n++)
        if (strcmp(undefined[n].mnemonic, i->e->mnemonic) == 0 && (undefined[n].when == ALWAYS || count != 1))
            mask &= ~undefined[n].flags;
    /* CF is undefined for SHL and SHR by more than the operand's width. */
    if (is_shift(i) && count >= bits && strncmp(i->e->mnemonic, "sh", 2) == 0)
        mask &= ~(uint32_t)FL_CF;
    if (is_shift(i) && count == 0) /* nothing changes, so all are defined */
        mask = FL_STATUS | FL_DF;
    return mask;
}

/* Results that the SDM leaves undefined, or that differ between the modes. */
static bool no_judgement(const struct insn *i, const uint32_t r[8])
{
    unsigned count = shift_count(i, r[ECX]);

    if ((i->opcode & ~9u) == 0x0fa4 && count > 16 && !i->op32)
        return true;                                /* SHLD, SHRD by more than 16 of 16 bits */
    return (i->opcode & ~7u) == 0x0fc8 && !i->op32; /* BSWAP of 16 bits */
}

/* Opcodes that mean something else in 64-bit mode, leave the instruction, or touch the stack. */
static bool left_out(const struct insn *i)
{
    static const char *const mnemonic[] = {"push", "pop",  "pusha", "popa",  "enter", "leave", "call", "jmp", "ret",
                                           "int3", "int1", "into",  "bound", "arpl",  "daa",   "das",  "aaa", "aas",
                                           "aam",  "aad",  "salc",  "wait",  "x87",   "cpuid", "ud2",  "xlat"};

    for (unsigned n = 0; n < sizeof mnemonic / sizeof *mnemonic; n++)
        if (strcmp(i->e->mnemonic, mnemonic[n]) == 0)
            return true;
    return i->e->class != CLASS_INNOCUOUS || i->e->form == FORM_J8 || i->e->form == FORM_J ||
           (i->opcode >= 0x40 && i->opcode <= 0x4f) || (i->opcode >= 0xa0 && i->opcode <= 0xa3) || i->opcode == 0x82 ||
           i->opcode == 0x0fc7;
}

/* Memory at [EBX + disp8], [ESI + disp8], [EDI + disp8] or [EBP + disp8]; ESP nowhere. */
static bool operands_fit(const struct insn *i)
{
    const struct form_info *f = &form_info[i->e->form];

    if (i->mem)
        return (i->base == EBX || i->base == ESI || i->base == EDI || i->base == EBP) && i->index == REG_ZERO &&
               (int32_t)i->disp >= -128 && (int32_t)i->disp < 128 && (f->reg8 || i->reg != ESP || i->e->digit >= 0);
    if (!f->modrm)
        return f->fixed != FIX_Z || f->reg8 || i->reg != ESP;
    return (f->rm8 || i->rm != ESP) && (f->reg8 || i->reg != ESP || i->e->digit >= 0);
}

/* In 64-bit mode FS and GS count even when another override follows, and the others do not. */
static bool has_override(const uint8_t *code)
{
    static const uint8_t prefix[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

    for (; memchr(prefix, *code, sizeof prefix) || *code == 0x66 || *code == 0xf2 || *code == 0xf3; code++)
        if (*code == 0x64 || *code == 0x65 || *code == 0x2e)
            return true;
    return false;
}

static bool random_insn(uint64_t *seed, uint8_t code[INSN_MAX], struct insn *i)
{
    unsigned at = 0;

    for (unsigned n = 0; n < INSN_MAX; n++)
        code[n] = (uint8_t)next(seed);
    if (next(seed) % 3 == 0)
        code[at++] = 0x66;
    if (next(seed) % 12 == 0)
        code[at++] = next(seed) % 2 ? 0xf2 : 0xf3;
    if (next(seed) % 3 == 0)
        code[at] = 0x0f;
    if (decode(code, INSN_MAX, true, i) != DECODE_OK || left_out(i) || !operands_fit(i) || !i->addr32 ||
        has_override(code))
        return false;
    /* REP before anything but a string instruction selects other instructions on the host. */
    return (i->rep == REP_NONE || (i->e->flags & ISA_REP)) && i->e->fn[2 * i->op32 + i->mem] != h_ud &&
           !(i->opcode >= 0x0f18 && i->opcode <= 0x0f1f);
}

static void random_state(uint64_t *seed, const struct insn *i, uint32_t r[8], uint32_t *flags, uint8_t *memory)
{
    static const uint32_t edge[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

    for (unsigned n = 0; n < 8; n++)
        r[n] = next(seed) % 3 ? next(seed) : edge[next(seed) % (sizeof edge / sizeof *edge)];
    if (i->mem)
        r[i->base] = MIDDLE + next(seed) % 64;
    if (i->e->flags & ISA_REP) {
        r[ESI] = MIDDLE + next(seed) % 512;
        r[EDI] = MIDDLE + next(seed) % 512;
        r[ECX] = next(seed) % 40;
    }
    /* A register that is the bit string's index reaches far: keep it near. */
    if (i->mem && (i->opcode == 0x0fa3 || i->opcode == 0x0fab || i->opcode == 0x0fb3 || i->opcode == 0x0fbb) &&
        i->reg != i->base)
        r[i->reg] = next(seed) % 2048;
    *flags = (next(seed) & (FL_STATUS | FL_DF)) | FL_1;
    for (unsigned n = 0; n < HOST_WINDOW_SIZE; n += 4) {
        uint32_t v = next(seed);

        memcpy(memory + n, &v, 4);
    }
}

static void describe(char text[160], const struct insn *i, const uint8_t *code, const uint32_t r[8], uint32_t flags)
{
    int n = snprintf(text, 160, "%s:", i->e->mnemonic);

    for (unsigned b = 0; b < i->len; b++)
        n += snprintf(text + n, 160 - (size_t)n, " %02x", code[b]);
    snprintf(text + n, 160 - (size_t)n, " eax %x ecx %x edx %x ebx %x ebp %x esi %x edi %x flags %x", r[0], r[1], r[2],
             r[3], r[5], r[6], r[7], flags);
}

static void compare(struct machine *m, const struct insn *i, const uint8_t *code, uint64_t *seed)
{
    static uint8_t memory[HOST_WINDOW_SIZE], ours[HOST_WINDOW_SIZE];
    uint8_t *theirs = (uint8_t *)(uintptr_t)HOST_WINDOW;
    struct host_state h;
    struct cpu *c = &m->cpu;
    uint32_t r[8], flags, mask;
    char text[160];
    int sig;

    random_state(seed, i, r, &flags, memory);
    if (no_judgement(i, r))
        return;
    if (i->mem && (i->opcode & ~0x18u) == 0x0fa3 && i->reg == i->base)
        return; /* a bit string indexed by its own address */
    describe(text, i, code, r, flags);
    for (unsigned n = 0; n < 8; n++)
        h.r[n] = r[n];
    h.flags = flags;
    memcpy(theirs, memory, sizeof memory);
    sig = hostcpu_run(&h, code, i->len);

    metal_ring(m, 0);
    for (unsigned n = 0; n < 8; n++)
        c->r[n] = n == ESP ? c->r[ESP] : r[n];
    cpu_set_eflags(c, flags);
    cr_assert_eq(machine_write(m, HOST_WINDOW, memory, sizeof memory), 0);
    cr_assert_eq(machine_write(m, METAL_CODE, code, i->len), 0);
    do
        machine_step(m, CLOCK_NEVER);
    while (c->eip == METAL_CODE); /* REP: one iteration a step */
    if (sig) {
        cr_assert_eq(c->eip, METAL_HANDLERS + 16 * (sig == SIGFPE ? VEC_DE : VEC_UD), "%s: the host faults", text);
        return;
    }
    cr_assert_eq(c->eip, METAL_CODE + i->len, "%s: the host does not fault", text);
    mask = defined_flags(i, r[ECX]);
    for (unsigned n = 0; n < 8; n++)
        if (n != ESP)
            cr_assert_eq(c->r[n], (uint32_t)h.r[n], "%s: register %u is %x, the host has %x", text, n, c->r[n],
                         (uint32_t)h.r[n]);
    cr_assert_eq(cpu_eflags(c) & mask, h.flags & mask, "%s: flags %x, the host has %x", text, cpu_eflags(c) & mask,
                 (uint32_t)h.flags & mask);
    cr_assert_eq(machine_read(m, HOST_WINDOW, ours, sizeof ours), 0);
    cr_assert_arr_eq(ours, theirs, sizeof ours, "%s: memory", text);
}

Test(exec, agrees_with_the_hosts_processor)
{
    uint64_t seed = 0x7a6e67;
    struct machine *m;
    unsigned judged = 0;

    if (!hostcpu_open())
        cr_skip_test("this host's processor cannot judge IA-32 instructions");
    m = metal_create();
    for (unsigned n = 0; judged < ROUNDS && n < 1000u * ROUNDS; n++) {
        uint8_t code[INSN_MAX];
        struct insn i;

        if (!random_insn(&seed, code, &i))
            continue;
        compare(m, &i, code, &seed);
        judged++;
    }
    cr_assert_geq(judged, ROUNDS);
    metal_destroy(m);
}
