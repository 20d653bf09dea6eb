/* SPDX-License-Identifier: MIT */
/*
 * trap: trap-and-emulate. The guest kernel runs at ring 1, its user programs at ring 3, directly on the hardware; what
 * traps is executed, one instruction, on the virtual CPU at virtual ring 0, by the same interpreter that is the hardware.
 * That one rule covers privileged instructions, exceptions that are the guest's own, INT n, and accesses that only the
 * monitor can make; the exception to it is the hidden page fault, which the shadow answers.
 */
#include "interp/machine.h"
#include "vmm/monitor.h"
#include "vmm/words.h"
#include "vmm/world.h"

static enum vm_next on_trap(struct vm *vm, const struct trap *t)
{
    return mon_answer_trap(vm, t);
}

static enum vm_next run(struct vm *vm, uint64_t until)
{
    if (mon_done(vm, until))
        return VM_STOP;
    return mon_must_interpret(vm) ? VM_INTERPRET : VM_RESUME;
}

const struct technique technique_trap = {.name = "trap",
                                         .doc = N_("trap-and-emulate: the guest kernel at ring 1, shadow page tables"),
                                         .needs_monitor = true,
                                         .mmu = MMU_SHADOW,
                                         .world = &world_ring1,
                                         .needs_virtualizable = true,
                                         .attach = monitor_attach,
                                         .detach = monitor_detach,
                                         .on_trap = on_trap,
                                         .run = run};
