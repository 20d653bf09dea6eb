/* SPDX-License-Identifier: MIT */
/* Any bytes as code: the decoder stays within them, and a machine that runs them for a while stays within itself. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "interp/decode.h"
#include "interp/machine.h"

enum { MEM = 1 << 20, CODE = 0x8000, TICKS = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_all(const uint8_t *data, size_t size, bool code32)
{
    struct insn i;

    for (size_t at = 0; at < size; at++) {
        /* in memory of its own, so that a read past the end is seen */
        size_t n = size - at < INSN_MAX ? size - at : INSN_MAX;
        uint8_t *bytes = malloc(n);

        for (size_t b = 0; bytes && b < n; b++)
            bytes[b] = data[at + b];
        if (bytes && decode(bytes, (unsigned)n, code32, &i) == DECODE_OK && i.len > n)
            abort();
        free(bytes);
    }
}

/* One machine for all inputs: making one takes longer than running it. */
static struct machine *machine(void)
{
    static struct machine *m;
    struct machine_config k = {.mem = MEM, .tlb_sets = 4, .tlb_ways = 2, .cost = &cost_presets[0]};

    if (!m) {
        k.ram = ram_create(MEM >> 12);
        m = k.ram ? machine_create(&k) : NULL;
    }
    return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct machine *m = machine();

    decode_all(data, size, true);
    decode_all(data, size, false);
    if (!m || size > 0x1000 || machine_write(m, CODE, data, size))
        return 0;
    machine_reset(m);
    m->cpu.eip = CODE;
    m->cpu.r[ESP] = CODE;
    cpu_refresh(&m->cpu);
    (void)machine_run(m, TICKS);
    return 0;
}
