/* SPDX-License-Identifier: MIT */
/* What belongs to this model of the family: its registers (SDM Vol. 4), its clock, CPUID, and the fast system call. */
#include "interp/exec.h"

/* Time as the guest sees it: ticks of the machine's clock. */
static uint64_t time_stamp(const struct cpu *c)
{
    return c->t[0] + (uint64_t)c->msr.tsc_offset;
}

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
    return answer(c, o, time_stamp(c));
}

/* There are no performance counters, so that every number of one is out of range (SDM Vol. 2, RDPMC). */
HANDLER(h_rdpmc)
{
    raise_fault(c, o, VEC_GP, 0);
}

enum { MSR_TSC = 0x10, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP };

static uint32_t *sysenter_msr(struct cpu *c, uint32_t n)
{
    switch (n) {
    case MSR_SYSENTER_CS: return &c->msr.sysenter_cs;
    case MSR_SYSENTER_ESP: return &c->msr.sysenter_esp;
    case MSR_SYSENTER_EIP: return &c->msr.sysenter_eip;
    default: raise_fault(c, NULL, VEC_GP, 0);
    }
}

HANDLER(h_rdmsr)
{
    begin(c, o);
    ring0_only(c, NULL);
    switch (c->r[ECX]) {
    case MSR_TSC: return answer(c, o, time_stamp(c));
    case LAPIC_MSR: return answer(c, o, lapic_base(&c->m->pc.lapic));
    default: return answer(c, o, *sysenter_msr(c, c->r[ECX]));
    }
}

/* CPUID goes on to speak of an APIC that was switched off here: not as SDM Vol. 3, 11.4.3 has it. */
static void write_apic_base(struct cpu *c, uint64_t v)
{
    if (lapic_set_base(&c->m->pc.lapic, v))
        raise_fault(c, NULL, VEC_GP, 0);
    attention(c);
}

HANDLER(h_wrmsr)
{
    uint64_t v;

    begin(c, o);
    ring0_only(c, NULL);
    v = (uint64_t)c->r[EDX] << 32 | c->r[EAX];
    if (c->r[ECX] == MSR_TSC)
        c->msr.tsc_offset = (int64_t)(v - c->t[0]);
    else if (c->r[ECX] == LAPIC_MSR)
        write_apic_base(c, v);
    else
        *sysenter_msr(c, c->r[ECX]) = (uint32_t)v;
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

    if (c->r[EAX] == 0) {
        c->r[EAX] = 1;
        memcpy(&c->r[EBX], vendor, 4);
        memcpy(&c->r[EDX], vendor + 4, 4);
        memcpy(&c->r[ECX], vendor + 8, 4);
    } else {
        c->r[EAX] = CPU_SIGNATURE;
        c->r[EBX] = c->r[ECX] = 0;
        c->r[EDX] = CPU_FEATURES;
    }
    NEXT;
}
