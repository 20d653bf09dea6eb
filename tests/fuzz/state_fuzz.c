/* SPDX-License-Identifier: MIT */
/* Saved states from anyone: one that is taken is a machine that can run and can be saved again; the rest is an error line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/state.h"
#include "interp/statefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEM = 2 << 20 }; /* as the seeds have it (tests/save_test.c) */

static void travels(struct machine *m)
{
    char here[33], there[33];
    struct state s, l;

    state_init_save(&s);
    machine_digest(m, here);
    if (machine_state(m, &s))
        abort();
    state_init_load(&l, s.data, s.size);
    if (machine_state(m, &l))
        abort();
    machine_digest(m, there);
    if (strcmp(here, there) != 0)
        abort();
    state_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct machine *m;
    struct statefile with = {.guest = 0};
    char error[200] = "";
    struct state l;

    if (!m) {
        struct ram *ram = ram_create(MEM >> 12);

        m = machine_create(&(struct machine_config){
            .ram = ram, .mem = MEM, .tlb_sets = 4, .tlb_ways = 2, .cost = &cost_presets[0], .clock_insns = true});
    }
    machine_reset(m);
    if (statefile_take(m, &with, data, size, error, sizeof error) && !error[0])
        abort();
    state_init_load(&l, data, size);
    if (machine_state(m, &l) == 0) {
        travels(m);
        machine_run(m, m->cpu.t[0] + 3000);
        travels(m);
    } else if (strncmp(l.error, "state: section ", 15) != 0) {
        abort();
    }
    return 0;
}
