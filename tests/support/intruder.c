/* SPDX-License-Identifier: MIT */
#include "tests/support/intruder.h"

#include <criterion/criterion.h>
#include <string.h>

#include "interp/paging.h"
#include "interp/segment.h"
#include "interp/vmx.h"
#include "tests/support/flat_vmcs.h"

const char *const way_name[WAYS] = {"page", "table", "big page", "flat", "linear", "unmapped"};

enum {
    DIRECTORY = 0x1000,
    TABLE = 0x2000,
    WINDOW_TABLE = 0x3000,
    HIGH_TABLE = 0x4000,
    GDT = 0x5000,
    IDT = 0x5800,
    TSS = 0x6000,
    OPERANDS = 0x7000,
    HANDLERS = 0x8000, /* of vector n at + 16 n */
    VMXON_REGION = 0x9000,
    VMCS_REGION = 0xa000,
    PLAYGROUND = 0xb000, /* SCRATCH, and the page before the one that is reached for */
    HIGH_PAGE = 0xc000,
    CODE = 0x10000,
    LANDING = 0x11000, /* of a VM exit to the guest's own host */
    INNER = 0x12000,   /* the guest of the guest */
    STACK0 = 0x20000,
    STACK3 = 0x22000,
    WINDOW = 0x400000,
    BIG = 0x800000,
    WRAP_BASE = 0x1000,
    GATE = 0x50, /* the way out */
    ENOUGH = 4000
};

static void put(struct machine *m, uint32_t at, const void *from, size_t n)
{
    cr_assert_eq(machine_write(m, at, from, n), 0);
}

static void put32(struct machine *m, uint32_t at, uint32_t v)
{
    put(m, at, &v, sizeof v);
}

static void put_zeros(struct machine *m, uint32_t at)
{
    static const uint8_t zero[PAGE_SIZE];

    put(m, at, zero, sizeof zero);
}

static uint32_t address(const struct attempt *a)
{
    switch (a->way) {
    case WAY_BIG: return BIG + (a->hpa & ~PDE_BIG_FRAME);
    case WAY_FLAT: return a->hpa;
    case WAY_LINEAR:
    case WAY_UNMAPPED: return a->linear;
    default: return WINDOW + PAGE_SIZE;
    }
}

/* ---- tables ---- */

static void put_paging(struct machine *m, const struct attempt *a)
{
    enum { ALL = PTE_P | PTE_W | PTE_U };
    uint32_t entry[4][1024] = {{0}}; /* DIRECTORY, TABLE, WINDOW_TABLE, HIGH_TABLE: one behind the other */

    entry[0][0] = TABLE | ALL;
    entry[0][WINDOW >> 22] = (a->way == WAY_TABLE ? a->hpa : WINDOW_TABLE) | ALL;
    entry[0][BIG >> 22] = (a->hpa & PDE_BIG_FRAME) | ALL | PTE_PS;
    entry[0][SEG_CUT >> 22] = HIGH_TABLE | ALL;
    for (uint32_t i = 0; i < 1024; i++) {
        entry[1][i] = i << PAGE_SHIFT | ALL;
        entry[3][i] = a->way == WAY_LINEAR ? HIGH_PAGE | ALL : 0;
    }
    entry[2][0] = PLAYGROUND | ALL;
    entry[2][1] = a->hpa | ALL;
    entry[2][2] = PLAYGROUND | PTE_P | PTE_W;
    entry[2][3] = PLAYGROUND | PTE_P | PTE_U;
    for (unsigned t = 0; t < 4; t++)
        put(m, DIRECTORY + t * PAGE_SIZE, entry[t], PAGE_SIZE);
}

