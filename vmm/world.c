/* SPDX-License-Identifier: MIT */
/*
 * The registers' part of ring compression's world switch: the lecture's first and third step. In: what the hardware held becomes what the guest believes. Out:
 * the other way round, as far as hardware can hold it (representable()).
 */
#include <string.h>

#include "interp/debugreg.h"
#include "interp/flags.h"
#include "vmm/hw.h"
#include "vmm/monitor.h"

const struct why_info why_info[WHY_COUNT] = {
#define WHY(name, doc) {#name, doc},
#include "vmm/representable.def"
#undef WHY
};

/* Flags that the guest sees and changes on the hardware itself. IF, IOPL and TF are the virtual CPU's own. */
enum { DIRECT_FLAGS = FL_STATUS | FL_DF | FL_NT | FL_RF | FL_AC | FL_ID };

/* Those that a frame tells of: every fault pushes RF set (SDM Vol. 3, 18.3.1.1), the virtual CPU knows if it was. */
static uint32_t told(const struct trap_frame *f)
{
    return f->vector < DEADLINE_VECTOR ? DIRECT_FLAGS & ~(uint32_t)FL_RF : DIRECT_FLAGS;
}

/* CR0 bits that change how unprivileged instructions behave, and so must be the guest's on the hardware. */
#define DIRECT_CR0 (CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_AM)

void world_start_clock(struct monitor *n)
{
    n->seen_cycles = cpu_cycles(&n->hw->cpu);
    n->seen_insns = cpu_insns(&n->hw->cpu);
    n->stub_insns = 0;
}

void world_sync_clock(struct monitor *n)
{
    struct cpu *v = &n->guest->cpu, *p = &n->hw->cpu;
    unsigned cycles = n->guest->clock_insns;
    uint64_t insns = cpu_insns(p) - n->seen_insns - n->stub_insns;

    v->t[cycles] += cpu_cycles(p) - n->seen_cycles;
    v->t[!cycles] += insns;
    n->seen_cycles = cpu_cycles(p);
    n->seen_insns = cpu_insns(p);
    n->stub_insns = 0;
}

/* A selector that the guest loaded by itself came through the shadow: its origin is the hidden part. */
static void segment_in(struct monitor *n, unsigned seg, unsigned hw_sel, unsigned guest_sel)
{
    struct cpu *v = &n->guest->cpu;

    if (hw_sel == n->out_sel[seg])
        return;
    n->out_sel[seg] = (uint16_t)hw_sel;
    if (sel_null(hw_sel) || !n->gdt.valid[hw_sel >> 3])
        segment_null(v, seg, guest_sel);
    else
        segment_fill(v, seg, guest_sel, &n->gdt.origin[hw_sel >> 3]);
}

void world_in(struct monitor *n, const struct trap_frame *f)
{
    static const uint8_t data[] = {ES, DS, FS, GS};
    struct cpu *v = &n->guest->cpu;
    const struct cpu *p = &n->hw->cpu;

    world_sync_clock(n); /* first: RF goes by it */
    for (unsigned i = 0; i < 8; i++)
        v->r[i] = p->r[i];
    v->r[ESP] = f->esp;
    v->eip = f->eip;
    cpu_set_eflags(v, (cpu_eflags(v) & ~told(f)) | (f->eflags & told(f)));
    segment_in(n, CS, f->cs, gdt_sel_in(f->cs));
    segment_in(n, SS, f->ss, gdt_sel_in(f->ss));
    for (unsigned i = 0; i < sizeof data; i++)
        segment_in(n, data[i], p->seg[data[i]].sel, p->seg[data[i]].sel);
    v->cpl = (f->cs & 3) == 3 ? 3 : 0;
    v->shadow = 0;
    cpu_refresh(v);
}

void world_in_live(struct monitor *n)
{
    const struct cpu *p = &n->hw->cpu;
    const struct trap_frame f = {.vector = DEADLINE_VECTOR, /* as an interrupt would find it */
                                 .eip = p->eip,
                                 .cs = p->seg[CS].sel,
                                 .eflags = cpu_eflags(p),
                                 .esp = p->r[ESP],
                                 .ss = p->seg[SS].sel};

    world_in(n, &f);
    n->guest->cpu.shadow = p->shadow; /* of MOV SS */
}

/* A data segment that no load would give: VM exits, for one, take a host's selectors as they come. */
static bool beyond_its_ring(const struct seg *s)
{
    bool conforming = desc_is_code(s->attr) && s->attr & ATTR_DC;

    return !conforming && (s->sel & 3u) > attr_dpl(s->attr);
}

