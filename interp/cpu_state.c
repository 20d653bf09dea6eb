/* SPDX-License-Identifier: MIT */
#include "interp/cpu.h"
#include "interp/state.h"

/* Bits that a MOV to these registers could have set on this processor. The rest is refused: others may rely on it. */
#define CR0_KNOWN (CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG)
#define CR4_KNOWN (CR4_TSD | CR4_DE | CR4_PSE | CR4_PGE | CR4_PCE | CR4_VIRTUALIZABLE)

enum { EXCEPTIONS = 32, GENERAL = 8, DR4 = 4, DR5 = 5, DRS = 8 };

static void segments(struct state *s, struct cpu *c)
{
    for (unsigned i = 0; i < SEGS_ALL; i++) {
        state_u16(s, &c->seg[i].sel);
        state_u16(s, &c->seg[i].attr);
        state_u32(s, &c->seg[i].base);
        state_u32(s, &c->seg[i].limit);
    }
}

static void table(struct state *s, struct dtr *t)
{
    state_u32(s, &t->base);
    state_u16(s, &t->limit);
}

static void model_specific(struct state *s, struct msrs *m)
{
    uint64_t offset = (uint64_t)m->tsc_offset;

    state_u32(s, &m->sysenter_cs);
    state_u32(s, &m->sysenter_esp);
    state_u32(s, &m->sysenter_eip);
    state_u64(s, &offset);
    m->tsc_offset = (int64_t)offset;
}

static void control(struct state *s, struct cpu *c)
{
    state_u32(s, &c->cr0);
    state_u32(s, &c->cr2);
    state_u32(s, &c->cr3);
    state_u32(s, &c->cr4);
    for (unsigned i = 0; i < DRS; i++)
        if (i != DR4 && i != DR5) /* other names of DR6 and DR7 */
            state_u32(s, &c->dr[i]);
    state_u32(s, &c->debug_hit);
    state_check(s, !(c->cr0 & ~CR0_KNOWN) && c->cr0 & CR0_PE, "CR0 has a value that cannot be");
    state_check(s, !(c->debug_hit & ~(DR6_B | DR6_BS)), "no such debug trap");
    state_check(s, !(c->cr4 & ~CR4_KNOWN), "CR4 has a value that cannot be");
}

/* An exception that was raised and not delivered yet: #DB after a single step. */
static void pending(struct state *s, struct cpu *c)
{
    uint8_t vector = c->pending ? c->fault_vector : 0;
    uint32_t error = c->pending ? c->fault_error : 0;

    state_bool(s, &c->pending);
    state_u8(s, &vector);
    state_u32(s, &error);
    state_check(s, vector < EXCEPTIONS, "no such exception");
    if (!state_loading(s))
        return;
    c->fault_vector = vector;
    c->fault_error = error;
}

static void modes(struct state *s, struct cpu *c)
{
    state_u8(s, &c->cpl);
    state_u8(s, &c->shadow);
    state_bool(s, &c->nmi);
    state_bool(s, &c->nmi_blocked);
    state_u8(s, &c->activity);
    state_check(s, c->cpl <= 3, "no such privilege level");
    state_check(s, c->shadow <= SHADOW_SS, "no such interrupt shadow");
    state_check(s, c->activity <= SHUTDOWN, "no such activity");
}

void cpu_state(struct state *s, struct cpu *c)
{
    uint32_t eflags = cpu_eflags(c);

    state_section(s, "CPU ", 2);
    for (unsigned i = 0; i < GENERAL; i++)
        state_u32(s, &c->r[i]);
    state_u32(s, &c->eip);
    state_u32(s, &eflags);
    state_check(s, !(eflags & FL_VM), "virtual-8086 mode is not built");
    control(s, c);
    model_specific(s, &c->msr);
    table(s, &c->gdtr);
    table(s, &c->idtr);
    segments(s, c);
    modes(s, c);
    pending(s, c);
    if (state_loading(s))
        cpu_set_eflags(c, eflags);
}
