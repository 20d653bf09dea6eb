/* SPDX-License-Identifier: MIT */
/*
 * Breakpoints and watchpoints: where they stop, that every technique stops alike, and that nothing else is changed by
 * them: a guest that is stopped and resumed a thousand times ends with the counts of one that nobody looked at.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "interp/probe.h"
#include "interp/segment.h"
#include "interp/state.h"
#include "tests/support/guest.h"
#include "tests/support/metal.h"

enum { LIMIT = 2000000, BREAKS = 64, STOPS_KEPT = 20000 };

static const char *const technique[] = {"native", "emulate", "trap+v", "trap"};
enum { EQUAL = 3, TECHNIQUES = 4 }; /* the first three promise equality */

/* ---- a guest that is looked at, and the same one undisturbed ----------------------------------------------------- */

struct met {
    struct vm_stop stop;
    uint64_t insns;
};

struct watched_run {
    struct event *event;
    size_t events, room;
    struct met *met;
    size_t stops;
    struct vm_stats stats;
    char digest[33];
    enum outcome outcome;
};

/* Where to look: every so-many-th instruction that the guest executes early on, its stack, and its first data. */
struct places {
    uint32_t code[BREAKS];
    unsigned breaks;
    uint32_t stack;
};

static void find_places(const struct micro *m, struct places *p)
{
    struct play s;
    const struct cpu *c;

    *p = (struct places){.breaks = 0};
    play_open(&s, "native", true, m, true);
    c = &vm_guest(s.vm)->cpu;
    for (unsigned i = 0; i < 3000 && p->breaks < BREAKS && vm_step(s.vm) == OUTCOME_NONE; i++) {
        uint32_t at = c->seg[CS].base + c->eip;
        unsigned known = 0;

        while (known < p->breaks && p->code[known] != at)
            known++;
        if (known == p->breaks && at % 3 == 0)
            p->code[p->breaks++] = at;
        if (i < 200)
            p->stack = c->seg[SS].base + c->r[ESP];
    }
    play_close(&s);
}

static void record(void *ctx, bool physical, const struct event *e)
{
    struct watched_run *r = ctx;

    (void)physical;
    if (r->events == r->room) {
        r->room = r->room ? 2 * r->room : 4096;
        r->event = realloc(r->event, r->room * sizeof *r->event);
        cr_assert_not_null(r->event);
    }
    r->event[r->events++] = *e;
}

static void look(struct vm *v, const struct places *p)
{
    for (unsigned i = 0; i < p->breaks; i++)
        cr_assert_eq(vm_break(v, gva(p->code[i])), 0);
    cr_assert_eq(vm_watch(v, gva(p->stack - 64), 64, true, true), 0);
    cr_assert_eq(vm_watch(v, gva(p->code[0] | 0xff0), 0x20, false, true), 0);
    /* Where the monitor lies, if there is one: it is not looked at. */
    cr_assert_eq(vm_break(v, gva(SEG_CUT + 0x1000)), 0);
    cr_assert_eq(vm_watch(v, gva(SEG_CUT), 0x10000, true, true), 0);
}

static void toggle(struct vm *v, gva_t at)
{
    vm_unbreak(v, at);
    cr_assert_eq(vm_break(v, at), 0);
    cr_assert_eq(vm_watch(v, at, 4, true, true), 0);
    vm_unwatch(v, at, 4);
}

static void run(const struct micro *m, const char *how, bool insns, const struct places *p, struct watched_run *r)
{
    struct play s;

    *r = (struct watched_run){.stops = 0};
    r->met = malloc(STOPS_KEPT * sizeof *r->met);
    cr_assert_not_null(r->met);
    play_open(&s, how, insns, m, true);
    vm_observe(s.vm, record, r);
    if (p)
        look(s.vm, p);
    for (; (r->outcome = vm_run(s.vm, LIMIT)) == OUTCOME_NONE; r->stops++) {
        if (r->stops < STOPS_KEPT)
            r->met[r->stops] = (struct met){*vm_stopped(s.vm), cpu_insns(&vm_guest(s.vm)->cpu)};
        if (r->stops % 5 == 0)
            toggle(s.vm, gva(p->code[r->stops % p->breaks]));
    }
    vm_get_stats(s.vm, &r->stats);
    machine_digest(vm_guest(s.vm), r->digest);
    play_close(&s);
}

