/* SPDX-License-Identifier: MIT */
/*
 * vtx: the hardware's help. The guest runs in VMX non-root operation at the rings that it believes in; what must not be
 * its own exits. As in trap.c one rule emulates everything: the virtual CPU executes that one instruction. The exceptions to
 * it are tables of the monitor's that had no entry yet, interrupts that were waited for, and the end of everything.
 */
#include "interp/ept.h"
#include "interp/machine.h"
#include "interp/vmx.h"
#include "vmm/hw.h"
#include "vmm/vm_struct.h"
#include "vmm/words.h"
#include "vmm/world.h"

/* Which of the monitor's reasons (exit.def) is it, where the SDM's does not say more? */
static enum exit_reason reason_of(const struct vmx_exit *e)
{
    switch (e->reason & ~VMX_ENTRY_FAILED) {
    case VMX_INTERRUPT: return EXIT_deadline;
    case VMX_INTR_WINDOW:
    case VMX_NMI_WINDOW: return EXIT_window;
    case VMX_HLT: return EXIT_hlt;
    case VMX_INVLPG:
    case VMX_CR:
    case VMX_DR: return EXIT_cr_access;
    case VMX_IO: return EXIT_io;
    case VMX_GDTR_IDTR:
    case VMX_LDTR_TR: return EXIT_descriptor_table;
    case VMX_EXCEPTION:
    case VMX_TRIPLE_FAULT: return EXIT_exception;
    default: return EXIT_privileged;
    }
}

static enum vm_next nested_fault(struct vm *vm, const struct trap *t)
{
    struct monitor *n = &vm->mon;
    const struct vmx_exit *e = t->exit;
    static const enum exit_reason reason[] = {
        [NESTED_FILLED] = EXIT_hidden_fault, [NESTED_TRACED] = EXIT_trace, [NESTED_MMIO] = EXIT_mmio};
    enum nested_fault f;
    uint64_t entry;

    f = nested_fill(&n->vtx.tables, gpa(e->physical), e->qualification & EPT_W, &entry);
    mon_count_exit(vm, reason[f], t);
    if (f != NESTED_FILLED)
        return VM_INTERPRET;
    hw_work(n->hw, n->hw->cost.nested_fill);
    VM_OBSERVE(vm, nested_fill, e->physical, entry & EPT_FRAME, entry);
    return VM_AGAIN;
}

/* A fault while #DF was being delivered. */
static enum vm_next shut_down(struct vm *vm)
{
    struct cpu *v = &vm->guest->cpu;

    vtx_learn(vm);
    v->shadow =
        0; /* as in cpu_run.c; an instruction that was tried again stood in one of the monitor's (vtx_event.c) */
    v->activity = SHUTDOWN;
    return VM_RESUME;
}

static enum vm_next answer(struct vm *vm, const struct trap *t)
{
    switch (t->exit->reason) {
    case VMX_EXCEPTION: return mon_answer_page_fault(vm, t) == VM_RESUME ? VM_AGAIN : VM_INTERPRET;
    case VMX_EPT_VIOLATION: return nested_fault(vm, t);
    default: mon_count_exit(vm, reason_of(t->exit), t);
    }
    switch (t->exit->reason) {
    case VMX_INTERRUPT:
    case VMX_INTR_WINDOW:
    case VMX_NMI_WINDOW: return VM_RESUME;
    case VMX_TRIPLE_FAULT: return shut_down(vm);
    default: return VM_INTERPRET;
    }
}

static enum vm_next on_trap(struct vm *vm, const struct trap *t)
{
    struct monitor *n = &vm->mon;
    enum vm_next next;

    n->vtx.exits[t->exit->reason % VMX_REASONS]++;
    next = answer(vm, t);
    if (next == VM_AGAIN) {
        vtx_deliver_again(n);
        return next;
    }
    vtx_learn(vm);
    vtx_deliver_here(n);
    return next;
}

static enum vm_next run(struct vm *vm, uint64_t until)
{
    if (mon_done(vm, until))
        return VM_STOP;
    if (mon_cannot_resume(vm))
        return VM_INTERPRET;
    (void)vtx_inject(vm);
    return VM_RESUME;
}

const struct technique technique_vtx = {.name = "vtx",
                                        .doc = N_("hardware assistance: the guest in VMX non-root operation"),
                                        .needs_monitor = true,
                                        .mmu = MMU_SHADOW | MMU_NESTED,
                                        .world = &world_vtx,
                                        .attach = monitor_attach,
                                        .detach = monitor_detach,
                                        .on_trap = on_trap,
                                        .run = run};
