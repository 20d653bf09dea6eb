/* SPDX-License-Identifier: MIT */
/* The monitor's bytes in the top 64 MB (monitor.h draws them), and the hardware as its loader hands it over. */
#include <string.h>

#include "interp/fault.h"
#include "interp/paging.h"
#include "vmm/hw.h"
#include "vmm/monitor.h"
#include "vmm/world.h"

/* The monitor's pages, by linear page from SEG_CUT. Stubs take two. */
enum { PAGE_STUBS = 0, PAGE_IDT = 2, PAGE_GDT = 3, PAGE_TSS = 4, PAGE_STACK = 5, MONITOR_PAGES = 6 };

#define LINEAR(page) (SEG_CUT + ((uint32_t)(page) << PAGE_SHIFT))

enum { STUB_SIZE = 16, VECTORS = 256 };

#define SEL(index) ((unsigned)(index) << 3)

/* push 0 (unless the CPU pushes an error code); push VECTOR; jmp COMMON */
static void write_stub(uint8_t *at, unsigned vector)
{
    uint8_t *to = at;
    int32_t rel;

    if (!vector_has_error(vector)) {
        *to++ = 0x6a;
        *to++ = 0;
    }
    *to++ = 0x68;
    *to++ = (uint8_t)vector;
    *to++ = 0;
    *to++ = 0;
    *to++ = 0;
    *to++ = 0xe9;
    rel = STUB_COMMON - (int32_t)(vector * STUB_SIZE + (uint32_t)(to - at) + 4);
    memcpy(to, &rel, sizeof rel);
}

static void write_stubs(uint8_t *two_pages[2])
{
    static const uint8_t common[] = {0x0f, 0x04,       /* escape */
                                     0x83, 0xc4, 0x08, /* add esp, 8: vector and error code */
                                     0xcf};            /* iret */
    static const uint8_t vtx[] = {0x0f, 0x04,          /* VTX_STUB, where a VM exit leads to: escape */
                                  0x0f, 0x01, 0xc3,    /* VTX_RESUME: vmresume */
                                  0x0f, 0x04,          /* it failed: escape */
                                  0x0f, 0x01, 0xc2,    /* VTX_LAUNCH: vmlaunch */
                                  0x0f, 0x04};         /* it failed: escape */

    for (unsigned v = 0; v < VECTORS; v++)
        write_stub(two_pages[0] + v * STUB_SIZE, v);
    memcpy(two_pages[1] + (STUB_COMMON & PAGE_OFFSET), common, sizeof common);
    memcpy(two_pages[1] + (VTX_STUB & PAGE_OFFSET), vtx, sizeof vtx);
}

/* Interrupt gates to the stubs, DPL 0: a guest's INT n does not pass (SDM Vol. 3, 6.11). */
static void write_idt(uint8_t *idt)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        uint32_t to = SEG_CUT + v * STUB_SIZE, lo = SEL(GDT_CODE) << 16 | (to & 0xffff),
                 hi = (to & 0xffff0000) | 0x8e00;

        memcpy(idt + 8 * v, &lo, 4);
        memcpy(idt + 8 * v + 4, &hi, 4);
    }
}

/* SS0:ESP0 is the monitor's stack; the I/O map lies past the limit, so that every port traps (SDM Vol. 1, 19.5.2). */
static void write_tss(uint8_t *tss)
{
    uint32_t esp0 = LINEAR(PAGE_STACK + 1), ss0 = SEL(GDT_DATA), io_map = 104u << 16;

    memcpy(tss + 4, &esp0, 4);
    memcpy(tss + 8, &ss0, 4);
    memcpy(tss + 100, &io_map, 4);
}

static void write_gdt(struct shadow_gdt *g)
{
    uint32_t tss = LINEAR(PAGE_TSS);

    gdt_put(g, GDT_CODE, 0x0000ffff, 0x00cf9b00);
    gdt_put(g, GDT_DATA, 0x0000ffff, 0x00cf9300);
    gdt_put(g, GDT_TSS, tss << 16 | 103, (tss & 0xff000000) | 0x8b00 | (tss >> 16 & 0xff));
}