static void release(struct watched_run *r)
{
    free(r->event);
    free(r->met);
}

static void same(const struct watched_run *a, const struct watched_run *b, const char *guest, const char *how)
{
    cr_expect_eq(a->outcome, b->outcome, "%s under %s: the end", guest, how);
    cr_expect_str_eq(a->digest, b->digest, "%s under %s: the state", guest, how);
    cr_expect_arr_eq(&a->stats, &b->stats, sizeof a->stats, "%s under %s: the counts", guest, how);
    cr_expect_eq(a->events, b->events, "%s under %s: %zu events, not %zu", guest, how, b->events, a->events);
    for (size_t i = 0; i < a->events && i < b->events; i++)
        if (memcmp(&a->event[i], &b->event[i], sizeof a->event[i]) != 0) {
            cr_expect_fail("%s under %s: event %zu, %s", guest, how, i, event_info[a->event[i].kind].name);
            return;
        }
}

Test(probe, changes_nothing_in_any_technique)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    size_t stops = 0;

    for (unsigned i = 0; i < n; i++) {
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < TECHNIQUES; t++)
            for (unsigned insns = 0; insns < 2; insns++) {
                struct watched_run alone, watched;

                run(&list[i], technique[t], insns, NULL, &alone);
                run(&list[i], technique[t], insns, &p, &watched);
                same(&alone, &watched, list[i].name, technique[t]);
                stops += watched.stops;
                release(&alone);
                release(&watched);
            }
    }
    cr_expect_gt(stops, 10000, "%zu stops", stops);
    micro_free(list, n);
}

static bool same_stop(const struct vm_stop *a, const struct vm_stop *b)
{
    return a->why == b->why && a->point.v == b->point.v && a->at.v == b->at.v && a->size == b->size &&
           a->write == b->write;
}

/* By instructions, the equal techniques stop at the same places, for the same reasons, after as many instructions. */
Test(probe, stops_alike_in_all_techniques)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        struct watched_run r[EQUAL];
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < EQUAL; t++)
            run(&list[i], technique[t], true, &p, &r[t]);
        for (unsigned t = 1; t < EQUAL; t++) {
            cr_expect_eq(r[t].stops, r[0].stops, "%s under %s: %zu stops, not %zu", list[i].name, technique[t],
                         r[t].stops, r[0].stops);
            for (size_t k = 0; k < r[t].stops && k < r[0].stops && k < STOPS_KEPT; k++) {
                const struct met *a = &r[0].met[k], *b = &r[t].met[k];

                if (!same_stop(&a->stop, &b->stop) || a->insns != b->insns) {
                    cr_expect_fail("%s under %s: stop %zu: why %u at %x after %lu, natively %u at %x after %lu",
                                   list[i].name, technique[t], k, b->stop.why, b->stop.at.v, (unsigned long)b->insns,
                                   a->stop.why, a->stop.at.v, (unsigned long)a->insns);
                    break;
                }
            }
        }
        for (unsigned t = 0; t < EQUAL; t++)
            release(&r[t]);
    }
    micro_free(list, n);
}

/* What a debugger writes into the guest's registers goes on from there, wherever they were. */
Test(probe, lets_a_debugger_change_the_guest)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        char digest[EQUAL][33];
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < EQUAL; t++) {
            struct play s;
            enum outcome o;

            play_open(&s, technique[t], true, &list[i], true);
            look(s.vm, &p);
            for (unsigned k = 1; (o = vm_run(s.vm, LIMIT / 20)) == OUTCOME_NONE; k++)
                if (k % 7 == 0) {
                    vm_guest(s.vm)->cpu.r[EAX] ^= 1;
                    vm_guest(s.vm)->cpu.r[EDI] += 4;
                    vm_changed(s.vm);
                }
            machine_digest(vm_guest(s.vm), digest[t]);
            play_close(&s);
            cr_expect_str_eq(digest[t], digest[0], "%s under %s", list[i].name, technique[t]);
        }
    }
    micro_free(list, n);
}

