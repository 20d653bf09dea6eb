/* SPDX-License-Identifier: MIT */
/*
 * The world switch by VM exit and VM entry. The guest runs at its own rings, in an address space of its own; what it
 * loaded into segment registers, however it came there, the VMCS holds. So nearly everything is representable.
 */
#include <string.h>

#include "interp/debugreg.h"
#include "interp/ept.h"
#include "shadowpt/p2m.h"
#include "vmm/hw.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

bool vtx_two_dimensions(const struct monitor *n)
{
    return n->vtx.nested && n->guest->cpu.cr0 & CR0_PG;
}

static bool in_guest(const struct cpu *p)
{
    return p->vmx.non_root;
}

/* ---- set up ---- */

static uint64_t region(const struct monitor *n, uint32_t frame)
{
    uint32_t revision = VMX_REVISION;

    memset(ram_frame(n->hw->ram, frame), 0, PAGE_SIZE);
    memcpy(ram_frame(n->hw->ram, frame), &revision, sizeof revision);
    return (uint64_t)frame << PAGE_SHIFT;
}

/* The monitor's own address space holds the monitor, and nothing of the guest's. */
static uint32_t tables(struct monitor *n)
{
    uint32_t root = frames_take(&n->frames, TYPE_DIRECTORY);

    if (shadow_init(&n->shadow, n->guest, n->hw, &n->frames, SHADOW_PDES_ALL) ||
        (n->vtx.nested && nested_init(&n->vtx.tables, n->guest, n->hw, &n->frames)))
        return NO_FRAME;
    if (root != NO_FRAME)
        memset(ram_frame(n->hw->ram, root), 0, PAGE_SIZE);
    return root;
}

static int boot(struct monitor *n)
{
    struct vtx *x = &n->vtx;

    x->launched = x->known_guest = false;
    x->a20 = 0; /* no tables are made yet */
    x->exit = (struct vmx_exit){0};
    x->broken = x->inject = (struct vmx_event){0};
    x->vmxon = frames_take(&n->frames, TYPE_MONITOR);
    x->vmcs = frames_take(&n->frames, TYPE_MONITOR);
    if (x->vmxon == NO_FRAME || x->vmcs == NO_FRAME)
        return -1;
    hw_mov_cr4(n->hw, n->hw->cpu.cr4 | VMX_CR4_MUST);
    hw_vmxon(n->hw, region(n, x->vmxon));
    hw_vmclear(n->hw, region(n, x->vmcs));
    hw_vmptrld(n->hw, (uint64_t)x->vmcs << PAGE_SHIFT);
    vtx_write_constants(n);
    vtx_seen_begin(n);
    monitor_behind_escape(n, VTX_LAUNCH);
    world_start_clock(n);
    return 0;
}

static void unboot(struct monitor *n)
{
    (void)n;
}

/* ---- in ---- */

/* VMLAUNCH or VMRESUME went on with the instruction behind it: it could not even look at the guest. */
static bool entry_failed(const struct cpu *p)
{
    return cpu_eflags(p) & (FL_CF | FL_ZF);
}

static void read_exit(struct monitor *n)
{
    struct vmx_exit *e = &n->vtx.exit;

    *e = (struct vmx_exit){.reason = vtx_read(n, VMCS_EXIT_REASON),
                           .qualification = vtx_read(n, VMCS_EXIT_QUALIFICATION)};
    if (e->reason == VMX_EXCEPTION) {
        e->event.info = vtx_read(n, VMCS_EXIT_INTR);
        e->event.error = vtx_read(n, VMCS_EXIT_INTR_ERROR);
    } else if (e->reason == VMX_EPT_VIOLATION || e->reason == VMX_EPT_MISCONFIG) {
        e->physical = vtx_read(n, VMCS_EXIT_PHYSICAL);
    }
}

/* An IRET that was broken off is executed again, here or by the hardware: NMIs are blocked until then (27.2.2). */
static void block_again(struct monitor *n)
{
    const struct vmx_exit *e = &n->vtx.exit;
    uint32_t told = e->reason == VMX_EPT_VIOLATION ? e->qualification : e->event.info;

    if (told & INTR_UNBLOCKED)
        vtx_write(n, VMCS_GUEST_INTERRUPTIBILITY, vtx_read(n, VMCS_GUEST_INTERRUPTIBILITY) | BLOCKED_NMI);
}

static void read_broken(struct monitor *n)
{
    struct vmx_event *e = &n->vtx.broken;

    *e = (struct vmx_event){.info = vtx_read(n, VMCS_VECTORING)};
    if (!(e->info & INTR_VALID))
        return;
    e->error = e->info & INTR_ERROR ? vtx_read(n, VMCS_VECTORING_ERROR) : 0;
    e->length = vtx_read(n, VMCS_EXIT_LENGTH);
}

