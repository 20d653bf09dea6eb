/* SPDX-License-Identifier: MIT */
/* Breakpoints and watchpoints on a bare machine: instructions and accesses of every shape. (probe_test.c has guests.) */
#include <criterion/criterion.h>

#include "interp/probe.h"
#include "tests/support/metal.h"

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
Test(probe_bare, stops_before_a_rep_once)
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
Test(probe_bare, stops_before_a_rep_once_though_it_faults)
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

Test(probe_bare, stops_wherever_an_instruction_lies)
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
Test(probe_bare, goes_by_linear_address_not_by_bytes)
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

Test(probe_bare, sees_every_way_to_touch_memory)
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
Test(probe_bare, stands_ahead_when_nothing_comes_before_it)
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
