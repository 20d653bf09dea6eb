/* SPDX-License-Identifier: MIT */
/*
 * Each instruction that user mode may try, against the host's own processor in 32-bit mode: random operands, prefixes,
 * registers, flags and memory; results, defined flags, faults with their error codes, and memory must be the same.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/segment.h"
#include "tests/support/metal.h"
#include "tests/support/rounds.h"
#include "tests/support/trial.h"

enum {
    BAD_ENOUGH = 20,
    LEAST = 20, /* of each line of isa.def that is not left out */
    WINDOW_SEL = METAL_FREE | 3,
    USER = 3
};

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
    {"daa", FL_OF, ALWAYS},
    {"das", FL_OF, ALWAYS},
    {"aaa", FL_OF | FL_SF | FL_ZF | FL_PF, ALWAYS},
    {"aas", FL_OF | FL_SF | FL_ZF | FL_PF, ALWAYS},
    {"aam", FL_OF | FL_AF | FL_CF, ALWAYS},
    {"aad", FL_OF | FL_AF | FL_CF, ALWAYS},
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

static uint32_t defined_flags(const struct insn *i, uint32_t ecx)
{
    uint32_t mask = FL_STATUS | FL_DF;
    unsigned count = trial_shift_count(i, ecx), bits = form_info[i->e->form].rm8 ? 8 : i->op32 ? 32 : 16;

    for (unsigned n = 0; n < sizeof undefined / sizeof *undefined; n++)
        if (strcmp(undefined[n].mnemonic, i->e->mnemonic) == 0 && (undefined[n].when == ALWAYS || count != 1))
            mask &= ~undefined[n].flags;
    /* CF is undefined for SHL and SHR by more than the operand's width. */
    if (trial_is_shift(i) && count >= bits && strncmp(i->e->mnemonic, "sh", 2) == 0)
        mask &= ~(uint32_t)FL_CF;
    if (trial_is_shift(i) && count == 0) /* nothing changes, so all are defined */
        mask = FL_STATUS | FL_DF;
    return mask;
}

static struct machine *make_machine(void)
{
    struct machine *m = metal_create();

    metal_desc(m, WINDOW_SEL, (HOST_WINDOW & 0xffff) << 16 | (HOST_WINDOW_SIZE - 1),
               HOST_WINDOW >> 16 | 0xf3 << 8 | ATTR_D << 8);
    for (uint32_t at = HOST_LOW; at < HOST_HIGH; at += 0x1000)
        if ((at < HOST_WINDOW || at >= HOST_WINDOW + HOST_WINDOW_SIZE) &&
            (at < HOST_CODE || at >= HOST_CODE + HOST_CODE_SIZE))
            metal_write32(m, METAL_TABLE + (at >> 12) * 4, 0);
    metal_gate(m, VEC_OF, METAL_CS0, METAL_HANDLERS + 16 * VEC_OF, 0xee); /* as systems leave it, for INTO */
    metal_write32(m, METAL_TSS + 100, 0x68u << 16);                       /* no I/O bitmap: all ports are closed */
    metal_paging(m);
    cpu_set_cr0(&m->cpu, m->cpu.cr0 | CR0_AM);
    return m;
}

static void put_state(struct machine *m, const struct host_state *s)
{
    struct cpu *c = &m->cpu;

    metal_ring(m, USER);
    metal_load(m, GS, WINDOW_SEL);
    if (s->based) {
        metal_load(m, DS, WINDOW_SEL);
        metal_load(m, ES, WINDOW_SEL);
    }
    memcpy(c->r, s->r, sizeof s->r);
    c->eip = s->eip;
    cpu_set_eflags(c, s->eflags);
    cpu_refresh(c);
}

/* Reads our state as the host's is: after a delivery the interrupted one, from the stack. */
static void get_state(struct machine *m, struct host_state *s)
{
    static const uint32_t with_error =
        1 << VEC_DF | 1 << VEC_TS | 1 << VEC_NP | 1 << VEC_SS | 1 << VEC_GP | 1 << VEC_PF | 1 << VEC_AC;
    const struct cpu *c = &m->cpu;
    uint32_t at = c->r[ESP];

    memcpy(s->r, c->r, sizeof s->r);
    s->vector = HOST_NO_FAULT;
    s->eip = c->eip;
    s->eflags = cpu_eflags(c);
    s->error = 0;
    if (c->cpl == USER)
        return;
    s->vector = (int32_t)(c->eip - METAL_HANDLERS) / 16;
    if (with_error >> s->vector & 1) {
        s->error = metal_read32(m, at);
        at += 4;
    }
    s->eip = metal_read32(m, at);
    s->eflags = metal_read32(m, at + 8);
    s->r[ESP] = metal_read32(m, at + 12);
    s->cr2 = c->cr2;
}

static bool is(const struct trial *t, const char *mnemonic)
{
    return strncmp(t->i.e->mnemonic, mnemonic, strlen(mnemonic)) == 0;
}

/*
 * NULL, or what is not the same. Processors differ in what nobody promises: AMD's POPA keeps what it popped before it
 * faulted, CMPS names either of two bad operands, ARPL need not write what it does not change.
 */