static void put_gdt(struct machine *m, uint32_t at)
{
    const uint32_t tss[2] = {TSS << 16 | 0x67, 0x8b00},
                   far[2] = {at << 16 | 0x67, (at & 0xff000000) | 0x8900 | (at >> 16 & 0xff)};
    static const uint32_t flat[][3] = {{SEL_CS, 0x0000ffff, 0x00cf9b00},
                                       {SEL_DS, 0x0000ffff, 0x00cf9300},
                                       {SEL_CS3, 0x0000ffff, 0x00cffb00},
                                       {SEL_DS3, 0x0000ffff, 0x00cff300},
                                       {SEL_WRAP, WRAP_BASE << 16 | 0xffff, 0x00cff300},
                                       {SEL_DOWN, 0x00000fff, 0x00c0f700}};

    put_zeros(m, GDT);
    for (unsigned i = 0; i < sizeof flat / sizeof *flat; i++)
        put(m, GDT + (flat[i][0] & ~7u), &flat[i][1], 8);
    put(m, GDT + SEL_TR, tss, sizeof tss);
    put(m, GDT + SEL_TSS, far, sizeof far);
}

/* Handlers end the run with their vector as the exit code: mov al, vector; out 0xf4, al */
static void put_handlers(struct machine *m)
{
    uint8_t code[256][16] = {{0}};
    uint32_t gate[256][2];

    for (uint32_t n = 0; n < 256; n++) {
        memcpy(code[n], (const uint8_t[]){0xb0, (uint8_t)n, 0xe6, 0xf4, 0xf4}, 5);
        gate[n][0] = SEL_CS << 16 | (HANDLERS + 16 * n);
        gate[n][1] = n == GATE ? 0xee00 : 0x8e00;
    }
    put(m, HANDLERS, code, sizeof code);
    put(m, IDT, gate, sizeof gate);
}

static void put_operands(struct machine *m, const struct attempt *a)
{
    const uint32_t pointer[4] = {a->hpa}, own[4] = {VMXON_REGION, 0, VMCS_REGION};
    uint32_t at = address(a);

    put_zeros(m, OPERANDS);
    put(m, OPERANDS, pointer, sizeof pointer);
    put(m, OPERANDS + 16, own, sizeof own);
    put(m, OPERANDS + 32, &(uint16_t){0xfff}, 2);
    put(m, OPERANDS + 34, &at, 4);
}

static void put_vmx(struct machine *m, const struct attempt *a)
{
    static const uint8_t landing[] = {0xcd, GATE};
    static const uint8_t inner[] = {0xa1, 0, 0, 0, 0, 0xb9, 0x74, 1, 0, 0, 0x0f, 0x32, 0xe4, 0x40, 0x0f, 0x01, 0xc1};
    const struct flat_vmcs k = {.gdt = GDT,
                                .idt = IDT,
                                .cr3 = DIRECTORY,
                                .cs = SEL_CS,
                                .ds = SEL_DS,
                                .tr = SEL_TR,
                                .host_eip = LANDING,
                                .host_esp = STACK0 - 64,
                                .guest_eip = INNER,
                                .guest_esp = STACK0 - 256};

    put_zeros(m, VMXON_REGION);
    put_zeros(m, VMCS_REGION);
    put32(m, VMXON_REGION, VMX_REVISION);
    put32(m, VMCS_REGION, VMX_REVISION);
    put(m, LANDING, landing, sizeof landing);
    put(m, INNER, inner, sizeof inner); /* mov eax, [0]; rdmsr; in al, 0x40; vmcall */
    flat_vmcs(m, VMCS_REGION, &k);
    /* Whatever its field means: all that makes the processor look there is on. */
    vmcs_write(m, VMCS_REGION, VMCS_PROC_CONTROLS,
               PROC_MUST | PROC_SECONDARY |
                   (a->field == VMCS_IO_BITMAP_A || a->field == VMCS_IO_BITMAP_B ? PROC_IO_BITMAPS : 0) |
                   (a->field == VMCS_MSR_BITMAP ? PROC_MSR_BITMAPS : 0));
    vmcs_write(m, VMCS_REGION, VMCS_PROC2_CONTROLS, a->field == VMCS_EPT_POINTER ? PROC2_EPT : 0);
    vmcs_write(m, VMCS_REGION, VMCS_ENTRY_MSR_LOAD_COUNT, a->field == VMCS_ENTRY_MSR_LOAD);
    vmcs_write(m, VMCS_REGION, VMCS_EXIT_MSR_LOAD_COUNT, a->field == VMCS_EXIT_MSR_LOAD);
    vmcs_write(m, VMCS_REGION, VMCS_EXIT_MSR_STORE_COUNT, a->field == VMCS_EXIT_MSR_STORE);
    if (a->field)
        vmcs_write(m, VMCS_REGION, a->field, a->hpa | a->with);
}

