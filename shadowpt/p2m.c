/* SPDX-License-Identifier: MIT */
#include "shadowpt/p2m.h"

#include "interp/machine.h"
#include "shadowpt/frames.h"

uint32_t p2m_pages(uint64_t mem)
{
    return (uint32_t)(mem >> PAGE_SHIFT);
}

void p2m_fill(struct machine *guest, const struct frames *f)
{
    for (uint32_t page = 0; page < guest->pages; page++)
        guest->map[page] = machine_in_hole(page) ? NO_FRAME : frames_scatter(f, page);
}

bool p2m_lookup(const struct machine *guest, gpa_t gpa, hpa_t *hpa)
{
    uint32_t frame = machine_frame(guest, gpa.v);

    if (frame == NO_FRAME)
        return false;
    hpa->v = (uint64_t)frame << PAGE_SHIFT | (gpa.v & PAGE_OFFSET);
    return true;
}