static const char *difference(const struct trial *t, const struct machine *m, const struct host_state *ours,
                              const struct host_state *theirs)
{
    static const char *const reg[8] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    uint32_t mask = theirs->vector == HOST_NO_FAULT ? defined_flags(&t->i, t->start.r[ECX]) : FL_STATUS | FL_DF | FL_RF;

    if (ours->vector != theirs->vector)
        return "the exception";
    if (ours->eip != theirs->eip)
        return "EIP";
    if (ours->vector >= VEC_DF && ours->error != theirs->error && !is(t, "arpl"))
        return "the error code";
    if (ours->vector == VEC_PF && ours->cr2 != theirs->cr2 && !is(t, "cmps"))
        return "CR2";
    for (unsigned n = 0; n < 8; n++)
        if (ours->r[n] != theirs->r[n] && !(ours->vector == VEC_PF && is(t, "popa")))
            return reg[n];
    if ((ours->eflags ^ theirs->eflags) & mask)
        return "flags";
    return memcmp(m->ram->bytes + HOST_WINDOW, (void *)(uintptr_t)HOST_WINDOW, HOST_WINDOW_SIZE) ? "memory" : NULL;
}

static void describe(char text[400], const char *what, const struct trial *t, const struct host_state *before,
                     const struct host_state *ours, const struct host_state *theirs)
{
    const struct host_state *s[] = {before, ours, theirs};
    int n = snprintf(text, 400, "%s: %s:", t->i.e->mnemonic, what);

    for (unsigned b = 0; b < t->i.len; b++)
        n += snprintf(text + n, 400 - (size_t)n, " %02x", t->code[b]);
    for (unsigned k = 0; k < 3; k++) {
        n += snprintf(text + n, 400 - (size_t)n, "\n%s", (const char *[]){"from", "ours", "host"}[k]);
        for (unsigned r = 0; r < 8; r++)
            n += snprintf(text + n, 400 - (size_t)n, " %x", s[k]->r[r]);
        n += snprintf(text + n, 400 - (size_t)n, " eip %x fl %x", s[k]->eip, s[k]->eflags);
    }
    snprintf(text + n, 400 - (size_t)n, "\nexception %d, host %d; error %x, %x; CR2 %x, %x", ours->vector,
             theirs->vector, ours->error, theirs->error, ours->cr2, theirs->cr2);
}

/* All iterations of a repeated one. False, with a text, at the first difference. */
static bool agree(struct machine *m, const struct trial *t, char text[400])
{
    struct host_state before, ours, theirs = t->start;
    const char *what;

    memcpy((void *)(uintptr_t)t->start.eip, t->code, INSN_MAX);
    cr_assert_eq(machine_write(m, t->start.eip, t->code, INSN_MAX), 0);
    put_state(m, &t->start);
    do {
        before = theirs;
        hostcpu_step(&theirs);
        (void)machine_step(m, CLOCK_NEVER);
        get_state(m, &ours);
        what = difference(t, m, &ours, &theirs);
        if (what)
            describe(text, what, t, &before, &ours, &theirs);
    } while (!what && theirs.vector == HOST_NO_FAULT && theirs.eip == t->start.eip && (t->i.e->flags & ISA_REP));
    return !what;
}

static void random_memory(struct machine *m, uint64_t *seed)
{
    uint8_t *theirs = (uint8_t *)(uintptr_t)HOST_WINDOW;

    for (unsigned n = 0; n < HOST_WINDOW_SIZE; n += 4) {
        uint32_t v = trial_next(seed);

        memcpy(theirs + n, &v, 4);
    }
    cr_assert_eq(machine_write(m, HOST_WINDOW, theirs, HOST_WINDOW_SIZE), 0);
}

Test(exec, agrees_with_the_hosts_processor)
{
    static unsigned judged[1024];
    uint64_t seed = 0x7a6e67;
    unsigned bad = 0, trials = rounds(100000, 1200000);
    const char *why = hostcpu_open();
    struct machine *m;

    if (why)
        cr_skip_test("%s", why);
    cr_assert_leq(isa_count, sizeof judged / sizeof *judged);
    m = make_machine();
    for (unsigned n = 0; n < trials;) {
        struct trial t;
        char text[400];

        if (!trial_random(&seed, &t))
            continue;
        if (n++ % 1024 == 0)
            random_memory(m, &seed);
        judged[t.i.e - isa]++;
        if (!agree(m, &t, text)) {
            cr_expect(false, "%s", text);
            cr_assert_lt(++bad, BAD_ENOUGH);
            random_memory(m, &seed); /* the same on both sides again */
        }
    }
    for (unsigned n = 0; n < isa_count; n++)
        cr_expect(trial_left_out(&isa[n]) || judged[n] >= LEAST, "%s (%x /%d) was tried %u times", isa[n].mnemonic,
                  isa[n].opcode, isa[n].digit, judged[n]);
    printf("judge: instructions against the host's processor: %u tried, %u disagreements\n", trials, bad);
    metal_destroy(m);
}
