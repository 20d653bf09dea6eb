/* SPDX-License-Identifier: MIT */
#include "vmm/equiv.h"

#include "interp/machine.h"
#include "interp/state.h"

/* Ticks between two checkpoints: a whole comparison takes as long as some hundred thousand instructions. */
static const uint64_t FIRST_INTERVAL = 4096, LAST_INTERVAL = UINT64_C(1) << 24;

static struct machine *guest(const struct equiv *e, unsigned side)
{
    return vm_guest(e->vm[side]);
}

static void run_to(struct equiv *e, uint64_t tick)
{
    for (unsigned side = 0; side < 2; side++) {
        uint64_t deliveries = guest(e, side)->deliveries;

        e->outcome[side] = vm_run(e->vm[side], tick);
        e->delivered[side] = guest(e, side)->deliveries == deliveries ? -1 : guest(e, side)->last_vector;
    }
}

/* FNV-1a. */
static void sent(void *to, uint8_t byte)
{
    struct equiv_sent *t = to;

    t->bytes++;
    t->hash = (t->hash ^ byte) * UINT64_C(0x100000001b3);
}

static bool outputs_differ(struct equiv *e)
{
    const struct equiv_sent *a = &e->sent[0], *b = &e->sent[1];

    if (a->bytes == b->bytes && a->hash == b->hash)
        return false;
    e->d = (struct difference){.kind = DIFFER_OUTPUT, .is = {a->bytes, b->bytes}};
    return true;
}

static bool outcomes_differ(const struct equiv *e)
{
    return e->outcome[0] != e->outcome[1] ||
           (e->outcome[0] == OUTCOME_FAILED && guest(e, 0)->exit_code != guest(e, 1)->exit_code);
}

static bool differ(struct equiv *e, bool wholly)
{
    e->compared++;
    if ((wholly ? difference_all : difference_registers)(guest(e, 0), guest(e, 1), &e->d))
        return true;
    return outputs_differ(e) || outcomes_differ(e);
}

static bool running(const struct equiv *e)
{
    return e->outcome[0] == OUTCOME_LIMIT && e->outcome[1] == OUTCOME_LIMIT;
}

/* While both wait, nothing happens until the next event of their clock. */
static uint64_t next_tick(const struct equiv *e, uint64_t tick, uint64_t last)
{
    const struct machine *a = guest(e, 0), *b = guest(e, 1);
    uint64_t next = a->clock.next < b->clock.next ? a->clock.next : b->clock.next;

    if (a->cpu.activity != HALTED || b->cpu.activity != HALTED || next <= tick + 1)
        return tick + 1;
    return next < last ? next : last;
}

/* From a checkpoint to the next one. True: they differ, or differed on the way, at e->last. */
static bool interval(struct equiv *e, uint64_t last)
{
    if (e->only_checkpoints) {
        e->last = last;
        run_to(e, last);
        return differ(e, true);
    }
    for (uint64_t tick = e->tick; tick < last && running(e);) {
        e->last = tick = next_tick(e, tick, last);
        run_to(e, tick);
        if (differ(e, false))
            return true;
    }
    return differ(e, true);
}

/* Both guests stand where the state was saved, at e->tick. */
static void put_back(struct equiv *e, const struct state *saved)
{
    for (unsigned side = 0; side < 2; side++) {
        struct state in;

        state_init_load(&in, saved->data, saved->size);
        (void)machine_state(guest(e, side), &in); /* it is our own */
        vm_changed(e->vm[side]);
        e->sent[side] = e->saved_sent;
    }
    if (e->back)
        e->back(e->ctx, guest(e, 0)->cpu.t[0]);
}

/* Of either: they are the same. */
static int save(struct equiv *e, struct state *to)
{
    e->saved_sent = e->sent[0];
    state_free(to);
    state_init_save(to);
    return machine_state(guest(e, 0), to);
}

/*
 * Between e->tick, where both are the same, and e->last, where they are not, there is an instruction before which they are
 * and after which they are not. `saved` follows the former.
 */
static void narrow(struct equiv *e, struct state *saved)
{
    put_back(e, saved);
    run_to(e, e->last);
    if (!differ(e, true)) {
        e->result = EQUIV_BETWEEN;
        return;
    }
    while (e->last - e->tick > 1) {
        uint64_t middle = e->tick + (e->last - e->tick) / 2;

        put_back(e, saved);
        run_to(e, middle);
        if (differ(e, true)) {
            e->last = middle;
        } else {
            e->tick = middle;
            if (save(e, saved)) {
                e->result = EQUIV_NO_MEMORY;
                return;
            }
        }
    }
    put_back(e, saved);
    run_to(e, e->last);
    (void)differ(e, true);
    put_back(e, saved);
    e->result = EQUIV_DIFFERS;
}

static void compare(struct equiv *e)
{
    struct state saved;
    uint64_t step = FIRST_INTERVAL;

    state_init_save(&saved);
    while (running(e) && e->tick < e->until) {
        uint64_t last = e->until - e->tick > step ? e->tick + step : e->until;

        if (save(e, &saved)) {
            e->result = EQUIV_NO_MEMORY;
            break;
        }
        if (interval(e, last)) {
            narrow(e, &saved);
            break;
        }
        e->tick = running(e) ? last : guest(e, 0)->cpu.t[0];
        if (step < LAST_INTERVAL)
            step *= 2;
    }
    state_free(&saved);
}

void equiv_run(struct equiv *e)
{
    e->outcome[0] = e->outcome[1] = OUTCOME_LIMIT;
    e->first = e->tick = guest(e, 0)->cpu.t[0];
    e->result = EQUIV_SAME;
    for (unsigned side = 0; side < 2; side++)
        vm_serial(e->vm[side], sent, &e->sent[side]);
    compare(e);
    for (unsigned side = 0; side < 2; side++)
        vm_serial(e->vm[side], NULL, NULL);
}