/* A stop is before the next instruction, whose step stops nowhere; a watched access is told of by its step. */
Test(probe, is_told_by_steps_and_runs)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct play s;
        struct places p;
        const struct cpu *c;
        uint64_t insns;

        find_places(&list[0], &p);
        play_open(&s, technique[t], true, &list[0], true);
        c = &vm_guest(s.vm)->cpu;
        for (unsigned i = 0; i < 8; i++) {
            cr_assert_eq(vm_break(s.vm, gva(p.code[i])), 0);
            cr_assert_eq(vm_run(s.vm, LIMIT), OUTCOME_NONE);
            cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_BREAK);
            cr_assert_eq(c->seg[CS].base + c->eip, p.code[i]);
            insns = cpu_insns(c);
            cr_assert_eq(vm_step(s.vm), OUTCOME_NONE);
            cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_NOT);
            cr_assert_eq(cpu_insns(c), insns + 1);
            vm_unbreak(s.vm, gva(p.code[i]));
        }
        cr_assert_eq(vm_watch(s.vm, gva(p.stack - 0x1000), 0x2000, true, true), 0);
        while (vm_step(s.vm) == OUTCOME_NONE && vm_stopped(s.vm)->why == VM_STOPPED_NOT)
            ;
        cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_WATCH, "%s", technique[t]);
        vm_unwatch(s.vm, gva(p.stack - 0x1000), 0x2000);
        cr_assert_eq(vm_watch(s.vm, gva(0), 0, true, true), -1);
        for (unsigned i = 0; i < PROBES_MAX; i++)
            cr_assert_eq(vm_break(s.vm, gva(i)), 0, "%u", i);
        cr_assert_eq(vm_break(s.vm, gva(PROBES_MAX)), -1);
        cr_assert_eq(vm_break(s.vm, gva(7)), 0); /* again */
        play_close(&s);
    }
    micro_free(list, n);
}

/* ---- a bare machine ---------------------------------------------------------------------------------------------- */

enum { SOON = 100000, DATA = 0x40000 };

struct bare {
    struct machine *m;
    struct probes probes;
};

static void bare_open(struct bare *b, unsigned ring)
{
    *b = (struct bare){.m = metal_create()};
    metal_ring(b->m, ring);
}

static void bare_probe(struct bare *b, uint32_t at, uint32_t size, unsigned kinds)
{
    cr_assert_eq(probe_add(&b->probes, at, size, kinds), 0);
    machine_probe(b->m, &b->probes);
}

static void put(struct bare *b, uint32_t at, const void *code, size_t n)
{
    cr_assert_eq(machine_write(b->m, at, code, n), 0);
}
#define PUT(b, at, ...) put((b), (at), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* Goes on past what was met last; then what is met next: its kinds, 0 at the end (a HLT). */
static unsigned go(struct bare *b)
{
    enum stop stop;

    if (b->probes.hit.kinds == PROBE_EXEC)
        probe_pass(&b->probes, &b->m->cpu);
    b->probes.hit.kinds = 0;
    stop = machine_run(b->m, machine_now(b->m) + SOON);
    cr_assert(stop == STOP_PROBE || stop == STOP_HANG, "%d", stop);
    return stop == STOP_PROBE ? b->probes.hit.kinds : 0;
}

static void stops_before(struct bare *b, uint32_t at)
{
    const struct cpu *c = &b->m->cpu;

    cr_assert_eq(go(b), PROBE_EXEC);
    cr_assert_eq(c->seg[CS].base + c->eip, at, "at %x, not %x", c->seg[CS].base + c->eip, at);
}

static void ends(struct bare *b)
{
    cr_assert_eq(go(b), 0);
    metal_destroy(b->m);
}

static void touches(struct bare *b, uint32_t at, uint32_t size, unsigned kind)
{
    cr_assert_eq(go(b), kind);
    cr_assert_eq(b->probes.hit.at, at, "%x", b->probes.hit.at);
    cr_assert_eq(b->probes.hit.size, size);
}

