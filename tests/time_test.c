/* SPDX-License-Identifier: MIT */
/*
 * Time is per instruction, never per block: a run in one go, a run in slices and a run step by step pass through the same
 * ticks, and end with the same counts to the last one.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/paging.h"
#include "interp/state.h"
#include "tests/support/guest.h"
#include "tests/support/metal.h"

enum { LIMIT = 3000000 };

static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

struct counts {
    char digest[33];
    uint64_t cycles, insns, hits, misses, flushes, by[ACCOUNTS];
};

static void count(struct play *s, struct counts *k)
{
    struct machine *g = vm_guest(s->vm);

    memset(k, 0, sizeof *k);
    tlb_count(&g->cpu);
    machine_digest(g, k->digest);
    k->cycles = cpu_cycles(&g->cpu);
    k->insns = cpu_insns(&g->cpu);
    k->hits = g->cpu.tlb.hits;
    k->misses = g->cpu.tlb.misses;
    k->flushes = g->cpu.tlb.flushes;
    memcpy(k->by, g->by, sizeof k->by);
}

static void in_one_go(struct play *s)
{
    (void)vm_run(s->vm, LIMIT);
}

static void in_slices(struct play *s)
{
    uint64_t seed = 99, tick;

    do {
        tick = machine_now(vm_guest(s->vm)) + 1 + next(&seed) % 3000;
        if (tick > LIMIT)
            tick = LIMIT;
    } while (vm_run(s->vm, tick) == OUTCOME_LIMIT && tick < LIMIT);
}

static void step_by_step(struct play *s)
{
    while (machine_now(vm_guest(s->vm)) < LIMIT && machine_step(vm_guest(s->vm), LIMIT) == STOP_STEP)
        ;
}

static void compare(const struct micro *m, const char *technique, bool insns, void (*run)(struct play *),
                    const char *how)
{
    struct play a, b;
    struct counts x, y;

    play_open(&a, technique, insns, m, true);
    play_open(&b, technique, insns, m, true);
    in_one_go(&a);
    run(&b);
    count(&a, &x);
    count(&b, &y);
    cr_expect_str_eq(y.digest, x.digest, "%s under %s, %s: the state", m->name, technique, how);
    cr_expect_eq(y.cycles, x.cycles, "%s under %s, %s: cycles %lu, not %lu", m->name, technique, how,
                 (unsigned long)y.cycles, (unsigned long)x.cycles);
    cr_expect_eq(y.insns, x.insns, "%s under %s, %s: instructions", m->name, technique, how);
    cr_expect_eq(y.hits, x.hits, "%s under %s, %s: TLB hits %lu, not %lu", m->name, technique, how,
                 (unsigned long)y.hits, (unsigned long)x.hits);
    cr_expect_eq(y.misses, x.misses, "%s under %s, %s: TLB misses", m->name, technique, how);
    cr_expect_eq(y.flushes, x.flushes, "%s under %s, %s: flushes", m->name, technique, how);
    cr_expect_arr_eq(y.by, x.by, sizeof x.by, "%s under %s, %s: accounts", m->name, technique, how);
    play_close(&a);
    play_close(&b);
}

Test(time, does_not_depend_on_how_a_run_is_cut)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++)
        for (unsigned insns = 0; insns < 2; insns++) {
            compare(&list[i], "native", insns, in_slices, "in slices");
            compare(&list[i], "native", insns, step_by_step, "step by step");
            compare(&list[i], "emulate", insns, in_slices, "in slices");
        }
    micro_free(list, n);
}

/* A monitored guest's cycles include the monitor's work for each slice; its instructions and its state do not. */
Test(time, of_a_monitored_guest_counts_instructions_exactly)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        struct play a, b;
        struct counts x, y;

        play_open(&a, "trap+v", true, &list[i], true);
        play_open(&b, "trap+v", true, &list[i], true);
        in_one_go(&a);
        in_slices(&b);
        count(&a, &x);
        count(&b, &y);
        cr_expect_str_eq(y.digest, x.digest, "%s", list[i].name);
        cr_expect_eq(y.insns, x.insns, "%s", list[i].name);
        play_close(&a);
        play_close(&b);
    }
    micro_free(list, n);
}

