/* SPDX-License-Identifier: MIT */
/* Images from anyone: the loader and the symbol reader end in an error line or in a machine that can run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "interp/loader.h"
#include "interp/machine.h"
#include "interp/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEM = 4 << 20 };

static void check_symbols(const uint8_t *data, size_t size)
{
    struct symbols *t = symbols_read(data, size);

    for (size_t i = 0; i < symbols_count(t); i++) {
        const struct symbol *s = symbols_get(t, i);

        if (!strlen(s->name) || !symbols_at(t, s->addr, NULL))
            abort();
    }
    symbols_free(t);
}

/* What was loaded is run a little: the first instructions may be anything too. */
static void boot(struct machine *m, const uint8_t *data, size_t size)
{
    const struct boot_module module = {.name = "m", .append = "x", .data = data, .size = size};
    const struct boot b = {.name = "fuzz", .image = data, .size = size, .append = "a", .module = &module, .modules = 1};
    char error[200] = "";

    machine_reset(m);
    if (!loader_boot(m, &b, error, sizeof error))
        machine_run(m, 2000);
    else if (strncmp(error, "fuzz: ", 6) != 0 && strncmp(error, "m: ", 3) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct machine *m; /* one for all inputs: what is under test is the loader */

    if (!m) {
        struct ram *ram = ram_create(MEM >> 12);

        m = ram ? machine_create(&(struct machine_config){
                      .ram = ram, .mem = MEM, .tlb_sets = 64, .tlb_ways = 4, .cost = &cost_presets[0]})
                : NULL;
        if (!m)
            abort();
    }
    boot(m, data, size);
    check_symbols(data, size);
    return 0;
}