/* Faults in a row with no instruction between them are counted wherever they are delivered. `stub`: of the hardware's
 * instructions, those that are behind it, or lie before it, and are not the guest's. */
static void carry_fruitless(const struct machine *from, struct machine *to, int stub)
{
    unsigned insns = !from->clock_insns;

    to->fruitless = from->fruitless;
    to->fruitless_at = to->cpu.t[insns] + (uint64_t)stub - (from->cpu.t[insns] - from->fruitless_at);
}

/* For those who look: it costs nothing. */
static uint32_t peek(const struct monitor *n, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(n->hw, n->hw->cpu.vmx.vmcs, f);
}

static void arrive(struct vm *vm, struct trap *t)
{
    struct monitor *n = &vm->mon;
    struct vtx *x = &n->vtx;

    n->stub_insns += VTX_STUB_IN;
    n->stub_cycles += VTX_STUB_IN * n->hw->cost.insn;
    world_sync_clock(n);
    x->known_guest = false;
    vtx_forget(n);
    if (entry_failed(&n->hw->cpu)) {
        mon_complain(vm, "VM entry: VM-instruction error %u", (unsigned)vtx_read(n, VMCS_INSTRUCTION_ERROR));
        x->known_guest = true; /* it never left */
    } else {
        vtx_seen_exit(n);
    }
    read_exit(n);
    /* An entry that fails leaves the VMCS as clear as it was (SDM Vol. 3, "VM-Entry Failures During or After Loading Guest State"). */
    if (x->exit.reason & VMX_ENTRY_FAILED && !x->launched)
        monitor_behind_escape(n, VTX_LAUNCH);
    else
        x->launched = true;
    read_broken(n);
    block_again(n);
    *t = (struct trap){.vector = x->exit.event.info & INTR_VALID ? x->exit.event.info & INTR_VECTOR : NO_VECTOR,
                       .error = x->exit.event.error,
                       .eip = peek(n, VMCS_GUEST_EIP),
                       .cs = peek(n, VMCS_GUEST_CS),
                       .cr2 = x->exit.qualification,
                       .exit = &x->exit};
}

/* While it was the hardware's, the guest flushed the hardware's TLB; the virtual CPU's holds what it held long ago. */
static void flush_virtual(struct monitor *n)
{
    uint32_t observed = n->guest->observed;

    n->guest->observed = 0;
    tlb_flush(&n->guest->cpu, true);
    n->guest->observed = observed;
}

void vtx_learn(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    if (n->vtx.known_guest)
        return;
    n->vtx.known_guest = true;
    vtx_load_guest(n);
    carry_fruitless(n->hw, n->guest, VTX_STUB_IN);
    if (vtx_two_dimensions(n))
        flush_virtual(n);
}

static void look(struct monitor *n)
{
    struct cpu *v = &n->guest->cpu;
    const struct cpu *p = &n->hw->cpu;
    bool nested = vtx_two_dimensions(n);
    uint32_t cr0 = ~vtx_read(n, VMCS_CR0_MASK), cr4 = ~vtx_read(n, VMCS_CR4_MASK);

    world_sync_clock(n);
    memcpy(v->r, p->r, 8 * sizeof *v->r);
    v->eip = p->eip;
    memcpy(v->seg, p->seg, sizeof v->seg);
    v->cpl = p->cpl;
    v->cr0 = (v->cr0 & ~cr0) | (p->cr0 & cr0);
    v->cr4 = (v->cr4 & ~cr4) | (p->cr4 & cr4);
    v->cr2 = p->cr2;
    if (nested)
        v->cr3 = p->cr3;
    v->dr[6] = p->dr[6];
    v->dr[7] = p->dr[7];
    v->gdtr = p->gdtr;
    v->idtr = p->idtr;
    v->shadow = p->shadow;
    v->nmi_blocked = p->nmi_blocked;
    v->debug_hit = p->debug_hit;
    cpu_set_eflags(v, cpu_eflags(p));
    carry_fruitless(n->hw, n->guest, 0);
    debugreg_changed(v);
    cpu_refresh(v);
    if (nested)
        flush_virtual(n);
}

/* ---- out ---- */

/* What is left is the stub's. */
static void enter(struct monitor *n)
{
    struct vtx *x = &n->vtx;

    vtx_seen_entry(n);
    world_sync_clock(n);
    x->entries++;
    n->stub_insns = VTX_STUB_OUT;
    n->stub_cycles += n->hw->cost.insn;
}

static void depart(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    world_sync_clock(n);
    vtx_store_guest(n);
    vtx_store_event(n);
    vtx_store_execution(n);
    carry_fruitless(n->guest, n->hw, VTX_STUB_OUT);
    enter(n);
}

