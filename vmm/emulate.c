/* SPDX-License-Identifier: MIT */
/* emulate: every instruction on the virtual CPU, in the monitor's interpreter, charged one by one. */
#include "vmm/technique.h"
#include "vmm/words.h"

const struct technique technique_emulate = {.name = "emulate",
                                            .doc = N_("every instruction interpreted on the virtual CPU")};
