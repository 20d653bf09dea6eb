/* SPDX-License-Identifier: MIT */
#include "ui/finding.h"

#include <stddef.h>

#include "vmm/vm.h"

const char *const finding_name[] = {
    [FINDING_NONE] = "not checked", [FINDING_SAME] = "same", [FINDING_DIFFERS] = "differs"};
const char *const stale_name[] = {
    [STALE_NOT] = NULL, [STALE_TECHNIQUE] = "technique", [STALE_CHANGED] = "changed", [STALE_TIME] = "ran on"};

enum finding_stale finding_stale(const struct finding *k, const struct vm *v)
{
    uint64_t now = vm_tick(v);

    if (k->kind == FINDING_NONE)
        return STALE_NOT;
    if (k->technique != vm_technique(v))
        return STALE_TECHNIQUE;
    if (k->changed)
        return STALE_CHANGED;
    /* A difference does not go away when the guest goes on. */
    return now < k->from || (now > k->to && k->kind == FINDING_SAME) ? STALE_TIME : STALE_NOT;
}