/* Interrupts come and go in the middle of a REP, and so do ends of runs. */
Test(probe, stops_before_a_rep_once)
{
    enum { REP_AT = METAL_CODE + 5, COUNT = 20000, VECTOR = 0x40 };
    struct bare b;
    unsigned interrupted = 0;

    bare_open(&b, 0);
    PUT(&b, METAL_CODE, 0xb9, 0x20, 0x4e, 0, 0, 0xf3, 0xaa, 0xf4); /* mov ecx, 20000; rep stosb; hlt */
    PUT(&b, METAL_HANDLERS + 16 * VECTOR, 0x90, 0xcf);             /* nop; iret */
    b.m->cpu.r[EDI] = DATA;
    b.m->cpu.eflags |= FL_IF;
    bare_probe(&b, REP_AT, 1, PROBE_EXEC);
    stops_before(&b, REP_AT);
    cr_assert_eq(b.m->cpu.r[ECX], COUNT);
    probe_pass(&b.probes, &b.m->cpu);
    b.probes.hit.kinds = 0;
    while (b.m->cpu.r[ECX]) {
        uint64_t taken = b.m->taken[VECTOR];

        machine_deadline(b.m, machine_now(b.m) + 300, VECTOR);
        cr_assert_eq(machine_run(b.m, machine_now(b.m) + 700), STOP_LIMIT, "%u left", b.m->cpu.r[ECX]);
        interrupted += b.m->taken[VECTOR] - taken && b.m->cpu.r[ECX];
    }
    cr_assert_gt(interrupted, 3);
    b.m->cpu.eflags &= ~(uint32_t)FL_IF;
    ends(&b);
}

/* Its second page is not there; the handler mends that: mov dword [entry], page | 7; add esp, 4; iret. */
Test(probe, stops_before_a_rep_once_though_it_faults)
{
    enum { REP_AT = METAL_CODE + 5, ENTRY = METAL_TABLE + 4 * (DATA / 4096 + 1) };
    struct bare b;

    bare_open(&b, 0);
    metal_paging(b.m);
    metal_write32(b.m, ENTRY, 0);
    PUT(&b, METAL_CODE, 0xb9, 0, 0x20, 0, 0, 0xf3, 0xaa, 0xf4); /* mov ecx, 8192; rep stosb; hlt */
    PUT(&b, METAL_HANDLERS + 16 * VEC_PF, 0xc7, 0x05, ENTRY & 0xff, ENTRY >> 8, 0, 0, 7, 0x10, 4, 0, 0x83, 0xc4, 4,
        0xcf);
    b.m->cpu.r[EDI] = DATA;
    bare_probe(&b, REP_AT, 1, PROBE_EXEC);
    stops_before(&b, REP_AT);
    cr_assert_eq(b.m->cpu.r[ECX], 8192);
    cr_assert_eq(go(&b), 0, "again, with %u left", b.m->cpu.r[ECX]);
    cr_assert_eq(b.m->taken[VEC_PF], 1);
    cr_assert_eq(b.m->cpu.r[ECX], 0);
    metal_destroy(b.m);
}

