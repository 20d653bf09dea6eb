/* SPDX-License-Identifier: MIT */
/*
 * The equivalence judge: random programs for ring 0 (tests/ring0/), with interrupts at random boundaries, under every
 * technique, and with the technique changing every few instructions. What they print and the state in which they end must
 * be the same to the last bit. They flush after edits that remove rights, so that no TLB's size shows.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/loader.h"
#include "interp/state.h"
#include "tests/ring0/generate.h"
#include "tests/support/rounds.h"
#include "vmm/rotation.h"
#include "vmm/technique.h"

enum { MEM = 8 << 20, PATIENCE = 3000000, LOG_ROOM = 1 << 14, IRQ = 5, IRQ_BASE = 0x28 };

/* What was executed, or tried, of the things that the judge is about. */
struct coverage {
    uint64_t programs, set_aside, instructions, faults, interrupts, nmis, segments, far, page_tables, flushes,
        rewritten, swaps;
};

/* xorshift64 (Marsaglia 2003). */
static uint64_t draw(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

struct run {
    struct vm *vm;
    uint64_t seed; /* of its interrupts: the same for all runs of a program */
    struct timer timer;
    bool prepared, high;
    bool swapping, due;  /* the technique changes, too: now */
    uint64_t last;       /* instructions at the latest fault, */
    unsigned row, worst; /* and how many came in a row without one between them */
    uint8_t log[LOG_ROOM];
    unsigned n;
    enum outcome outcome;
    char digest[33];
};

static void print(void *ctx, uint8_t byte)
{
    struct run *r = ctx;

    if (r->n < LOG_ROOM)
        r->log[r->n++] = byte;
}

/* Vectors 28h and on, each acknowledged by itself, one line open (8259A data sheet, ICW1 to ICW4). */
static void prepare_interrupts(struct machine *g)
{
    static const uint8_t icw[] = {0x11, IRQ_BASE, 4, 3, (uint8_t) ~(1 << IRQ)};

    for (unsigned i = 0; i < sizeof icw; i++)
        pic_out(&g->pc.pic, i ? 0x21 : 0x20, icw[i]);
}

/* The keeper's own instructions are many, and not what is judged: most interrupts come behind them. */
static bool keeper_runs(const struct cpu *c)
{
    return c->seg[CS].base == 0 && c->eip >= KEEPER && c->eip < KEEPER + 0x10000;
}

/* By the tick, and by the guest's canonical state: so it comes at the same boundary under every technique. */
static void interrupt(void *ctx)
{
    struct run *r = ctx;
    struct machine *g = vm_guest(r->vm);
    uint64_t dice;

    if (g->cpu.shadow) { /* what interrupts the hardware comes behind the shadow of STI and MOV SS, here too */
        clock_arm(&g->clock, &r->timer, machine_now(g) + 1);
        return;
    }
    dice = draw(&r->seed);

    if (!r->prepared)
        prepare_interrupts(g);
    r->prepared = true;
    pic_line(&g->pc.pic, IRQ, false);
    if (!keeper_runs(&g->cpu) || dice % 1024 == 0) {
        if (dice >> 16 & 1)
            pic_line(&g->pc.pic, IRQ, true);
        else if ((dice >> 16 & 7) == 0)
            g->cpu.nmi = true;
        r->due = r->swapping;
        if (r->due)
            vm_interrupt(r->vm);
    }
    clock_arm(&g->clock, &r->timer, machine_now(g) + 1 + (dice >> 32) % 24);
}

static void count_row(void *ctx, bool physical, const struct event *e)
{
    struct run *r = ctx;

    (void)physical;
    r->row = e->insns == r->last ? r->row + 1 : 0;
    r->last = e->insns;
    if (r->row > r->worst)
        r->worst = r->row;
}

/*
 * A handler that begins with the next fault pushes frame upon frame, down from its stack over the page tables below it, and
 * flushes nothing: what becomes of that may depend on the size of a TLB (SDM Vol. 3, 4.10.4.3).
 */
static bool runs_over_its_tables(const struct run *r)
{
    enum { FRAME = 16 };

    return r->worst * FRAME >= STACK1 - (ARENA_TABLE + PAGE_SIZE);
}

static void open_run(struct run *r, const struct technique *t, const struct image *image, uint64_t seed)
{
    const struct vm_config k = {.technique = t,
                                .virtualizable = true,
                                .mem = MEM,
                                .tlb_sets = 16,
                                .tlb_ways = 4,
                                .cost = &cost_presets[0],
                                .clock_insns = true};
    const struct boot b = {.name = "program", .image = image->bytes, .size = image->size};
    char error[200];

    *r = (struct run){.seed = seed | 1};
    r->vm = vm_create(&k, error, sizeof error);
    cr_assert_not_null(r->vm, "%s", error);
    cr_assert_eq(loader_boot(vm_guest(r->vm), &b, error, sizeof error), 0, "%s", error);
    vm_serial(r->vm, print, r);
    r->timer = (struct timer){.fire = interrupt, .dev = r};
    clock_add(&vm_guest(r->vm)->clock, &r->timer);
    clock_arm(&vm_guest(r->vm)->clock, &r->timer, 1000);
}

static void close_run(struct run *r)
{
    machine_digest(vm_guest(r->vm), r->digest);
    vm_destroy(r->vm);
}

static void run_under(struct run *r, const struct technique *t, const struct image *image, uint64_t seed)
{
    open_run(r, t, image, seed);
    if (t == &technique_native) {
        vm_observe(r->vm, count_row, r);
        vm_observe_only(r->vm, 1u << EVENT_trap);
    }
    r->outcome = vm_run(r->vm, PATIENCE);
    close_run(r);
}

/* Now all techniques in turn, now a pair of them. */
static void run_swapping(struct run *r, const struct image *image, uint64_t seed, struct coverage *c)
{
    struct rotation all = {.count = 0};
    char error[200];

    rotation_add_all(&all, true);
    if (seed & 2)
        all = (struct rotation){.through = {all.through[0], all.through[1 + seed % (all.count - 1)]}, .count = 2};
    open_run(r, all.through[seed % 2], image, seed);
    r->swapping = true;
    while ((r->outcome = vm_run(r->vm, PATIENCE)) == OUTCOME_NONE) {
        cr_assert(r->due);
        cr_assert_eq(vm_swap(r->vm, rotation_next(&all, vm_technique(r->vm)), error, sizeof error), 0, "%s", error);
        r->due = false;
        c->swaps++;
    }
    close_run(r);
}

/* ---- coverage ---------------------------------------------------------------------------------------------------- */

static bool in(const uint16_t *list, unsigned n, uint16_t opcode)
{
    for (unsigned i = 0; i < n; i++)
        if (list[i] == opcode)
            return true;
    return false;
}
#define IN(list, opcode) in((list), sizeof(list) / sizeof *(list), (opcode))

static bool within(uint32_t at, uint32_t start, uint32_t size)
{
    return at - start < size;
}

static void count_instruction(struct machine *g, struct coverage *c)
{
    static const uint16_t segments[] = {0x07,   0x17,   0x1f,   0x8e,   0xc4,   0xc5,
                                        0x0fa1, 0x0fa9, 0x0fb2, 0x0fb4, 0x0fb5, 0x0f00},
                          far[] = {0x9a, 0xea, 0xca, 0xcb, 0xcd, 0xcf}, flushes[] = {0x0f22, 0x0f01};
    const struct cpu *v = &g->cpu;
    uint8_t bytes[INSN_MAX];
    bool store, absolute;
    struct insn i;
    unsigned n;

    if (keeper_runs(v))
        return;
    n = lin_peek_some(g, v->seg[CS].base + v->eip, bytes, sizeof bytes);
    if (decode(bytes, n, v->seg[CS].attr & ATTR_D, &i) != DECODE_OK)
        return;
    c->instructions++;
    c->segments += IN(segments, i.opcode);
    c->far += IN(far, i.opcode) || (i.opcode == 0xff && (i.reg == 3 || i.reg == 5));
    c->flushes += IN(flushes, i.opcode);
    store = i.opcode == 0xc7 || i.opcode == 0x89;
    absolute = i.base == REG_ZERO && i.index == REG_ZERO;
    if (!store || !absolute)
        return;
    c->page_tables += within(i.disp, WINDOW_TABLE, PAGE_SIZE) || within(i.disp, DIRECTORY, 3 * PAGE_SIZE);
    c->rewritten += within(i.disp, CODE, 0x800);
}

/* Instruction by instruction: what does the program do? (And stepping is judged, too.) */
static void run_stepping(struct run *r, const struct image *image, uint64_t seed, struct coverage *c)
{
    struct machine *g;

    open_run(r, &technique_native, image, seed);
    g = vm_guest(r->vm);
    r->outcome = OUTCOME_NONE;
    while (r->outcome == OUTCOME_NONE && machine_now(g) < PATIENCE) {
        count_instruction(g, c);
        r->outcome = vm_step(r->vm);
    }
    if (machine_now(g) >= PATIENCE)
        r->outcome = OUTCOME_LIMIT;
    for (unsigned v = 0; v < 32; v++)
        if (v != VEC_NMI)
            c->faults += g->taken[v];
    c->nmis += g->taken[VEC_NMI];
    c->interrupts += g->taken[IRQ_BASE + IRQ];
    close_run(r);
}

/* ---- the judge --------------------------------------------------------------------------------------------------- */

static bool agree(const struct run *a, const struct run *b, const char *name, uint64_t number)
{
    bool same = a->outcome == b->outcome && a->n == b->n && memcmp(a->log, b->log, a->n) == 0 &&
                strcmp(a->digest, b->digest) == 0;

    if (!same)
        printf("program %llu: native and %s differ: %s, %s; %u and %u bytes, %s; %s\n", (unsigned long long)number,
               name, outcome_name(a->outcome), outcome_name(b->outcome), a->n, b->n,
               a->n == b->n && memcmp(a->log, b->log, a->n) == 0 ? "the same" : "others",
               strcmp(a->digest, b->digest) == 0 ? "one state" : "two states");
    return same;
}

static unsigned judge(uint64_t number, struct coverage *c)
{
    static struct run native, other;
    static struct program p;
    uint64_t seed = number * 0x9e3779b97f4a7c15 | 1;
    struct image image;
    unsigned wrong = 0;

    program_generate(&p, number & 1 ? FOR_TECHNIQUES : FOR_QEMU, 7, (uint32_t)number);
    cr_assert_eq(image_begin(&image), 0, "%s is not built", KEEPER_FILE);
    cr_assert_eq(image_add(&image, &p), 0);
    image_end(&image, 0, 0);
    (void)draw(&seed);
    run_under(&native, &technique_native, &image, seed);
    if (runs_over_its_tables(&native)) {
        image_free(&image);
        c->set_aside++;
        return 0;
    }
    for (unsigned t = 0; techniques[t]; t++) {
        if (techniques[t] == &technique_native)
            continue;
        run_under(&other, techniques[t], &image, seed);
        wrong += !agree(&native, &other, techniques[t]->name, number);
    }
    run_swapping(&other, &image, seed, c);
    wrong += !agree(&native, &other, "changing", number);
    if (number % 4 < 2) { /* of both profiles */
        run_stepping(&other, &image, seed, c);
        wrong += !agree(&native, &other, "native, stepped,", number);
    }
    image_free(&image);
    c->programs++;
    return wrong;
}

Test(agree, random_programs_under_every_technique, .timeout = 3000)
{
    struct coverage c = {.programs = 0};
    const char *alone = getenv("RINGSIDE_PROGRAM");
    unsigned n = rounds(300, 10000), wrong = 0;

    if (alone) {
        cr_assert_eq(judge(strtoull(alone, NULL, 10), &c), 0);
        return;
    }
    for (unsigned i = 0; i < n && wrong < 5; i++)
        wrong += judge(i, &c);
    cr_expect_eq(wrong, 0);
    printf("judge: random guests under every technique: %llu programs (%llu more set aside), %llu instructions; faults "
           "%llu, interrupts %llu, "
           "NMIs %llu, segment loads %llu, far transfers %llu, page-table edits %llu, flushes %llu, stores into code "
           "%llu, "
           "changes of technique %llu; differences: %u\n",
           (unsigned long long)c.programs, (unsigned long long)c.set_aside, (unsigned long long)c.instructions,
           (unsigned long long)c.faults, (unsigned long long)c.interrupts, (unsigned long long)c.nmis,
           (unsigned long long)c.segments, (unsigned long long)c.far, (unsigned long long)c.page_tables,
           (unsigned long long)c.flushes, (unsigned long long)c.rewritten, (unsigned long long)c.swaps, wrong);
    cr_expect(c.faults && c.interrupts && c.nmis && c.segments && c.far && c.page_tables && c.flushes && c.rewritten &&
              c.swaps);
}
