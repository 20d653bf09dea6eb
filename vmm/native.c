/* SPDX-License-Identifier: MIT */
/* native: no monitor. The guest is on the machine at ring 0: the baseline of every table. */
#include "vmm/monitor.h"
#include "vmm/words.h"

const struct technique technique_native = {.name = "native",
                                           .doc = N_("no monitor: the guest on the machine itself, at ring 0"),
                                           .on_hardware = true,
                                           .attach = mon_bring_home};