/* RF as the guest had it, or as the exception whose delivery goes on is to push it (SDM Vol. 3, 18.3.1.1). */
static uint32_t resume_flag(struct monitor *n)
{
    const struct vmx_event *e = &n->vtx.inject;

    if (e->info && (e->info >> INTR_TYPE_SHIFT & 7) == INTR_FAULT)
        return (e->info & INTR_VECTOR) != VEC_DB ? FL_RF : 0;
    return vtx_resume_flag(n, e);
}

/* Nothing goes back that was not fetched, but for RF, which the exit has set. */
static void again(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    n->vtx.rf = resume_flag(n);
    vtx_write(n, VMCS_GUEST_EFLAGS, (vtx_read(n, VMCS_GUEST_EFLAGS) & ~(uint32_t)FL_RF) | n->vtx.rf);
    vtx_store_event(n);
    vtx_store_execution(n);
    enter(n);
}

/*
 * All of the p2m at once: a violation, as a hidden page fault does, would cost the guest its RF, of which the exit does not
 * tell. For the same reason the shadow of a guest without paging is whole.
 */
static void make_nested(struct monitor *n)
{
    struct vtx *x = &n->vtx;

    x->a20 = n->guest->a20;
    nested_drop(&x->tables);
    nested_fill_all(&x->tables);
    hw_work(n->hw, x->tables.tables * n->hw->cost.nested_fill);
    hw_invept(n->hw, nested_pointer(&x->tables));
}

static void refresh(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    struct vtx *x = &n->vtx;

    if (x->nested && x->a20 != n->guest->a20)
        make_nested(n);
    if (!n->shadow_stale)
        return;
    n->shadow_stale = false;
    if (!vtx_two_dimensions(n)) {
        shadow_drop(&n->shadow);
        hw_work(n->hw, n->hw->cost.shadow_flush);
        VM_OBSERVE(vm, shadow_drop, n->guest->cpu.cr3);
        if (!(n->guest->cpu.cr0 & CR0_PG))
            shadow_fill_flat(&n->shadow);
    }
    hw_invvpid(n->hw, INVVPID_CONTEXT, VTX_VPID, gva(0));
}

static void forget_page(struct monitor *n, gva_t gva)
{
    hw_invvpid(n->hw, INVVPID_ADDRESS, VTX_VPID, gva);
}

static void event(struct monitor *n, const struct event *e)
{
    if (e->kind == EVENT_tlb_flush) {
        n->shadow_stale = true;
    } else if (e->kind == EVENT_tlb_invlpg) {
        shadow_invlpg(&n->shadow, gva((uint32_t)e->field[0]));
        forget_page(n, gva((uint32_t)e->field[0]));
    }
}

/* Entries flipped for a WP=0 kernel are ended by no TLB flush; the tables of the other dimension are another matter. */
static void emulated(struct monitor *n, const struct emulation *before)
{
    if ((before->cr0 ^ n->guest->cpu.cr0) & (CR0_WP | CR0_PG))
        n->shadow_stale = true;
}

static void changed(struct monitor *n)
{
    n->shadow_stale = true;
}

/* As by an exit, but that the VMCS keeps what the entry left in it: what is known to be there is known still. */
static void take_back(struct monitor *n)
{
    struct cpu *p = &n->hw->cpu;

    n->vtx.known_guest = n->vtx.launched = true;
    p->vmx = (struct vmx){.on = true, .vmxon = p->vmx.vmxon, .vmcs = p->vmx.vmcs, .timer = UINT64_MAX};
    tlb_switch(p);
    p->dr[7] = DR7_FIXED;
    debugreg_changed(p);
    p->shadow = p->shadow_before = 0;
    p->nmi_blocked = false;
    p->debug_hit = 0;
    p->cr0 = (uint32_t)n->vtx.field[VMCS_HOST_CR0];
    monitor_host_state(n);
    p->cr4 |= VMX_CR4_MUST;
    monitor_behind_escape(n, VTX_RESUME);
}

static enum why_not why_not(const struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;

    if (n->live)
        return WHY_nothing;
    if (v->vmx.on)
        return WHY_vmx;
    if (v->activity != ACTIVE)
        return WHY_inactive;
    if (v->shadow && v->eflags & FL_TF) /* entry wants a pending #DB, which this processor keeps elsewhere */
        return WHY_shadow;
    return WHY_nothing;
}

static enum why_not can_enter(struct monitor *n)
{
    return why_not(n);
}

const struct world world_vtx = {.tables = tables,
                                .boot = boot,
                                .unboot = unboot,
                                .arrive = arrive,
                                .look = look,
                                .depart = depart,
                                .again = again,
                                .refresh = refresh,
                                .forget_page = forget_page,
                                .event = event,
                                .emulated = emulated,
                                .changed = changed,
                                .take_back = take_back,
                                .in_guest = in_guest,
                                .representable = can_enter,
                                .why_not = why_not,
                                .shadows_deadline = true};
