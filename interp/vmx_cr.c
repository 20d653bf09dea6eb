/* SPDX-License-Identifier: MIT */
/* Control registers in non-root operation: bits that the host owns, and what the guest sees of them (SDM Vol. 3, 25.1.3, 25.3). */
#include "interp/vmx_insn.h"

/* Qualification (table 27-3). */
enum {
    MOV_TO = 0 << 4,
    MOV_FROM = 1 << 4,
    CLTS = 2 << 4,
    LMSW = 3 << 4,
    LMSW_MEMORY = 1 << 6,
    REG_SHIFT = 8,
    SOURCE_SHIFT = 16
};

#define CR0_LMSW (CR0_PE | CR0_MP | CR0_EM | CR0_TS)

static uint32_t get(struct cpu *c, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(c->m, c->vmx.vmcs, f);
}

/* A register with a mask: what the guest owns of it is real, the rest is the shadow's. */
struct owned {
    uint32_t real, mask, shadow;
};

static struct owned owned(struct cpu *c, unsigned cr)
{
    if (cr == 0)
        return (struct owned){c->cr0, get(c, VMCS_CR0_MASK), get(c, VMCS_CR0_SHADOW)};
    return (struct owned){c->cr4, get(c, VMCS_CR4_MASK), get(c, VMCS_CR4_SHADOW)};
}

uint32_t vmx_cr_seen(struct cpu *c, unsigned cr)
{
    struct owned w;

    if (!c->vmx.non_root)
        return cr ? c->cr4 : c->cr0;
    w = owned(c, cr);
    return (w.real & ~w.mask) | (w.shadow & w.mask);
}

noreturn void vmx_store_cr3(struct cpu *c, const struct op *o)
{
    begin(c, o);
    vmx_exit_at(c, o, VMX_CR, 3 | MOV_FROM | (uint32_t)o->reg << REG_SHIFT, 0);
}

static bool is_target(struct cpu *c, uint32_t v)
{
    uint32_t count = get(c, VMCS_CR3_TARGET_COUNT);

    for (uint32_t i = 0; i < count && i < VMX_CR3_TARGETS; i++)
        if (v == get(c, (enum vmcs_field)(VMCS_CR3_TARGET0 + i)))
            return true;
    return false;
}

uint32_t vmx_mov_to_cr(struct cpu *c, const struct op *o, unsigned cr, unsigned reg)
{
    uint32_t v = c->r[reg], qualification = cr | MOV_TO | reg << REG_SHIFT;
    struct owned w;

    if (!c->vmx.non_root || cr == 2)
        return v;
    if (cr == 3) {
        if (c->vmx.proc & PROC_CR3_LOAD && !is_target(c, v))
            vmx_exit_at(c, o, VMX_CR, qualification, 0);
        return v;
    }
    w = owned(c, cr);
    if ((v ^ w.shadow) & w.mask)
        vmx_exit_at(c, o, VMX_CR, qualification, 0);
    return (v & ~w.mask) | (w.real & w.mask);
}

bool vmx_clts(struct cpu *c, const struct op *o)
{
    struct owned w;

    if (!c->vmx.non_root)
        return true;
    w = owned(c, 0);
    if (w.mask & w.shadow & CR0_TS)
        vmx_exit_at(c, o, VMX_CR, CLTS, 0);
    return !(w.mask & CR0_TS);
}

/* LMSW cannot clear PE, so that only setting it is looked at. */
uint32_t vmx_lmsw(struct cpu *c, const struct op *o, uint32_t v, bool memory)
{
    struct owned w;
    uint32_t differs;

    if (!c->vmx.non_root)
        return v;
    w = owned(c, 0);
    differs = (v ^ w.shadow) & w.mask & CR0_LMSW & ~(v & CR0_PE ? 0 : CR0_PE);
    if (differs)
        vmx_exit(c, NULL,
                 &(struct vmx_exit){.reason = VMX_CR,
                                    .qualification = LMSW | (memory ? LMSW_MEMORY : 0) | (v & 0xffff) << SOURCE_SHIFT,
                                    .linear = memory ? c->seg[o->seg].base + ea(c, o) : 0,
                                    .length = o->len});
    return (v & ~w.mask) | (w.real & w.mask);
}
