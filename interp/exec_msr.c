/* SPDX-License-Identifier: MIT */
/* What belongs to this model of the family: its registers (SDM Vol. 4), its clock, CPUID, and the fast system call. */
#include "interp/msr.h"
#include "interp/vmx_insn.h"

static const struct op *answer(struct cpu *c, const struct op *o, uint64_t v)
{
    c->r[EAX] = (uint32_t)v;
    c->r[EDX] = (uint32_t)(v >> 32);
    return finish(c, o);
}

HANDLER(h_rdtsc)
{
    begin(c, o);
    if (c->cpl && (c->cr4 & CR4_TSD))
        raise_fault(c, NULL, VEC_GP, 0);
    vmx_may_exit(c, o, PROC_RDTSC, VMX_RDTSC);
    return answer(c, o, msr_time_stamp(c));
}

/* There are no performance counters, so that every number of one is out of range (SDM Vol. 2, RDPMC). */
HANDLER(h_rdpmc)
{
    begin(c, o);
    if (!c->cpl || (c->cr4 & CR4_PCE))
        vmx_may_exit(c, o, PROC_RDPMC, VMX_RDPMC);
    raise_fault(c, NULL, VEC_GP, 0);
}

HANDLER(h_rdmsr)
{
    uint64_t v;

    begin(c, o);
    ring0_only(c, NULL);
    vmx_access_msr(c, o, false);
    if (!msr_read(c, c->r[ECX], &v))
        raise_fault(c, NULL, VEC_GP, 0);
    return answer(c, o, v);
}

HANDLER(h_wrmsr)
{
    begin(c, o);
    ring0_only(c, NULL);
    vmx_access_msr(c, o, true);
    if (!msr_write(c, c->r[ECX], (uint64_t)c->r[EDX] << 32 | c->r[EAX]))
        raise_fault(c, NULL, VEC_GP, 0);
    return finish(c, o);
}

/*
 * The fast system call (SDM Vol. 2, SYSENTER and SYSEXIT) reads no table: the selectors count from one register, the hidden
 * parts are fixed, flat and accessed. Neither instruction saves anything.
 */
static void flat(struct cpu *c, unsigned ring, unsigned offset)
{
    const uint32_t dpl = ring << 13, sel = ((c->msr.sysenter_cs & 0xfffc) + offset) | ring;
    const struct desc code = {0x0000ffff, 0x00cf9b00 | dpl, 0}, data = {0x0000ffff, 0x00cf9300 | dpl, 0};

    segment_fill(c, CS, sel, &code);
    segment_fill(c, SS, sel + 8, &data);
    segment_set_cpl(c, ring);
}

static void has_system_call(struct cpu *c)
{
    if (!(c->msr.sysenter_cs & 0xfffc))
        raise_fault(c, NULL, VEC_GP, 0);
}

HANDLER(h_sysenter)
{
    begin(c, o);
    has_system_call(c);
    c->eflags &= ~(uint32_t)(FL_VM | FL_IF | FL_RF);
    c->r[ESP] = c->msr.sysenter_esp;
    c->eip = c->msr.sysenter_eip;
    flat(c, 0, 0);
    return go_on(c, o);
}

HANDLER(h_sysexit)
{
    begin(c, o);
    ring0_only(c, NULL);
    has_system_call(c);
    c->r[ESP] = c->r[ECX];
    c->eip = c->r[EDX];
    flat(c, 3, 16);
    return go_on(c, o);
}

/* Leaves past the last one give the last. */
HANDLER(h_cpuid)
{
    static const char vendor[12] = {'R', 'i', 'n', 'g', 's', 'i', 'd', 'e', 'I', 'A', '3', '2'};

    if (!LIKELY(!c->vmx.non_root))
        vmx_exit_here(c, o, VMX_CPUID);
    if (c->r[EAX] == 0) {
        c->r[EAX] = 1;
        memcpy(&c->r[EBX], vendor, 4);
        memcpy(&c->r[EDX], vendor + 4, 4);
        memcpy(&c->r[ECX], vendor + 8, 4);
    } else {
        c->r[EAX] = CPU_SIGNATURE;
        c->r[EBX] = 0;
        c->r[ECX] = CPUID_VMX;
        c->r[EDX] = CPU_FEATURES;
    }
    NEXT;
}
