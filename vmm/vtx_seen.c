/* SPDX-License-Identifier: MIT */
/*
 * What screens see of the VMCS. When the guest stands, the exit that they are asked about is mostly over, and the monitor has
 * written for the next entry what the exit found otherwise: so both ends of the last turn are kept. The guest pays nothing.
 */
#include <string.h>

#include "vmm/vm_struct.h"
#include "vmm/world.h"

static void copy(const struct monitor *n, uint8_t to[VMCS_BYTES])
{
    memcpy(to, ram_frame(n->hw->ram, n->vtx.vmcs), VMCS_BYTES);
}

void vtx_seen_begin(struct monitor *n)
{
    n->vtx.seen.exited = false;
}

void vtx_seen_entry(struct monitor *n)
{
    copy(n, n->vtx.seen.entered);
}

void vtx_seen_exit(struct monitor *n)
{
    struct vtx_seen *k = &n->vtx.seen;

    memcpy(k->entry, k->entered, sizeof k->entry);
    copy(n, k->exit);
    k->exited = true;
}

static void fields(const uint8_t region[VMCS_BYTES], uint64_t f[VMCS_FIELDS])
{
    memset(f, 0, VMCS_FIELDS * sizeof *f);
    for (unsigned i = 0; i < VMCS_FIELDS; i++)
        memcpy(&f[i], region + vmcs_info[i].offset, vmcs_info[i].size);
}

bool vm_get_vmcs(const struct vm *v, struct vm_vmcs *x)
{
    const struct vtx *t = &v->mon.vtx;

    if (v->technique->world != &world_vtx)
        return false;
    x->address = v->hw->cpu.vmx.vmcs;
    x->entries = t->entries;
    x->in_guest = v->hw->cpu.vmx.non_root;
    x->exited = t->seen.exited;
    for (unsigned f = 0; f < VMCS_FIELDS; f++)
        x->now[f] = vmcs_read(v->hw, x->address, f);
    fields(t->seen.entry, x->entry);
    fields(t->seen.exit, x->exit);
    return true;
}
