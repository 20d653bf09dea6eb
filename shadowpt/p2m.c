/* SPDX-License-Identifier: MIT */
#include "shadowpt/p2m.h"

#include <stdlib.h>
#include <string.h>

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

/* Two frames change their bytes. Zeros are not copied over zeros: pages that were never touched cost the host nothing. */
static void exchange(struct ram *r, uint32_t a, uint32_t b)
{
    uint8_t kept[PAGE_SIZE], *pa = ram_frame(r, a), *pb = ram_frame(r, b);

    if (memcmp(pa, pb, PAGE_SIZE) == 0)
        return;
    memcpy(kept, pa, PAGE_SIZE);
    memcpy(pa, pb, PAGE_SIZE);
    memcpy(pb, kept, PAGE_SIZE);
    ram_stored(r, a, 0, PAGE_SIZE);
    ram_stored(r, b, 0, PAGE_SIZE);
}

/* The page that lives in each of the first `n` frames, or NO_FRAME. */
static void invert(const struct machine *guest, uint32_t *page_of, uint32_t n)
{
    memset(page_of, 0xff, n * sizeof *page_of);
    for (uint32_t page = 0; page < guest->pages; page++)
        if (guest->map[page] != NO_FRAME)
            page_of[guest->map[page]] = page;
}

static bool at_home(const struct machine *guest)
{
    for (uint32_t page = 0; page < guest->pages; page++)
        if (guest->map[page] != NO_FRAME && guest->map[page] != page)
            return false;
    return true;
}

int64_t p2m_home(struct machine *guest)
{
    uint32_t *map = guest->map, *page_of;
    int64_t moved = 0;

    if (at_home(guest))
        return 0;
    page_of = malloc(guest->pages * sizeof *page_of);
    if (!page_of)
        return -1;
    invert(guest, page_of, guest->pages);
    for (uint32_t page = 0; page < guest->pages; page++) {
        uint32_t from = map[page], lodger = page_of[page];

        if (from == NO_FRAME || from == page)
            continue;
        exchange(guest->ram, page, from);
        map[page] = page;
        if (lodger != NO_FRAME)
            map[lodger] = from;
        page_of[from] = lodger;
        moved++;
    }
    free(page_of);
    return moved;
}

bool p2m_lookup(const struct machine *guest, gpa_t gpa, hpa_t *hpa)
{
    uint32_t frame = machine_frame(guest, gpa.v);

    if (frame == NO_FRAME)
        return false;
    hpa->v = (uint64_t)frame << PAGE_SHIFT | (gpa.v & PAGE_OFFSET);
    return true;
}