void monitor_behind_escape(struct monitor *n, uint32_t offset)
{
    const struct desc code = {0x0000ffff, 0x00cf9b00, 0}, data = {0x0000ffff, 0x00cf9300, 0};
    struct cpu *p = &n->hw->cpu;

    segment_fill(p, CS, SEL(GDT_CODE), &code);
    segment_fill(p, SS, SEL(GDT_DATA), &data);
    p->r[ESP] = LINEAR(PAGE_STACK + 1) - (uint32_t)sizeof(struct trap_frame);
    p->eip = SEG_CUT + offset;
    cpu_set_eflags(p, FL_1);
    p->cpl = 0;
    cpu_refresh(p);
}

void monitor_host_state(struct monitor *n)
{
    struct cpu *p = &n->hw->cpu;
    uint32_t tss = LINEAR(PAGE_TSS);
    const struct desc task = {tss << 16 | 103, (tss & 0xff000000) | 0x8b00 | (tss >> 16 & 0xff), 0};

    p->cr3 = n->root << PAGE_SHIFT;
    p->cr4 = CR4_TSD;
    p->cr0 |= CR0_PG | CR0_WP | CR0_NE;
    p->gdtr = (struct dtr){LINEAR(PAGE_GDT), GDT_ENTRIES * 8 - 1};
    p->idtr = (struct dtr){LINEAR(PAGE_IDT), VECTORS * 8 - 1};
    segment_fill(p, TR, SEL(GDT_TSS), &task);
    for (unsigned s = 0; s < SEGS; s++)
        if (s != CS && s != SS)
            segment_null(p, s, 0);
    segment_null(p, LDTR, 0);
    monitor_behind_escape(n, STUB_AFTER_ESCAPE);
}

/* The machine's own timer and keyboard are not the guest's; the monitor needs no interrupt but its deadline. */
static void mask_interrupts(struct machine *hw)
{
    hw_out(hw, 0x21, 0xff); /* OCW1 of both PICs (8259A data sheet) */
    hw_out(hw, 0xa1, 0xff);
}

/* Time goes on. */
static void power_on(struct cpu *p)
{
    const uint64_t t[2] = {p->t[0], p->t[1]};

    cpu_reset(p, p->m);
    memcpy(p->t, t, sizeof t);
}

int monitor_boot(struct monitor *n, const struct world *w)
{
    uint32_t frame[MONITOR_PAGES], table = frames_take(&n->frames, TYPE_TABLE), *entry, pde;
    uint8_t *page[MONITOR_PAGES];

    n->root = w->tables(n);
    if (table == NO_FRAME || n->root == NO_FRAME)
        return -1;
    entry = (uint32_t *)(void *)ram_frame(n->hw->ram, table);
    memset(entry, 0, PAGE_SIZE);
    for (unsigned i = 0; i < MONITOR_PAGES; i++) {
        frame[i] = frames_take(&n->frames, TYPE_MONITOR);
        if (frame[i] == NO_FRAME)
            return -1;
        page[i] = ram_frame(n->hw->ram, frame[i]);
        memset(page[i], 0, PAGE_SIZE);
        entry[i] = frame[i] << PAGE_SHIFT | PTE_P | PTE_W | PTE_A | PTE_D;
    }
    pde = table << PAGE_SHIFT | PTE_P | PTE_W | PTE_A;
    memcpy(ram_frame(n->hw->ram, n->root) + 4 * (SEG_CUT >> 22), &pde, sizeof pde);
    n->stack_frame = frame[PAGE_STACK];
    write_stubs(&page[PAGE_STUBS]);
    write_idt(page[PAGE_IDT]);
    write_tss(page[PAGE_TSS]);
    gdt_init(&n->gdt, n->guest, page[PAGE_GDT]);
    write_gdt(&n->gdt);
    power_on(&n->hw->cpu);
    monitor_host_state(n);
    mask_interrupts(n->hw);
    world_start_clock(n);
    return w->boot(n);
}
