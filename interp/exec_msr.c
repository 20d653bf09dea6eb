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
    return answer(c, o, c->r[ECX] == MSR_TSC ? time_stamp(c) : *sysenter_msr(c, c->r[ECX]));
}

HANDLER(h_wrmsr)
{
    uint64_t v;

    begin(c, o);
    ring0_only(c, NULL);
    v = (uint64_t)c->r[EDX] << 32 | c->r[EAX];
    if (c->r[ECX] == MSR_TSC)
        c->msr.tsc_offset = (int64_t)(v - c->t[0]);
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

/* What CPUID says: a P6-class processor without x87 (SDM Vol. 2, CPUID). Leaves past the last one give the last. */
HANDLER(h_cpuid)
{
    enum {
        FAMILY6 = 0x650,
        PSE = 1 << 3,
        TSC = 1 << 4,
        MSR = 1 << 5,
        CX8 = 1 << 8,
        SEP = 1 << 11,
        PGE = 1 << 13,
        CMOV = 1 << 15
    };
    static const char vendor[12] = {'R', 'i', 'n', 'g', 's', 'i', 'd', 'e', 'I', 'A', '3', '2'};

    if (c->r[EAX] == 0) {
        c->r[EAX] = 1;
        memcpy(&c->r[EBX], vendor, 4);
        memcpy(&c->r[EDX], vendor + 4, 4);
        memcpy(&c->r[ECX], vendor + 8, 4);
    } else {
        c->r[EAX] = FAMILY6;
        c->r[EBX] = c->r[ECX] = 0;
        c->r[EDX] = PSE | TSC | MSR | CX8 | SEP | PGE | CMOV;
    }
    NEXT;
}
