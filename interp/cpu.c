/* SPDX-License-Identifier: MIT */
/* The processor's registers as a whole: reset, derived state, EFLAGS, control registers. */
#include "interp/cpu.h"

#include <string.h>

#include "interp/access.h"
#include "interp/block.h"
#include "interp/debugreg.h"
#include "interp/flags.h"
#include "interp/machine.h"
#include "interp/segment.h"

uint64_t cpu_cycles(const struct cpu *c)
{
    return c->t[c->m->clock_insns];
}

uint64_t cpu_insns(const struct cpu *c)
{
    return c->m->clock_insns ? c->t[0] - c->m->idle_ticks : c->t[1];
}

void cpu_refresh_mode(struct cpu *c)
{
    c->la = &c->tlb.line[c->cpl == 3 ? LA_LINES : 0];
    c->code_key = (c->seg[CS].attr & ATTR_D ? KEY_D : 0) | (unsigned)c->cpl << KEY_CPL_SHIFT |
                  (c->armed ? KEY_ARMED : 0) | (c->cr4 & CR4_VIRTUALIZABLE ? KEY_VIRTUALIZABLE : 0) |
                  (c->m->interpreted ? KEY_INTERPRETED : 0);
    c->fetch.lin = LATCH_EMPTY;
}

void cpu_refresh(struct cpu *c)
{
    for (unsigned i = 0; i < SEGS_ALL; i++)
        segment_refresh(c, i);
    cpu_refresh_mode(c);
}

void cpu_reset(struct cpu *c, struct machine *m)
{
    enum { CODE = ATTR_G | ATTR_D | ATTR_P | ATTR_S | ATTR_CODE | ATTR_RW | ATTR_ACCESSED };
    enum { DATA = ATTR_G | ATTR_D | ATTR_P | ATTR_S | ATTR_RW | ATTR_ACCESSED };

    memset(c->r, 0, sizeof c->r);
    c->m = m;
    c->eip = 0;
    c->eflags = FL_1;
    flags_set(c, 0);
    for (unsigned i = 0; i < SEGS; i++)
        c->seg[i] = (struct seg){.sel = i == CS ? 0x08 : 0x10, .attr = i == CS ? CODE : DATA, .limit = UINT32_MAX};
    c->seg[LDTR] = (struct seg){.attr = ATTR_P | SYS_LDT, .limit = 0xffff};
    c->seg[TR] = (struct seg){.attr = ATTR_P | SYS_TSS32_BUSY, .limit = 0xffff};
    c->cpl = 0;
    c->shadow = 0;
    c->nmi = c->nmi_blocked = false;
    c->activity = ACTIVE;
    c->cr0 = CR0_PE | CR0_ET;
    c->cr2 = c->cr3 = c->cr4 = 0;
    memset(c->dr, 0, sizeof c->dr);
    c->dr[6] = DR6_FIXED;
    c->dr[7] = DR7_FIXED;
    c->debug_hit = 0;
    c->rf_until = 0;
    c->gdtr = c->idtr = (struct dtr){0, 0};
    c->msr = (struct msrs){0};
    c->vmx = (struct vmx){.vmcs = VMCS_NONE, .timer = CLOCK_NEVER};
    c->intr = false;
    c->t[0] = c->t[1] = 0;
    c->pending = c->delivering = c->hole_next = c->probe_next = c->mid_rep = false;
    tlb_switch(c);
    cpu_refresh(c);
    debugreg_changed(c);
}

static uint64_t retired(const struct cpu *c)
{
    return c->t[!c->m->clock_insns];
}

static uint32_t resume_flag(const struct cpu *c)
{
    return (c->eflags & FL_RF) && retired(c) <= c->rf_until ? FL_RF : 0;
}

uint32_t cpu_eflags(const struct cpu *c)
{
    return (c->eflags & ~(uint32_t)FL_RF) | resume_flag(c) | flags_get(c);
}

void cpu_set_eflags(struct cpu *c, uint32_t v)
{
    uint32_t kept = FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT | FL_RF | FL_AC | FL_VIF | FL_VIP | FL_ID;
    uint32_t old = c->eflags;

    if ((v & FL_RF) && !resume_flag(c))
        c->rf_until = retired(c);
    flags_set(c, v);
    c->eflags = (v & kept) | FL_1;
    if ((old ^ c->eflags) & FL_AC)
        cpu_refresh(c);
}

void cpu_resume_next(struct cpu *c)
{
    c->eflags |= FL_RF;
    c->rf_until = retired(c) + 1;
}

/* What a load of CR3 costs on top of the instruction, refills apart. */
static void flush(struct cpu *c, bool global_too)
{
    tlb_flush(c, global_too);
    charge(c, ACCOUNT_WALK, c->m->cost.flush);
}

void cpu_set_cr0(struct cpu *c, uint32_t v)
{
    uint32_t changed = c->cr0 ^ v;

    if (changed & CR0_PG)
        tlb_count(c); /* hits so far belong to the old mode */
    c->cr0 = v;
    if (changed & (CR0_PG | CR0_PE))
        flush(c, true);
    if (changed & (CR0_WP | CR0_AM))
        lookaside_clear(&c->tlb);
    if (changed & (CR0_PG | CR0_PE | CR0_WP | CR0_AM))
        cpu_refresh(c);
}

void cpu_set_cr3(struct cpu *c, uint32_t v)
{
    c->cr3 = v;
    if (c->cr0 & CR0_PG)
        flush(c, false);
}

void cpu_set_cr4(struct cpu *c, uint32_t v)
{
    uint32_t changed = c->cr4 ^ v;

    c->cr4 = v;
    if (changed & (CR4_PSE | CR4_PGE))
        flush(c, true);
    cpu_refresh(c);
    if (changed & CR4_DE)
        debugreg_changed(c);
}