Test(probe, stops_wherever_an_instruction_lies)
{
    enum { BASE = 0x12340, STRADDLES = METAL_CODE + 0xffe };
    struct bare b;

    /* 16-bit code whose CS has a base, and a 16-bit address. */
    bare_open(&b, 0);
    metal_desc(b.m, METAL_FREE, (uint32_t)BASE << 16 | 0xffff, BASE >> 16 | 0x9b00);
    metal_load(b.m, CS, METAL_FREE);
    b.m->cpu.eip = 0x10;
    cpu_refresh(&b.m->cpu);
    PUT(&b, BASE + 0x10, 0x40, 0x8b, 0x47, 0x02, 0x40, 0xf4); /* inc ax; mov ax, [bx + 2]; inc ax; hlt */
    bare_probe(&b, BASE + 0x11, 1, PROBE_EXEC);
    bare_probe(&b, 0x11, 1, PROBE_EXEC); /* where it would be with a base of 0 */
    stops_before(&b, BASE + 0x11);
    cr_assert_eq(b.m->cpu.eip, 0x11);
    ends(&b);

    /* Two pages; behind it an undefined opcode, whose #UD ends the run. */
    bare_open(&b, 0);
    b.m->cpu.eip = STRADDLES - 1;
    PUT(&b, STRADDLES - 1, 0x40, 0xb8, 1, 0, 0, 0, 0x0f, 0x0b); /* inc eax; mov eax, 1; ud2 */
    bare_probe(&b, STRADDLES, 1, PROBE_EXEC);
    bare_probe(&b, STRADDLES + 2, 1, PROBE_EXEC); /* in its middle: never */
    bare_probe(&b, STRADDLES + 5, 1, PROBE_EXEC);
    stops_before(&b, STRADDLES);
    stops_before(&b, STRADDLES + 5);
    ends(&b);

    /* One that jumps to itself is a new arrival each time. */
    bare_open(&b, 0);
    PUT(&b, METAL_CODE, 0xeb, 0xfe);
    bare_probe(&b, METAL_CODE, 1, PROBE_EXEC);
    for (unsigned i = 0; i < 5; i++) {
        stops_before(&b, METAL_CODE);
        cr_assert_eq(cpu_insns(&b.m->cpu), i);
    }
    metal_destroy(b.m);
}

/* The same frame at two linear pages, and a guest that writes its own code, under the probe and beside it. */
Test(probe, goes_by_linear_address_not_by_bytes)
{
    enum { TWICE = METAL_CODE + 0x1000, OFFSET = 0x20 };
    struct bare b;

    bare_open(&b, 0);
    metal_paging(b.m);
    metal_write32(b.m, METAL_TABLE + 4 * (TWICE >> 12), METAL_CODE | 7);
    PUT(&b, METAL_CODE, 0x40, 0x40, 0xe9, 0x19, 0x10, 0, 0); /* inc eax, twice; jmp TWICE + OFFSET */
    PUT(&b, METAL_CODE + OFFSET, 0x43, 0x43, 0x83, 0xfb, 10, 0x74, 0x06, 0xe9, 0xd4, 0xef, 0xff, 0xff, 0x90, 0xf4);
    /* inc ebx, twice; cmp ebx, 10; je hlt; jmp METAL_CODE + 0 as seen from TWICE */
    bare_probe(&b, TWICE + OFFSET + 1, 1, PROBE_EXEC);
    bare_probe(&b, METAL_CODE + 1, 1, PROBE_EXEC);
    for (unsigned i = 0; i < 5; i++) {
        stops_before(&b, METAL_CODE + 1);
        stops_before(&b, TWICE + OFFSET + 1);
        cr_assert_eq(b.m->cpu.r[EBX], 2 * i + 1);
    }
    ends(&b);

    /* mov byte [back + 1], bl; back: inc eax; nop (becomes inc ecx); dec edx; jnz METAL_CODE; hlt */
    bare_open(&b, 0);
    PUT(&b, METAL_CODE, 0x88, 0x1d, 7, 0, 1, 0, 0x40, 0x90, 0x4a, 0x75, 0xf5, 0xf4);
    b.m->cpu.r[EBX] = 0x41;
    b.m->cpu.r[EDX] = 3;
    bare_probe(&b, METAL_CODE + 7, 1, PROBE_EXEC);
    for (unsigned i = 0; i < 3; i++) {
        stops_before(&b, METAL_CODE + 7);
        cr_assert_eq(b.m->cpu.r[ECX], i);
        probe_remove(&b.probes, METAL_CODE + 8, 1, PROBE_EXEC); /* toggled: decoded anew each time */
        bare_probe(&b, METAL_CODE + 8, 1, PROBE_EXEC);
        stops_before(&b, METAL_CODE + 8);
    }
    ends(&b);
}

