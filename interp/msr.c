/* SPDX-License-Identifier: MIT */
#include "interp/msr.h"

#include "interp/access.h"
#include "interp/machine.h"

/* Ticks of the machine's clock; in non-root operation with the offset that its host wants seen (SDM Vol. 3, 25.3). */
uint64_t msr_time_stamp(struct cpu *c)
{
    uint64_t v = c->t[0] + (uint64_t)c->msr.tsc_offset;

    return c->vmx.proc & PROC_TSC_OFFSET ? v + vmcs_read(c->m, c->vmx.vmcs, VMCS_TSC_OFFSET) : v;
}

static uint32_t *word(struct cpu *c, uint32_t n)
{
    switch (n) {
    case MSR_SYSENTER_CS: return &c->msr.sysenter_cs;
    case MSR_SYSENTER_ESP: return &c->msr.sysenter_esp;
    case MSR_SYSENTER_EIP: return &c->msr.sysenter_eip;
    default: return NULL;
    }
}

bool msr_read(struct cpu *c, uint32_t n, uint64_t *v)
{
    const uint32_t *w = word(c, n);

    switch (n) {
    case MSR_TSC: *v = msr_time_stamp(c); return true;
    case MSR_DEBUGCTL: *v = 0; return true;
    case LAPIC_MSR: *v = lapic_base(&c->m->pc.lapic); return true;
    default: break;
    }
    if (w)
        *v = *w;
    return w || vmx_msr(n, v);
}

/* CPUID goes on to speak of an APIC that was switched off here: not as SDM Vol. 3, 11.4.3 has it. */
static bool write_apic_base(struct cpu *c, uint64_t v)
{
    if (lapic_set_base(&c->m->pc.lapic, v))
        return false;
    attention(c);
    return true;
}

bool msr_write(struct cpu *c, uint32_t n, uint64_t v)
{
    uint32_t *w = word(c, n);

    switch (n) {
    case MSR_TSC: c->msr.tsc_offset = (int64_t)(v - c->t[0]); return true;
    case MSR_DEBUGCTL: return v == 0; /* neither last branches nor single steps of branches */
    case LAPIC_MSR: return write_apic_base(c, v);
    default: break;
    }
    if (w)
        *w = (uint32_t)v;
    return w;
}