/*
 * Random programs on a bare machine: code over two pages, loops, memory that the TLB does not hold, REP strings, stores
 * into the code, faults, ports, the timer's interrupts; and RDTSC, which brings the time into the registers.
 */
enum {
    PROGRAMS = 24,
    TICKS = 60000,
    DATA = 0x100000,
    DATA_SIZE = 0x100000,
    UNMAPPED = 0x3ff000,
    CODE_SIZE = 0x1800,
    TIMER = 0x20,
    PATCHES = 64
};

struct program {
    uint8_t code[2 * CODE_SIZE];
    unsigned n;
    uint32_t patch[PATCHES]; /* addresses of immediates that may be anything */
    unsigned patches;
};

static void emit(struct program *p, const uint8_t *bytes, unsigned n)
{
    memcpy(p->code + p->n, bytes, n);
    p->n += n;
}
#define EMIT(p, ...) emit((p), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void emit32(struct program *p, uint32_t v)
{
    emit(p, (const uint8_t *)&v, 4);
}

static void emit_data(struct program *p, uint64_t *seed)
{
    emit32(p, DATA + next(seed) % (DATA_SIZE - 0x2000));
}

static void emit_patchable(struct program *p, uint64_t *seed)
{
    p->patch[p->patches++ % PATCHES] = METAL_CODE + p->n;
    emit32(p, next(seed));
}

static void emit_string(struct program *p, uint64_t *seed)
{
    static const uint8_t op[] = {0xa4, 0xa5, 0xaa, 0xab, 0xa6, 0xa7, 0xac, 0xad, 0xae, 0xaf};

    EMIT(p, 0xbe); /* mov esi, ... */
    emit_data(p, seed);
    EMIT(p, 0xbf); /* mov edi, ... */
    emit_data(p, seed);
    EMIT(p, 0xb9); /* mov ecx, ... */
    emit32(p, next(seed) % 300);
    EMIT(p, 0xf2 | (next(seed) & 1), op[next(seed) % sizeof op]);
}

/* Near the end of a page: a string whose REP prefix is the page's last byte. */
static void emit_straddling(struct program *p, uint64_t *seed)
{
    enum { PREFIX_AT = 15, LAST = 0xfff };

    if ((p->n & LAST) < LAST - PREFIX_AT - 0x40 || (p->n & LAST) > LAST - PREFIX_AT)
        return;
    while ((p->n & LAST) != LAST - PREFIX_AT)
        EMIT(p, 0x90);
    emit_string(p, seed);
}

/* The store's byte comes from EAX; the immediate that it changes may stand in the same block. */
static void emit_patch(struct program *p, uint64_t *seed)
{
    EMIT(p, 0xa2); /* mov [...], al */
    emit32(p, p->patch[next(seed) % PATCHES]);
}

static void emit_piece(struct program *p, uint64_t *seed)
{
    switch (next(seed) % 22) {
    case 0: EMIT(p, 0x01, 0xd0, 0x11, 0xc2); break;               /* add eax, edx; adc edx, eax */
    case 1: EMIT(p, 0x0f, 0xaf, 0xc2, 0xd1, 0xd2); break;         /* imul eax, edx; rcl edx, 1 */
    case 2: EMIT(p, 0xba), emit_patchable(p, seed); break;        /* mov edx, imm */
    case 3: EMIT(p, 0x05), emit_patchable(p, seed); break;        /* add eax, imm */
    case 4: EMIT(p, 0xa3), emit_data(p, seed); break;             /* mov [...], eax */
    case 5: EMIT(p, 0x8b, 0x15), emit_data(p, seed); break;       /* mov edx, [...] */
    case 6: EMIT(p, 0x01, 0x15), emit_data(p, seed); break;       /* add [...], edx */
    case 7: EMIT(p, 0xf0, 0x01, 0x05), emit_data(p, seed); break; /* lock add [...], eax */
    case 8:
    case 9: emit_string(p, seed); break;
    case 10:
    case 11: emit_patch(p, seed); break;
    case 12: EMIT(p, 0x0f, 0x31); break;                                     /* rdtsc */
    case 13: EMIT(p, 0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9); break;             /* mov ecx, cr3; mov cr3, ecx */
    case 14: EMIT(p, 0x0f, 0x01, 0x3d), emit_data(p, seed); break;           /* invlpg [...] */
    case 15: EMIT(p, 0x0f, 0x0b); break;                                     /* ud2 */
    case 16: EMIT(p, 0xbb), emit32(p, UNMAPPED), EMIT(p, 0x8b, 0x03); break; /* mov ebx, ...; mov eax, [ebx] */
    case 17: EMIT(p, 0x50, 0x5a, 0xcd, 0x40); break;                         /* push eax; pop edx; int 0x40 */
    case 18: EMIT(p, 0xe4, 0x40); break;                                     /* in al, 0x40: the timer's count */
    case 19: EMIT(p, 0x74, 0x01, 0x40, 0x42); break;                         /* jz over; inc eax; over: inc edx */
    case 20: EMIT(p, 0xe8, 2, 0, 0, 0, 0xeb, 2, 0x40, 0xc3); break;    /* call f; jmp over; f: inc eax; ret; over: */
    default: EMIT(p, 0x31, 0xd2, 0xb9, 7, 0, 0, 0, 0xf7, 0xf1); break; /* xor edx, edx; mov ecx, 7; div ecx */
    }
}

