/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as code: the decoder agrees with Zydis and stays within them, and a machine that runs them for a while stays
 * within itself. The first byte says how: CS.D, CPL, paging, clock.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "interp/state.h"
#include "tests/support/against_zydis.h"

enum {
    MEM = 256 << 10,
    GDT = 0x1000,
    DIRECTORY = 0x2000,
    TABLE = 0x3000,
    CODE = 0x8000,
    CODE_MAX = 0x1000,
    TICKS = 1000
};

/* How to run it: the bits of an input's first byte. */
enum { HOW_CODE16 = 1, HOW_USER = 2, HOW_PAGING = 4, HOW_INSNS = 8 };

static const uint8_t zeros[MEM];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_all(const uint8_t *data, size_t size, bool code32)
{
    static struct against a;
    ZydisDecoder d;

    against_init(&d, code32);
    for (size_t at = 0; at < size; at++) {
        /* in memory of its own, so that a read past the end is seen */
        size_t n = size - at < INSN_MAX ? size - at : INSN_MAX;
        uint8_t *bytes = malloc(n);
        const char *what;

        if (!bytes)
            abort();
        memcpy(bytes, data + at, n);
        what = against(&d, bytes, (unsigned)n, code32, &a);
        if (what) {
            fprintf(stderr, "at %zu, %u-bit code: %s\n", at, code32 ? 32 : 16, what);
            abort();
        }
        free(bytes);
    }
}

/* One machine a clock for all inputs: making one takes longer than running it. It is given half of its RAM's frames. */
static struct machine *machine(bool insns)
{
    static struct machine *m[2];
    struct machine_config k = {
        .mem = MEM, .tlb_sets = 4, .tlb_ways = 2, .cost = &cost_presets[0], .clock_insns = insns};

    if (!m[insns]) {
        k.ram = ram_create(2 * MEM >> 12);
        m[insns] = k.ram ? machine_create(&k) : NULL;
        if (!m[insns])
            abort();
    }
    return m[insns];
}

static void put32(struct machine *m, uint32_t at, uint32_t v)
{
    if (machine_write(m, at, &v, sizeof v))
        abort();
}

/* Flat segments of the ring asked for; the same ones are in the GDT. */
static void set_segments(struct machine *m, unsigned how)
{
    unsigned dpl = how & HOW_USER ? 3 : 0;
    struct desc code = {.lo = 0xffff, .hi = (how & HOW_CODE16 ? 0x008f9b00 : 0x00cf9b00) | dpl << 13};
    struct desc data = {.lo = 0xffff, .hi = 0x00cf9300 | dpl << 13};

    put32(m, GDT + 8, code.lo);
    put32(m, GDT + 12, code.hi);
    put32(m, GDT + 16, data.lo);
    put32(m, GDT + 20, data.hi);
    m->cpu.gdtr = (struct dtr){GDT, 23};
    for (unsigned s = 0; s < SEGS; s++)
        segment_fill(&m->cpu, s, (s == CS ? 8 : 16) | dpl, s == CS ? &code : &data);
    m->cpu.cpl = (uint8_t)dpl;
}

/* Memory, its last page read-only, and a page behind it where nobody answers. */
static void set_paging(struct machine *m)
{
    put32(m, DIRECTORY, TABLE | PTE_P | PTE_W | PTE_U);
    for (uint32_t i = 0; i < 1024; i++)
        put32(m, TABLE + 4 * i, i <= MEM >> 12 ? i << 12 | PTE_P | PTE_U | (i + 1 < MEM >> 12 ? PTE_W : 0) : 0);
    m->cpu.cr3 = DIRECTORY;
    m->cpu.cr0 |= CR0_PG | CR0_WP;
}

/* The guest gets a thousand ticks; what it leaves can be saved, and lies inside its half. */
static void run(unsigned how, const uint8_t *code, size_t size)
{
    struct machine *m = machine(how & HOW_INSNS);
    char digest[33];

    machine_reset(m);
    if (machine_write(m, 0, zeros, MEM) || machine_write(m, CODE, code, size))
        abort();
    set_segments(m, how);
    if (how & HOW_PAGING)
        set_paging(m);
    m->cpu.eip = CODE;
    m->cpu.r[ESP] = CODE;
    for (unsigned r = 0; r < 4; r++)
        m->cpu.r[r] = 0x9000 + 0x1234 * r;
    cpu_refresh(&m->cpu);
    tlb_flush(&m->cpu, true);
    if (machine_run(m, TICKS) == STOP_LIMIT && machine_now(m) < TICKS)
        abort();
    if (memcmp(ram_frame(m->ram, MEM >> 12), zeros, MEM) != 0 || m->cpu.r[REG_ZERO])
        abort();
    machine_digest(m, digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > CODE_MAX)
        return 0;
    decode_all(data + 1, size - 1, true);
    decode_all(data + 1, size - 1, false);
    run(data[0], data + 1, size - 1);
    return 0;
}
