/* SPDX-License-Identifier: MIT */
#include "vmm/rotation.h"

#include "vmm/technique.h"

bool rotation_add(struct rotation *r, const struct technique *t)
{
    if (r->count == ROTATION_MAX)
        return false;
    r->through[r->count++] = t;
    return true;
}

void rotation_add_all(struct rotation *r, bool virtualizable)
{
    for (unsigned i = 0; techniques[i]; i++)
        if (virtualizable || !techniques[i]->needs_virtualizable)
            (void)rotation_add(r, techniques[i]);
}

bool rotation_has(const struct rotation *r, const struct technique *t)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->through[i] == t)
            return true;
    return false;
}

const struct technique *rotation_next(const struct rotation *r, const struct technique *t)
{
    for (unsigned i = 0; i + 1 < r->count; i++)
        if (r->through[i] == t)
            return r->through[i + 1];
    return r->through[0];
}

void rotation_begin(struct rotation *r, struct vm *v)
{
    uint64_t now = cpu_insns(&vm_guest(v)->cpu);

    r->due = r->every && r->every < UINT64_MAX - now ? now + r->every : UINT64_MAX;
}

/*
 * Ticks that do not pass the change: no instruction takes less than one. A halted guest executes none until its next
 * event, however long that takes.
 */
static uint64_t ticks_to_go(const struct rotation *r, const struct machine *g)
{
    uint64_t left = r->due - cpu_insns(&g->cpu), now = g->cpu.t[0];

    if (g->cpu.activity == HALTED && g->clock.next > now && g->clock.next - now > left)
        return g->clock.next - now;
    return left;
}

enum outcome rotation_run(struct rotation *r, struct vm *v, uint64_t until, uint64_t ticks, char *error, size_t room)
{
    uint64_t left;

    if (cpu_insns(&vm_guest(v)->cpu) >= r->due) {
        if (vm_swap(v, rotation_next(r, vm_technique(v)), error, room))
            return OUTCOME_BROKEN;
        rotation_begin(r, v);
    }
    left = ticks_to_go(r, vm_guest(v));
    return vm_run_slice(v, until, left < ticks ? left : ticks);
}
