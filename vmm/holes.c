/* SPDX-License-Identifier: MIT */
/*
 * Does a hole bite? Before a sensitive, unprivileged instruction runs on the hardware, the virtual CPU executes it on a
 * copy of the guest's state: that is what a true machine would have done. Then the hardware executes it for real. Where
 * the two differ the guest has seen its monitor; the first time is kept. None of this costs simulated time.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "vmm/vm_struct.h"

enum { LOG_ROOM = 64 };

/* What the virtual CPU made of the instruction. */
struct expected {
    struct cpu cpu;
    struct undo store[LOG_ROOM]; /* .was: what it wrote, after it was taken back */
    unsigned stores;
};

/* Executes one instruction on the virtual CPU and takes it back. */
static void execute_copy(struct machine *g, struct expected *e)
{
    struct machine before = *g;

    /* The instruction and nothing else: no device, no interrupt, no observer. */
    g->observed = 0;
    g->probes = NULL;
    g->clock.next = CLOCK_NEVER;
    g->cpu.intr = false;
    g->slow_access = true;
    lookaside_clear(&g->cpu.tlb);
    g->ram->log = e->store;
    g->ram->log_room = LOG_ROOM;
    g->ram->logged = 0;
    machine_step(g, CLOCK_NEVER);
    g->ram->log = NULL;
    e->stores = g->ram->logged;
    e->cpu = g->cpu;
    for (unsigned i = e->stores; i-- > 0;) {
        struct undo *u = &e->store[i];
        uint8_t *at = ram_frame(g->ram, u->frame) + u->offset, new[sizeof u->was];

        memcpy(new, at, u->size);
        memcpy(at, u->was, u->size);
        memcpy(u->was, new, u->size);
        ram_stored(g->ram, u->frame, u->offset, u->size);
    }
    *g = before;
    tlb_empty(&g->cpu.tlb);
}

/* Notes a difference, the first one only. */
static void compare(struct hole *h, const char *what, uint64_t expected, uint64_t got)
{
    if (h->bit || expected == got)
        return;
    h->bit = true;
    snprintf(h->expected, sizeof h->expected, "%s=%08llx", what, (unsigned long long)expected);
    snprintf(h->got, sizeof h->got, "%s=%08llx", what, (unsigned long long)got);
}

static void compare_segments(struct hole *h, const struct cpu *e, const struct cpu *v)
{
    static const char *const name[SEGS] = {"es", "cs", "ss", "ds", "fs", "gs"};

    for (unsigned i = 0; i < SEGS; i++) {
        compare(h, name[i], e->seg[i].sel, v->seg[i].sel);
        compare(h, name[i], e->seg[i].attr, v->seg[i].attr);
        compare(h, name[i], e->seg[i].base, v->seg[i].base);
        compare(h, name[i], e->seg[i].limit, v->seg[i].limit);
    }
}

static void compare_stores(struct hole *h, const struct expected *e, const struct ram *ram)
{
    for (unsigned i = 0; i < e->stores; i++) {
        const struct undo *u = &e->store[i];
        uint32_t expected = 0, got = 0;

        memcpy(&expected, u->was, u->size);
        memcpy(&got, ram_frame(ram, u->frame) + u->offset, u->size);
        compare(h, "memory", expected, got);
    }
}

static void judge(struct hole *h, const struct expected *e, const struct machine *g)
{
    static const char *const name[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    const struct cpu *v = &g->cpu;

    compare(h, "eip", e->cpu.eip, v->eip);
    compare(h, "eflags", cpu_eflags(&e->cpu), cpu_eflags(v));
    for (unsigned i = 0; i < 8; i++)
        compare(h, name[i], e->cpu.r[i], v->r[i]);
    compare_segments(h, &e->cpu, v);
    compare_stores(h, e, g->ram);
}

static void name_instruction(struct machine *g, struct hole *h)
{
    uint8_t bytes[INSN_MAX] = {0};
    struct insn i;

    h->address = gva(g->cpu.seg[CS].base + g->cpu.eip);
    (void)lin_peek(g, h->address.v, bytes, sizeof bytes);
    if (decode(bytes, sizeof bytes, g->cpu.seg[CS].attr & ATTR_D, &i) == DECODE_OK)
        snprintf(h->mnemonic, sizeof h->mnemonic, "%s", i.e->mnemonic);
}

static void arm(struct cpu *p, bool armed)
{
    p->armed = armed;
    cpu_refresh(p);
}

void hole_check(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    struct machine *g = n->guest, *hw = n->hw;
    struct expected e;
    struct hole h = {.bit = false};
    uint64_t insns = cpu_insns(&hw->cpu);

    world_in_live(n);
    name_instruction(g, &h);
    execute_copy(g, &e);
    arm(&hw->cpu, false);
    do
        machine_step(hw, CLOCK_NEVER);
    while (hw->cpu.cpl != 0 && cpu_insns(&hw->cpu) == insns);
    if (hw->cpu.cpl != 0) { /* else it trapped after all: no hole */
        world_in_live(n);
        judge(&h, &e, g);
    }
    if (!h.bit) {
        arm(&hw->cpu, true);
        return;
    }
    n->hole = h; /* the first one is what is asked for: no further looks */
    VM_OBSERVE(vm, hole, h.address.v);
}
