/* SPDX-License-Identifier: MIT */
/* The lists of MSRs that VM entries and exits load and store: entries of 16 bytes, number, zeros, value (24.7.2, 24.8.2). */
#include "interp/access.h"
#include "interp/msr.h"
#include "interp/phys.h"
#include "interp/vmx_transition.h"

/* IA32_VMX_MISC recommends no more than 512; a processor need not survive longer lists. This one stops there. */
enum { ENTRY = 16, MOST = 512 };

static uint64_t load64(struct cpu *c, uint64_t pa)
{
    return phys_load(c->m, pa, 4) | (uint64_t)phys_load(c->m, pa + 4, 4) << 32;
}

/* VM entry has checked that lists are aligned; since then anybody may have written to the VMCS. */
static uint64_t first(uint64_t list)
{
    return list & ~(uint64_t)(ENTRY - 1);
}

/* Number and reserved half, as one number. */
static bool number(struct cpu *c, uint64_t entry, uint32_t *n)
{
    uint64_t v = load64(c, entry);

    *n = (uint32_t)v;
    return v >> 32 == 0;
}

uint32_t vmx_msrs_load(struct cpu *c, uint64_t list, uint32_t count)
{
    list = first(list);
    for (uint32_t i = 0; i < count; i++, list += ENTRY) {
        uint32_t n;

        if (i == MOST || !number(c, list, &n) || !msr_write(c, n, load64(c, list + 8)))
            return i + 1;
    }
    return 0;
}

bool vmx_msrs_store(struct cpu *c, uint64_t list, uint32_t count)
{
    list = first(list);
    for (uint32_t i = 0; i < count; i++, list += ENTRY) {
        uint64_t v;
        uint32_t n;

        if (i == MOST || !number(c, list, &n) || !msr_read(c, n, &v))
            return false;
        phys_store(c->m, list + 8, 4, (uint32_t)v);
        phys_store(c->m, list + 12, 4, (uint32_t)(v >> 32));
    }
    return true;
}