/* ---- code ---- */

static uint32_t value(const struct attempt *a, enum operand o)
{
    switch (o) {
    case AT: return address(a);
    case BEFORE: return address(a) - 2;
    case HPA: return a->hpa;
    case POINTER: return OPERANDS;
    case OWN: return OPERANDS + 16;
    case OWN_VMCS: return OPERANDS + 24;
    case PSEUDO: return OPERANDS + 32;
    case KERNEL: return WINDOW + 2 * PAGE_SIZE;
    case FIXED: return WINDOW + 3 * PAGE_SIZE;
    case WRAP: return address(a) - WRAP_BASE;
    default: return PLAYGROUND;
    }
}

static void put_code(struct machine *m, const struct attempt *a)
{
    static const uint8_t out[] = {0xcd, GATE};
    uint32_t at = CODE;

    for (const uint16_t *c = a->code; *c != END; c++) {
        uint32_t v = *c < AT ? *c : value(a, *c);
        unsigned n = *c < AT ? 1 : 4;

        put(m, at, &v, n);
        at += n;
    }
    put(m, at, out, sizeof out);
}

/* ---- the processor ---- */

static void load(struct machine *m, unsigned seg, unsigned sel)
{
    struct desc d;

    cr_assert_eq(machine_read(m, GDT + (sel & ~7u), &d, 8), 0);
    segment_fill(&m->cpu, seg, sel, &d);
}

static void power_on(struct machine *m)
{
    struct cpu *c = &m->cpu;
    const uint64_t t[2] = {c->t[0], c->t[1]};

    cpu_reset(c, m);
    memcpy(c->t, t, sizeof t);
    m->exited = m->was_reset = false;
    m->fruitless = 0;
}

static void set_processor(struct machine *m, const struct attempt *a)
{
    struct cpu *c = &m->cpu;

    for (unsigned s = 0; s < SEGS; s++)
        load(m, s, s == CS ? (a->ring ? SEL_CS3 : SEL_CS) : a->ring ? SEL_DS3 : SEL_DS);
    load(m, TR, SEL_TR);
    c->gdtr = (struct dtr){GDT, 0x7ff};
    c->idtr = (struct dtr){IDT, 0x7ff};
    c->cpl = (uint8_t)a->ring;
    c->r[ESP] = a->ring ? STACK3 : STACK0;
    c->eip = CODE;
    c->cr3 = DIRECTORY;
    c->cr4 = CR4_PSE | (a->vmx ? CR4_VMXE : 0);
    c->cr0 |= CR0_NE | (a->way == WAY_FLAT ? 0 : CR0_PG | CR0_WP);
    if (a->vmx == VMX_ON)
        c->vmx = (struct vmx){.on = true, .vmxon = VMXON_REGION, .vmcs = VMCS_REGION, .timer = CLOCK_NEVER};
    cpu_set_eflags(c, FL_1 | (a->ring ? FL_IF : 0)); /* user code with IF clear would be interpreted (vmm/world.c) */
    tlb_flush(c, true);
    cpu_refresh(c);
}

void intruder_begin(struct vm *v, const struct attempt *a)
{
    struct machine *m = vm_guest(v);

    power_on(m);
    put_zeros(m, PLAYGROUND);
    put_zeros(m, HIGH_PAGE);
    put_paging(m, a);
    put_gdt(m, address(a));
    put_zeros(m, TSS);
    put32(m, TSS + 4, STACK0);
    put32(m, TSS + 8, SEL_DS);
    put_handlers(m);
    put_operands(m, a);
    put_vmx(m, a);
    put_code(m, a);
    set_processor(m, a);
    vm_changed(v);
}

enum outcome intruder_run(struct vm *v)
{
    return vm_run(v, machine_now(vm_guest(v)) + ENOUGH);
}