/* One timer interrupt each few thousand ticks, then pieces for ever, some of them in loops. */
static void make_program(struct program *p, uint64_t *seed)
{
    static const uint8_t out[][2] = {{0x20, 0x11}, {0x21, TIMER}, {0x21, 4}, {0x21, 1}, {0x21, 0xfe}, {0x43, 0x34}};
    uint32_t start;

    memset(p, 0, sizeof *p);
    for (unsigned i = 0; i < sizeof out / sizeof *out; i++)
        EMIT(p, 0xb0, out[i][1], 0xe6, out[i][0]); /* mov al, ...; out ..., al */
    EMIT(p, 0xb0, (uint8_t)(2 + next(seed) % 6), 0xe6, 0x40, 0xb0, 0, 0xe6, 0x40, 0xfb);
    start = p->n;
    for (unsigned i = 0; i < PATCHES; i++)
        EMIT(p, 0xba), emit_patchable(p, seed);
    while (p->n < CODE_SIZE) {
        uint32_t body, pieces = 1 + next(seed) % 8;

        EMIT(p, 0xbd); /* mov ebp, ... */
        emit32(p, 1 + next(seed) % 4 * (next(seed) % 12));
        body = p->n;
        while (pieces-- > 0) {
            emit_straddling(p, seed);
            emit_piece(p, seed);
        }
        EMIT(p, 0x4d, 0x0f, 0x85); /* dec ebp; jnz body */
        emit32(p, body - (p->n + 4));
    }
    EMIT(p, 0xe9); /* jmp start */
    emit32(p, start - (p->n + 4));
}

static struct machine *make_machine(const struct program *p, bool insns)
{
    static const uint8_t skip[] = {0x83, 0x04, 0x24, 2, 0xcf};                      /* add [esp], 2; iret */
    static const uint8_t skip_error[] = {0x83, 0xc4, 4, 0x83, 0x04, 0x24, 2, 0xcf}; /* add esp, 4; the same */
    static const uint8_t done[] = {0xcf};                                           /* iret */
    static const uint8_t tick[] = {0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf};       /* end of interrupt; iret */
    static const struct {
        unsigned vector;
        const uint8_t *code;
        unsigned size;
    } handler[] = {{VEC_UD, skip, sizeof skip},
                   {VEC_PF, skip_error, sizeof skip_error},
                   {0x40, done, sizeof done},
                   {TIMER, tick, sizeof tick}};
    struct machine_config k = {.ram = ram_create(METAL_MEM >> 12),
                               .mem = METAL_MEM,
                               .tlb_sets = 8,
                               .tlb_ways = 2,
                               .cost = &cost_presets[0],
                               .clock_insns = insns};
    struct machine *m = machine_create(&k);

