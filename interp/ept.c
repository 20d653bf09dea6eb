/* SPDX-License-Identifier: MIT */
#include "interp/ept.h"

#include "interp/bytes.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/phys.h"

/* Where no RAM answers the bus reads ones: a misconfiguration. */
static uint64_t entry_read(struct machine *m, uint64_t at)
{
    const uint8_t *page = phys_page(m, at);

    if (!page)
        return UINT64_MAX;
    page += at & PAGE_OFFSET;
    return bytes_load(page, 4) | (uint64_t)bytes_load(page + 4, 4) << 32;
}

static bool is_leaf(uint64_t entry, unsigned level)
{
    return level == EPT_LEVELS - 1 || (level == EPT_LEVELS - 2 && entry & EPT_LEAF);
}

/* Bits that must be zero in a present entry: there are no pages of 1 GiB. */
static uint64_t reserved(uint64_t entry, unsigned level)
{
    uint64_t bits = EPT_FRAME & ~((1ull << PHYSICAL_BITS) - 1);

    if (level == EPT_LEVELS - 1)
        return bits;
    if (is_leaf(entry, level))
        return bits | 0x1ff000; /* of the frame of a 2 MiB page */
    return bits | 0x78 | (level < EPT_LEVELS - 2 ? EPT_LEAF : 0);
}

/* SDM Vol. 3, "EPT Misconfigurations". That pages may be executed and not read is a capability which this processor has. */
static bool misconfigured(uint64_t entry, unsigned level)
{
    static const uint8_t no_such_type = 1 << 2 | 1 << 3 | 1 << 7;

    if ((entry & (EPT_R | EPT_W)) == EPT_W || entry & reserved(entry, level))
        return true;
    return is_leaf(entry, level) && no_such_type >> (entry >> EPT_TYPE_SHIFT & 7) & 1;
}

bool ept_walk(struct machine *m, uint64_t eptp, uint64_t gpa, unsigned access, struct ept_walk *e)
{
    uint64_t table = eptp & EPT_FRAME, entry;
    unsigned level = 0;

    *e = (struct ept_walk){.gpa = gpa, .access = access, .rights = EPT_RIGHTS, .outcome = EPT_VIOLATION};
    for (;; level++, table = entry & EPT_FRAME) {
        uint64_t at = tree_entry(TREE_EPT, table, gpa, level);

        entry = entry_read(m, at);
        e->step[level] = (struct walk_step){at, entry};
        e->steps = level + 1;
        e->rights &= (unsigned)entry;
        if (!(entry & EPT_RIGHTS))
            return false;
        if (misconfigured(entry, level)) {
            e->outcome = EPT_MISCONFIG;
            return false;
        }
        if (is_leaf(entry, level))
            break;
    }
    if (access & ~e->rights)
        return false;
    e->large = level < EPT_LEVELS - 1;
    e->pa = e->large ? (entry & EPT_FRAME) | (gpa & 0x1fffff) : (entry & EPT_FRAME) | (gpa & PAGE_OFFSET);
    e->outcome = EPT_OK;
    return true;
}

void ept_commit(struct machine *m, uint64_t eptp, struct ept_walk *e)
{
    if (!(eptp & EPTP_AD))
        return;
    for (unsigned i = 0; i < e->steps; i++) {
        struct walk_step *s = &e->step[i];
        uint64_t set = EPT_A | (i == e->steps - 1 && e->access & EPT_W ? EPT_D : 0);

        if ((s->entry & set) == set)
            continue;
        s->entry |= set;
        phys_store(m, s->at, 4, (uint32_t)s->entry);
    }
}

bool ept_writable(uint64_t eptp, const struct ept_walk *e)
{
    return e->rights & EPT_W && (!(eptp & EPTP_AD) || e->step[e->steps - 1].entry & EPT_D);
}

uint32_t ept_qualification(const struct ept_walk *e, bool page)
{
    return e->access | e->rights << EPT_QUAL_RIGHTS_SHIFT | EPT_QUAL_LINEAR | (page ? EPT_QUAL_PAGE : 0);
}

noreturn void ept_exit(struct cpu *c, const struct op *o, uint32_t lin, const struct ept_walk *e, bool page)
{
    bool misconfigured = e->outcome == EPT_MISCONFIG;

    vmx_exit(c, o,
             &(struct vmx_exit){.reason = misconfigured ? VMX_EPT_MISCONFIG : VMX_EPT_VIOLATION,
                                .qualification = misconfigured ? 0 : ept_qualification(e, page),
                                .linear = misconfigured ? 0 : lin,
                                .physical = e->gpa});
}