Test(probe, sees_every_way_to_touch_memory)
{
    enum { VECTOR = 0x40, TOP = METAL_STACK0 };
    struct bare b;

    bare_open(&b, 0);
    PUT(&b, METAL_HANDLERS + 16 * VECTOR, 0xcf);
    PUT(&b, METAL_CODE, 0xa1, 0xfe, 0xff, 3, 0,            /* mov eax, [DATA - 2]: straddles */
        0x83, 0x05, 0x04, 0, 4, 0, 1,                      /* add dword [DATA + 4], 1 */
        0xa2, 0x08, 0, 4, 0,                               /* mov [DATA + 8], al: only reads are watched there */
        0x50, 0x5b,                                        /* push eax; pop ebx */
        0xe8, 0, 0, 0, 0,                                  /* call next */
        0xb9, 0, 4, 0, 0, 0xbf, 0, 0xf0, 3, 0, 0xf3, 0xab, /* mov ecx, 1024; mov edi, DATA - 4096; rep stosd */
        0x8b, 0x0d, 0x08, 0, 4, 0,                         /* mov ecx, [DATA + 8] */
        0xcd, VECTOR,                                      /* int */
        0xf4);
    bare_probe(&b, DATA - 1, 6, PROBE_READ | PROBE_WRITE);
    bare_probe(&b, DATA + 8, 1, PROBE_READ);
    bare_probe(&b, TOP - 4, 4, PROBE_READ | PROBE_WRITE);
    bare_probe(&b, METAL_IDT + 8 * VECTOR, 1, PROBE_READ);
    touches(&b, DATA - 2, 4, PROBE_READ);
    touches(&b, DATA + 4, 4, PROBE_WRITE);
    touches(&b, TOP - 4, 4, PROBE_WRITE);
    touches(&b, TOP - 4, 4, PROBE_READ);
    touches(&b, TOP - 4, 4, PROBE_WRITE);
    cr_assert_eq(b.m->cpu.eip, METAL_CODE + 24);
    touches(&b, DATA - 4, 4, PROBE_WRITE);
    cr_assert_eq(b.m->cpu.r[ECX], 0);
    touches(&b, DATA + 8, 4, PROBE_READ);
    touches(&b, METAL_IDT + 8 * VECTOR, 4, PROBE_READ);
    cr_assert_eq(b.m->cpu.eip, METAL_HANDLERS + 16 * VECTOR);
    ends(&b);

    /* What faults has touched nothing: mov [DATA], eax at the end of ES's limit, beyond it. */
    bare_open(&b, 0);
    PUT(&b, METAL_CODE, 0xbe, 0, 0, 4, 0, 0xa5); /* mov esi, DATA; movsd */
    b.m->cpu.seg[ES].limit = 0xfff;
    b.m->cpu.r[EDI] = 0x2000;
    cpu_refresh(&b.m->cpu);
    bare_probe(&b, DATA, 4, PROBE_READ | PROBE_WRITE);
    ends(&b);

    /* Set while the page is in use at full speed: inc dword [DATA]; jmp back. */
    bare_open(&b, 0);
    PUT(&b, METAL_CODE, 0xff, 0x05, 0, 0, 4, 0, 0xeb, 0xf8);
    cr_assert_eq(machine_run(b.m, SOON), STOP_LIMIT);
    bare_probe(&b, DATA, 4, PROBE_READ);
    touches(&b, DATA, 4, PROBE_WRITE);
    metal_destroy(b.m);
}

/* A fault of the fetch comes first, and so does an interrupt. */
Test(probe, stands_ahead_when_nothing_comes_before_it)
{
    struct bare b;

    bare_open(&b, 0);
    metal_paging(b.m);
    bare_probe(&b, METAL_CODE, 1, PROBE_EXEC);
    cr_assert(machine_probe_ahead(b.m));
    b.probes.hit.kinds = 0;
    b.m->cpu.intr = true;
    b.m->cpu.eflags |= FL_IF;
    cr_assert_not(machine_probe_ahead(b.m));
    b.m->cpu.eflags &= ~(uint32_t)FL_IF;
    metal_write32(b.m, METAL_TABLE + 4 * (METAL_CODE >> 12), 0);
    cr_assert_not(machine_probe_ahead(b.m));
    cr_assert_eq(b.probes.hit.kinds, 0);
    metal_destroy(b.m);
}
