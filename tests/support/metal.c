/* SPDX-License-Identifier: MIT */
#include "tests/support/metal.h"

#include <criterion/criterion.h>

#include "interp/paging.h"
#include "interp/segment.h"

void metal_write32(struct machine *m, uint32_t pa, uint32_t v)
{
    cr_assert_eq(machine_write(m, pa, &v, sizeof v), 0);
}

uint32_t metal_read32(struct machine *m, uint32_t pa)
{
    uint32_t v;

    cr_assert_eq(machine_read(m, pa, &v, sizeof v), 0);
    return v;
}

void metal_desc(struct machine *m, unsigned sel, uint32_t lo, uint32_t hi)
{
    metal_write32(m, METAL_GDT + (sel & ~7u), lo);
    metal_write32(m, METAL_GDT + (sel & ~7u) + 4, hi);
}

void metal_gate(struct machine *m, unsigned vector, unsigned sel, uint32_t offset, unsigned type)
{
    metal_write32(m, METAL_IDT + vector * 8, sel << 16 | (offset & 0xffff));
    metal_write32(m, METAL_IDT + vector * 8 + 4, (offset & 0xffff0000) | type << 8);
}

void metal_load(struct machine *m, unsigned seg, unsigned sel)
{
    struct desc d = {metal_read32(m, METAL_GDT + (sel & ~7u)), metal_read32(m, METAL_GDT + (sel & ~7u) + 4), 0};

    segment_fill(&m->cpu, seg, sel, &d);
}

static void write_tables(struct machine *m)
{
    static const struct {
        unsigned sel, access;
    } flat[] = {{METAL_CS0, 0x9b}, {METAL_DS0, 0x93}, {METAL_CS1, 0xbb},
                {METAL_DS1, 0xb3}, {METAL_CS3, 0xfb}, {METAL_DS3, 0xf3}};
    static const uint8_t hlt = 0xf4;

    for (unsigned i = 0; i < sizeof flat / sizeof *flat; i++)
        metal_desc(m, flat[i].sel, 0x0000ffff, 0x00cf0000 | flat[i].access << 8);
    metal_desc(m, METAL_TR, METAL_TSS << 16 | 0x67, 0x00008b00 | METAL_TSS >> 16);
    metal_write32(m, METAL_TSS + 4, METAL_STACK0);
    metal_write32(m, METAL_TSS + 8, METAL_DS0);
    metal_write32(m, METAL_TSS + 12, METAL_STACK1);
    metal_write32(m, METAL_TSS + 16, METAL_DS1);
    for (unsigned v = 0; v < 256; v++) {
        metal_gate(m, v, METAL_CS0, METAL_HANDLERS + 16 * v, 0x8e);
        cr_assert_eq(machine_write(m, METAL_HANDLERS + 16 * v, &hlt, 1), 0);
    }
    metal_write32(m, METAL_DIRECTORY, METAL_TABLE | PTE_P | PTE_W | PTE_U);
    for (uint32_t i = 0; i < 1024; i++)
        metal_write32(m, METAL_TABLE + 4 * i, i << 12 | PTE_P | PTE_W | PTE_U);
}

struct machine *metal_create(void)
{
    struct machine_config k = {
        .ram = ram_create(METAL_MEM >> 12), .mem = METAL_MEM, .tlb_sets = 16, .tlb_ways = 2, .cost = &cost_presets[0]};
    struct machine *m = machine_create(&k);
    struct cpu *c = &m->cpu;

    cr_assert_not_null(m);
    write_tables(m);
    c->gdtr = (struct dtr){METAL_GDT, METAL_GDT_SIZE - 1};
    c->idtr = (struct dtr){METAL_IDT, 256 * 8 - 1};
    metal_load(m, TR, METAL_TR);
    metal_ring(m, 0);
    return m;
}

void metal_destroy(struct machine *m)
{
    struct ram *r = m->ram;

    machine_destroy(m);
    ram_destroy(r);
}

void metal_ring(struct machine *m, unsigned ring)
{
    static const unsigned cs[4] = {METAL_CS0, METAL_CS1, 0, METAL_CS3}, ds[4] = {METAL_DS0, METAL_DS1, 0, METAL_DS3};
    static const uint32_t esp[4] = {METAL_STACK0, METAL_STACK1, 0, METAL_STACK3};
    struct cpu *c = &m->cpu;

    for (unsigned s = 0; s < SEGS; s++)
        metal_load(m, s, s == CS ? cs[ring] : ds[ring]);
    c->cpl = (uint8_t)ring;
    c->r[ESP] = esp[ring];
    c->eip = METAL_CODE;
    c->activity = ACTIVE;
    c->shadow = 0;
    cpu_set_eflags(c, FL_1);
    cpu_refresh(c);
}

void metal_paging(struct machine *m)
{
    m->cpu.cr3 = METAL_DIRECTORY;
    cpu_set_cr0(&m->cpu, m->cpu.cr0 | CR0_PG | CR0_WP);
    cpu_refresh(&m->cpu);
}

enum stop metal_step(struct machine *m, const void *code, size_t n)
{
    cr_assert_eq(machine_write(m, METAL_CODE, code, n), 0);
    return machine_step(m, CLOCK_NEVER);
}
