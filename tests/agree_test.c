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

#include "interp/loader.h"
#include "interp/paging.h"
#include "interp/state.h"
#include "tests/ring0/generate.h"
#include "tests/support/coverage.h"
#include "tests/support/rounds.h"
#include "tests/support/testvm.h"
#include "vmm/rotation.h"
#include "vmm/technique.h"

enum { MEM = 8 << 20, PATIENCE = 3000000, LOG_ROOM = 1 << 15, IRQ = RESUMED & 7, IRQ_BASE = RESUMED & ~7 };

/* Ways to run a program that must agree with the first of them, and what they came to. */
static struct way {
    const char *name;
    const struct technique *technique;
    bool shadow;
    uint64_t direct, interpreted, exits;
} ways[] = {{"native", &technique_native, false, 0, 0, 0},
            {"emulate", &technique_emulate, false, 0, 0, 0},
            {"trap", &technique_trap, true, 0, 0, 0},
            {"vtx --mmu nested", &technique_vtx, false, 0, 0, 0},
            {"vtx --mmu shadow", &technique_vtx, true, 0, 0, 0}};
enum { WAYS = sizeof ways / sizeof *ways };

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
    bool prepared, everywhere;
    uint64_t interrupted; /* where the latest one came */
    bool swapping, due;   /* the technique changes, too: now */
    bool over_its_tables; /* the stack has grown into page tables */
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

/* The keeper copies the arena, or sums it up: so many instructions at least will pass before anything else comes. */
static uint32_t busy(const struct machine *g)
{
    const struct cpu *c = &g->cpu;
    bool counts = coverage_keeper(g) && c->r[ESI] - KEEPER < ARENA + ARENA_SIZE - KEEPER && c->r[ECX] <= ARENA_SIZE / 4;

    return counts ? c->r[ECX] : 0;
}

/* Whether one comes now, and when the next may; the keeper's own instructions are many, and not what is judged. */
static void throw_dice(struct run *r, struct machine *g)
{
    uint64_t dice = draw(&r->seed);
    bool keeper = coverage_keeper(g), now = !keeper || dice % 1024 == 0;

    clock_arm(&g->clock, &r->timer, machine_now(g) + busy(g) + 1 + (dice >> 32) % 24);
    pic_line(&g->pc.pic, IRQ, false);
    if (now && dice >> 16 & 1)
        pic_line(&g->pc.pic, IRQ, true);
    else if (now && (dice >> 16 & 7) == 0)
        g->cpu.nmi = true;
    r->due = r->swapping && now;
}

/* Before each instruction of a step one comes, and when that has been handled the instruction. */
static void interrupt_everywhere(struct run *r, struct machine *g)
{
    uint64_t at = (uint64_t)g->cpu.seg[CS].sel << 32 | g->cpu.eip;

    clock_arm(&g->clock, &r->timer, machine_now(g) + busy(g) + 1);
    pic_line(&g->pc.pic, IRQ, false);
    if (coverage_keeper(g) || at == r->interrupted)
        return;
    r->interrupted = at;
    pic_line(&g->pc.pic, IRQ, true);
    r->due = r->swapping && draw(&r->seed) % 4 == 0;
}

/* By the tick, and by the guest's canonical state: so it comes at the same boundary under every technique. */
static void interrupt(void *ctx)
{
    struct run *r = ctx;
    struct machine *g = vm_guest(r->vm);

    if (g->cpu.shadow) { /* what interrupts the hardware comes behind the shadow of STI and MOV SS, here too */
        clock_arm(&g->clock, &r->timer, machine_now(g) + 1);
        return;
    }
    if (!r->prepared)
        prepare_interrupts(g);
    r->prepared = true;
    if (r->everywhere)
        interrupt_everywhere(r, g);
    else
        throw_dice(r, g);
    if (r->due)
        vm_interrupt(r->vm);
}

static bool in_page_tables(struct machine *g, uint32_t at)
{
    uint64_t pa;

    if (paging_peek(g, at, &pa))
        return false;
    return pa - DIRECTORY < ARENA_TABLE + PAGE_SIZE - DIRECTORY || pa - WINDOW_TABLE < PAGE_SIZE;
}

/*
 * A handler that itself faults pushes frame upon frame, down from its stack over the page tables below it, and flushes nothing:
 * what becomes of that may depend on the size of a TLB (SDM Vol. 3, 4.10.4.3).
 */
static void look_at_stack(void *ctx, bool physical, const struct event *e)
{
    enum { FRAME = 32 };
    struct run *r = ctx;
    struct machine *g = vm_guest(r->vm);
    const struct seg *ss = &g->cpu.seg[SS];
    uint32_t top = ss->base + (g->cpu.r[ESP] & (ss->attr & ATTR_D ? UINT32_MAX : UINT16_MAX));

    (void)physical;
    (void)e;
    r->over_its_tables |= in_page_tables(g, top) || in_page_tables(g, top - FRAME);
}

/* A program, and how it is to be run. */
struct question {
    struct image image;
    uint64_t seed;
    bool everywhere;
};

