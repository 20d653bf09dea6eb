/* SPDX-License-Identifier: MIT */
#include "tests/support/testvm.h"

#include <criterion/criterion.h>

struct vm *testvm(const struct technique *t, struct vm_config k)
{
    char error[200];
    struct vm *v;

    k.technique = t;
    k.clock_insns = true;
    if (!k.tlb_sets) {
        k.tlb_sets = 16;
        k.tlb_ways = 4;
    }
    if (!k.cost)
        k.cost = &cost_presets[0];
    v = vm_create(&k, error, sizeof error);
    cr_assert_not_null(v, "%s", error);
    return v;
}
