/* SPDX-License-Identifier: MIT */
#include "shadowpt/nested.h"

#include <string.h>

#include "interp/ept.h"
#include "interp/machine.h"
#include "shadowpt/frames.h"

enum { ENTRIES = 512 };

static uint64_t *table(const struct nested *s, uint32_t frame)
{
    return (uint64_t *)(void *)ram_frame(s->hardware->ram, frame);
}

static uint32_t frame_of(uint64_t entry)
{
    return (uint32_t)((entry & EPT_FRAME) >> PAGE_SHIFT);
}

int nested_init(struct nested *s, struct machine *guest, struct machine *hardware, struct frames *f)
{
    *s = (struct nested){.guest = guest, .hardware = hardware, .frames = f};
    s->root = frames_take(f, TYPE_DIRECTORY);
    if (s->root == NO_FRAME)
        return -1;
    memset(table(s, s->root), 0, PAGE_SIZE);
    return 0;
}

uint64_t nested_pointer(const struct nested *s)
{
    return (uint64_t)s->root << PAGE_SHIFT | (EPT_LEVELS - 1) << EPTP_LEVELS_SHIFT | EPTP_WB;
}

/* Gives back what hangs below a table of this level. */
static void drop_below(struct nested *s, uint32_t frame, unsigned level)
{
    uint64_t *entry = table(s, frame);

    for (unsigned i = 0; i < ENTRIES && level < EPT_LEVELS - 1; i++)
        if (entry[i]) {
            drop_below(s, frame_of(entry[i]), level + 1);
            frames_give(s->frames, frame_of(entry[i]));
            s->tables--;
        }
    memset(entry, 0, PAGE_SIZE);
}

void nested_drop(struct nested *s)
{
    drop_below(s, s->root, 0);
}

/* The slot for a page in the last level, with the tables on the way made. NULL: no frames are left. */
static uint64_t *slot_of(struct nested *s, uint64_t gpa)
{
    uint32_t frame = s->root;

    for (unsigned level = 0; level < EPT_LEVELS - 1; level++) {
        uint64_t *entry = &table(s, frame)[tree_entry(TREE_EPT, 0, gpa, level) / sizeof(uint64_t)];

        if (!*entry) {
            uint32_t below = frames_take(s->frames, TYPE_TABLE);

            if (below == NO_FRAME)
                return NULL;
            memset(table(s, below), 0, PAGE_SIZE);
            *entry = (uint64_t)below << PAGE_SHIFT | EPT_RIGHTS;
            s->tables++;
        }
        frame = frame_of(*entry);
    }
    return &table(s, frame)[tree_entry(TREE_EPT, 0, gpa, EPT_LEVELS - 1) / sizeof(uint64_t)];
}

enum nested_fault nested_fill(struct nested *s, gpa_t gpa, bool write, uint64_t *entry)
{
    uint32_t frame = machine_frame(s->guest, gpa.v);
    uint64_t *slot;
    bool traced;

    if (frame == NO_FRAME)
        return NESTED_MMIO;
    traced = s->hardware->ram->flag[frame] & FRAME_TRACED;
    if (traced && write)
        return NESTED_TRACED;
    slot = slot_of(s, gpa.v);
    if (!slot) { /* start over: it may be dropped at any time */
        nested_drop(s);
        slot = slot_of(s, gpa.v);
    }
    if (!slot) /* somebody else has all frames */
        return NESTED_MMIO;
    *entry = (uint64_t)frame << PAGE_SHIFT | EPT_TYPE_WB | EPT_R | EPT_X | (traced ? 0 : EPT_W);
    *slot = *entry;
    return NESTED_FILLED;
}

void nested_fill_all(struct nested *s)
{
    uint64_t entry;

    for (uint32_t page = 0; page < s->guest->pages; page++)
        if (machine_frame(s->guest, (uint64_t)page << PAGE_SHIFT) != NO_FRAME)
            (void)nested_fill(s, gpa((uint64_t)page << PAGE_SHIFT), false, &entry);
}

/* Does an entry of the last level, or a large one, lead to the guest's frames alone? */
static bool leads_to_guest(const struct nested *s, uint64_t entry, uint64_t frames)
{
    uint64_t first = (entry & EPT_FRAME) >> PAGE_SHIFT;

    for (uint64_t f = first; f < first + frames; f++)
        if (f >= s->frames->count || s->frames->frame[f].owner != OWNER_GUEST)
            return false;
    return true;
}

static uint32_t exposed_below(const struct nested *s, uint32_t frame, unsigned level)
{
    const uint64_t *entry = table(s, frame);
    uint32_t exposed = 0;

    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t below = (entry[i] & EPT_FRAME) >> PAGE_SHIFT;

        if (!(entry[i] & EPT_RIGHTS))
            continue;
        if (level == EPT_LEVELS - 1)
            exposed += !leads_to_guest(s, entry[i], 1);
        else if (entry[i] & EPT_LEAF)
            exposed += !leads_to_guest(s, entry[i], level == EPT_LEVELS - 2 ? ENTRIES : ENTRIES * ENTRIES);
        else if (below < s->frames->count && s->frames->frame[below].owner == OWNER_MONITOR)
            exposed += exposed_below(s, (uint32_t)below, level + 1);
        else
            exposed++;
    }
    return exposed;
}

uint32_t nested_exposed(const struct nested *s)
{
    return exposed_below(s, s->root, 0);
}