static void open_run(struct run *r, const struct technique *t, bool shadow, const struct question *q)
{
    const struct boot b = {.name = "program", .image = q->image.bytes, .size = q->image.size};
    char error[200];

    *r = (struct run){.seed = q->seed | 1, .everywhere = q->everywhere};
    r->vm = testvm(t, (struct vm_config){.virtualizable = true, .shadow = shadow, .mem = MEM});
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

static void count_way(struct way *w, const struct vm *v)
{
    struct vm_stats s;

    vm_get_stats(v, &s);
    w->direct += s.direct;
    w->interpreted += s.interpreted;
    for (unsigned i = 0; i < EXIT_REASONS; i++)
        w->exits += s.exits[i];
}

static void run_under(struct run *r, struct way *w, const struct question *q)
{
    open_run(r, w->technique, w->shadow, q);
    if (w->technique == &technique_native) {
        vm_observe(r->vm, look_at_stack, r);
        vm_observe_only(r->vm, 1u << EVENT_trap);
    }
    r->outcome = vm_run(r->vm, PATIENCE);
    count_way(w, r->vm);
    close_run(r);
}

/* Now all techniques in turn, now a pair of them. Returns how often. */
static unsigned run_swapping(struct run *r, const struct question *q)
{
    struct rotation all = {.count = 0};
    uint64_t seed = q->seed;
    char error[200];
    unsigned swaps = 0;

    rotation_add_all(&all, true);
    if (seed & 2)
        all = (struct rotation){.through = {all.through[0], all.through[1 + seed % (all.count - 1)]}, .count = 2};
    open_run(r, all.through[seed % 2], seed & 4, q);
    r->swapping = true;
    while ((r->outcome = vm_run(r->vm, PATIENCE)) == OUTCOME_NONE) {
        cr_assert(r->due);
        cr_assert_eq(vm_swap(r->vm, rotation_next(&all, vm_technique(r->vm)), error, sizeof error), 0, "%s", error);
        r->due = false;
        swaps++;
    }
    close_run(r);
    return swaps;
}

/* Instruction by instruction: what does the program do? (And stepping is judged, too.) */
static void run_stepping(struct run *r, const struct question *q, struct coverage *c)
{
    struct machine *g;

    open_run(r, &technique_native, false, q);
    g = vm_guest(r->vm);
    r->outcome = OUTCOME_NONE;
    while (r->outcome == OUTCOME_NONE && machine_now(g) < PATIENCE) {
        coverage_before(c, g);
        r->outcome = vm_step(r->vm);
        coverage_after(c, g);
    }
    if (machine_now(g) >= PATIENCE)
        r->outcome = OUTCOME_LIMIT;
    if (q->everywhere)
        c->n[COVER_EVERYWHERE] += g->taken[RESUMED];
    close_run(r);
}

/* ---- the judge --------------------------------------------------------------------------------------------------- */

struct verdict {
    unsigned programs, set_aside, swaps, wrong;
    struct coverage coverage;
};

static unsigned first_difference(const struct run *a, const struct run *b)
{
    unsigned i = 0;

    while (i < a->n && i < b->n && a->log[i] == b->log[i])
        i++;
    return i;
}

static void compare(struct verdict *v, const struct run *a, const struct run *b, const char *name, uint64_t number)
{
    bool one_log = a->n == b->n && memcmp(a->log, b->log, a->n) == 0, one_state = strcmp(a->digest, b->digest) == 0;

    if (a->outcome == b->outcome && one_log && one_state)
        return;
    v->wrong++;
    printf("program %llu: native and %s differ: %s, %s; %u and %u bytes, from %u on; %s\n", (unsigned long long)number,
           name, outcome_name(a->outcome), outcome_name(b->outcome), a->n, b->n, first_difference(a, b),
           one_state ? "one state" : "two states");
}

static void ask(struct verdict *v, const struct question *q, uint64_t number)
{
    static struct run native, other;

    run_under(&native, &ways[0], q);
    if (native.over_its_tables) {
        v->set_aside++;
        return;
    }
    for (unsigned i = 1; i < WAYS; i++) {
        run_under(&other, &ways[i], q);
        compare(v, &native, &other, ways[i].name, number);
    }
    v->swaps += run_swapping(&other, q);
    compare(v, &native, &other, "changing", number);
    if (number % 4 < 2) { /* of both profiles */
        run_stepping(&other, q, &v->coverage);
        compare(v, &native, &other, "native, stepped,", number);
    }
    v->programs++;
}

static void judge(struct verdict *v, uint64_t number)
{
    static struct program p;
    struct question q = {.seed = number * 0x9e3779b97f4a7c15 | 1, .everywhere = number / 4 % 4 == 0};

    program_generate(&p, number & 1 ? FOR_TECHNIQUES : FOR_QEMU, 7, (uint32_t)number);
    cr_assert_eq(image_begin(&q.image), 0, "%s is not built", KEEPER_FILE);
    cr_assert_eq(image_add(&q.image, &p), 0);
    image_end(&q.image, 0, 0);
    (void)draw(&q.seed);
    ask(v, &q, number);
    image_free(&q.image);
}

static void print_verdict(const struct verdict *v)
{
    printf("judge: random guests under every technique: %u programs (%u more set aside), changes of technique %u, "
           "differences: %u; done in every other pair of programs: ",
           v->programs, v->set_aside, v->swaps, v->wrong);
    coverage_print(&v->coverage);
    printf("\n");
    for (unsigned i = 0; i < WAYS; i++)
        printf("judge: %s: %llu instructions on the hardware, %llu interpreted, %llu exits\n", ways[i].name,
               (unsigned long long)ways[i].direct, (unsigned long long)ways[i].interpreted,
               (unsigned long long)ways[i].exits);
}

Test(agree, random_programs_under_every_technique, .timeout = 3000)
{
    struct verdict v = {.programs = 0};
    const char *alone = getenv("RINGSIDE_PROGRAM");
    unsigned n = rounds(300, 10050);

    if (alone) {
        judge(&v, strtoull(alone, NULL, 10));
        cr_assert_eq(v.wrong, 0);
        return;
    }
    for (unsigned i = 0; i < n && v.wrong < 5; i++)
        judge(&v, i);
    cr_expect_eq(v.wrong, 0);
    print_verdict(&v);
    cr_expect(v.swaps);
    for (unsigned i = 0; i < COVER_FEATURES; i++)
        cr_expect(v.coverage.n[i], "feature %u of coverage.h never came", i);
}