/*
 * The selector with which the hardware can hold a segment register of the guest. Where the guest can see and load
 * selectors it is its own, if a load of that gives the same hidden part. A virtualizable CPU lets none be seen: any
 * selector will do. False: there is none.
 */
static bool segment_out(struct monitor *n, unsigned seg, uint16_t *sel)
{
    const struct seg *s = &n->guest->cpu.seg[seg];
    uint16_t rpl = s->sel & 3;

    if (sel_null(s->sel)) { /* of its four forms only 0 survives the monitor's IRET to an outer ring */
        *sel = 0;
        return n->virtualizable || !rpl;
    }
    if (seg != CS && seg != SS && beyond_its_ring(s))
        return false;
    if (!(s->attr & ATTR_P) || !n->virtualizable) {
        *sel = s->sel;
        if (!gdt_reversible(&n->gdt, s))
            return false;
    } else {
        *sel = gdt_slot(&n->gdt, seg, s);
        if (!*sel)
            return false;
        *sel |= rpl;
    }
    if (seg == CS || seg == SS)
        *sel = gdt_sel_out(*sel);
    return true;
}

enum why_not representable(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;

    if (!(v->cr0 & CR0_PE))
        return WHY_real_mode;
    if (v->vmx.on)
        return WHY_vmx;
    if (v->cpl == 1 || v->cpl == 2)
        return WHY_ring;
    if (v->cpl == 3 && (!(v->eflags & FL_IF) || (v->eflags & FL_IOPL)))
        return WHY_user_flags;
    if (v->eflags & FL_TF)
        return WHY_trace_flag;
    if (debugreg_any(v))
        return WHY_breakpoint;
    if (v->shadow)
        return WHY_shadow;
    if (v->activity != ACTIVE)
        return WHY_inactive;
    if (v->nmi_blocked)
        return WHY_nmi;
    if ((uint64_t)v->seg[CS].base + v->eip >= SEG_CUT) /* also where the sum wraps: the cut segment ends before */
        return WHY_high_code;
    for (unsigned i = 0; i < SEGS; i++) {
        uint16_t sel;

        if (!segment_out(n, i, &sel))
            return WHY_segment;
    }
    if (!(v->seg[SS].attr & ATTR_P) || (v->seg[SS].sel & 3) != v->cpl || (v->seg[CS].sel & 3) != v->cpl)
        return WHY_stack;
    /* IRET loads SP alone for a 16-bit stack, as known from Linux's "espfix". The monitor's own ESP lies at SEG_CUT. */
    if (!(v->seg[SS].attr & ATTR_D) && v->r[ESP] >> 16 != SEG_CUT >> 16)
        return WHY_esp_high;
    return WHY_nothing;
}

enum why_not world_why_not(const struct monitor *n)
{
    struct monitor copy = *n;
    uint8_t table[PAGE_SIZE];

    if (n->live)
        return WHY_nothing;
    copy.gdt.table = table;
    if (n->gdt_stale || n->shadow_stale)
        gdt_drop(&copy.gdt);
    return representable(&copy);
}

/* The frame that the stub's IRET will pop. */
static void frame_out(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;
    struct trap_frame f = {.eip = v->eip,
                           .cs = n->out_sel[CS],
                           .eflags = (cpu_eflags(v) & DIRECT_FLAGS) | FL_IF | FL_1,
                           .esp = v->r[ESP],
                           .ss = n->out_sel[SS]};
    uint64_t at = ((uint64_t)n->stack_frame << PAGE_SHIFT) + PAGE_SIZE - sizeof f;

    (void)machine_write(n->hw, at, &f, sizeof f);
}

void world_out(struct monitor *n)
{
    static const uint8_t data[] = {ES, DS, FS, GS};
    const struct cpu *v = &n->guest->cpu;
    struct machine *hw = n->hw;
    uint32_t cr0 = (hw->cpu.cr0 & ~DIRECT_CR0) | (v->cr0 & DIRECT_CR0);

    for (unsigned i = 0; i < 8; i++)
        if (i != ESP)
            hw_mov_reg(hw, i, v->r[i]);
    for (unsigned i = 0; i < SEGS; i++)
        (void)segment_out(n, i, &n->out_sel[i]); /* representable() has said that there is one */
    for (unsigned i = 0; i < sizeof data; i++)
        hw_mov_seg(hw, data[i], n->out_sel[data[i]]);
    if (cr0 != hw->cpu.cr0)
        hw_mov_cr0(hw, cr0);
    frame_out(n);
}