    cr_assert_not_null(m);
    metal_desc(m, METAL_CS0, 0x0000ffff, 0x00cf9b00);
    metal_desc(m, METAL_DS0, 0x0000ffff, 0x00cf9300);
    for (unsigned i = 0; i < sizeof handler / sizeof *handler; i++) {
        metal_gate(m, handler[i].vector, METAL_CS0, METAL_HANDLERS + 16 * handler[i].vector, 0x8e);
        machine_write(m, METAL_HANDLERS + 16 * handler[i].vector, handler[i].code, handler[i].size);
    }
    metal_write32(m, METAL_DIRECTORY, METAL_TABLE | PTE_P | PTE_W);
    for (uint32_t i = 0; i < UNMAPPED >> 12; i++)
        metal_write32(m, METAL_TABLE + 4 * i, i << 12 | PTE_P | PTE_W);
    for (uint32_t at = DATA; at < DATA + DATA_SIZE; at += 4)
        metal_write32(m, at, at * 0x9e3779b1u);
    machine_write(m, METAL_CODE, p->code, p->n);
    m->cpu.gdtr = (struct dtr){METAL_GDT, METAL_GDT_SIZE - 1};
    m->cpu.idtr = (struct dtr){METAL_IDT, 256 * 8 - 1};
    metal_ring(m, 0);
    metal_paging(m);
    return m;
}

static void same(struct machine *a, struct machine *b, unsigned program, bool insns, const char *how)
{
    char x[33], y[33], text[96];

    snprintf(text, sizeof text, "program %u, clock %s, %s, at tick %llu", program, insns ? "insns" : "cycles", how,
             (unsigned long long)a->cpu.t[0]);
    tlb_count(&a->cpu);
    tlb_count(&b->cpu);
    cr_assert_arr_eq(a->cpu.t, b->cpu.t, sizeof a->cpu.t, "%s: time", text);
    cr_assert_eq(a->cpu.eip, b->cpu.eip, "%s: EIP", text);
    cr_assert_arr_eq(a->cpu.r, b->cpu.r, 8 * sizeof *a->cpu.r, "%s: registers", text);
    cr_assert_eq(cpu_eflags(&a->cpu), cpu_eflags(&b->cpu), "%s: flags", text);
    cr_assert_eq(a->cpu.tlb.hits, b->cpu.tlb.hits, "%s: hits %llu, %llu", text, (unsigned long long)a->cpu.tlb.hits,
                 (unsigned long long)b->cpu.tlb.hits);
    cr_assert_eq(a->cpu.tlb.misses, b->cpu.tlb.misses, "%s: misses", text);
    cr_assert_eq(a->cpu.tlb.flushes, b->cpu.tlb.flushes, "%s: flushes", text);
    cr_assert_arr_eq(a->by, b->by, sizeof a->by, "%s: accounts", text);
    cr_assert_arr_eq(a->taken, b->taken, sizeof a->taken, "%s: deliveries", text);
    machine_digest(a, x);
    machine_digest(b, y);
    cr_assert_str_eq(x, y, "%s: the rest of the state", text);
}

Test(time, of_random_programs_is_exact_at_each_cut)
{
    uint64_t seed = 0x74696d65, interrupts = 0, faults = 0;

    for (unsigned n = 0; n < 2 * PROGRAMS; n++) {
        static struct program p;
        struct machine *whole, *slices, *steps;

        make_program(&p, &seed);
        whole = make_machine(&p, n & 1);
        slices = make_machine(&p, n & 1);
        steps = make_machine(&p, n & 1);
        cr_assert_eq(machine_run(whole, TICKS), STOP_LIMIT, "program %u ended at %x", n, whole->cpu.eip);
        for (uint64_t tick = 0; tick < TICKS;) {
            tick += 1 + next(&seed) % (next(&seed) % 4 ? 50 : 5000);
            if (tick > TICKS)
                tick = TICKS;
            cr_assert_eq(machine_run(slices, tick), STOP_LIMIT);
            while (machine_step(steps, tick) == STOP_STEP)
                ;
            if (tick == TICKS || next(&seed) % 16 == 0)
                same(slices, steps, n, n & 1, "in slices and step by step");
        }
        same(whole, slices, n, n & 1, "in one go and in slices");
        interrupts += whole->taken[TIMER];
        faults += whole->taken[VEC_PF] + whole->taken[VEC_UD];
        metal_destroy(whole);
        metal_destroy(slices);
        metal_destroy(steps);
    }
    cr_assert_gt(interrupts, 10 * PROGRAMS);
    cr_assert_gt(faults, 10 * PROGRAMS);
}
