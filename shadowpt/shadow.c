/* SPDX-License-Identifier: MIT */
#include "shadowpt/shadow.h"

#include <string.h>

#include "interp/machine.h"
#include "shadowpt/frames.h"

enum { ENTRIES = 1024 };

static uint32_t *table(const struct shadow *s, uint32_t frame)
{
    return (uint32_t *)(void *)ram_frame(s->hardware->ram, frame);
}

int shadow_init(struct shadow *s, struct machine *guest, struct machine *hardware, struct frames *f, unsigned pdes)
{
    *s = (struct shadow){.guest = guest, .hardware = hardware, .frames = f, .pdes = pdes};
    s->root = frames_take(f, TYPE_DIRECTORY);
    if (s->root == NO_FRAME)
        return -1;
    memset(table(s, s->root), 0, PAGE_SIZE);
    return 0;
}

void shadow_drop(struct shadow *s)
{
    uint32_t *root = table(s, s->root);

    for (unsigned i = 0; i < s->pdes; i++) {
        if (root[i])
            frames_give(s->frames, root[i] >> PAGE_SHIFT);
        root[i] = 0;
    }
}

/* Behind the guest's part of the root stands whatever the monitor has there: not for shadows. */
static bool is_guests(const struct shadow *s, uint32_t lin)
{
    return lin >> 22 < s->pdes;
}

/* The entry for a page, or NULL when there is no table for it. */
static uint32_t *entry_of(const struct shadow *s, uint32_t lin)
{
    uint32_t pde = is_guests(s, lin) ? table(s, s->root)[lin >> 22] : 0;

    return pde ? &table(s, pde >> PAGE_SHIFT)[lin >> PAGE_SHIFT & (ENTRIES - 1)] : NULL;
}

void shadow_invlpg(struct shadow *s, gva_t gva)
{
    uint32_t *e = entry_of(s, gva.v);
    uint32_t *root = table(s, s->root);

    if (!e)
        return;
    *e = 0;
    /* A 4 MiB page of the guest is here as 4 KiB entries, and one INVLPG ends all of them (SDM Vol. 3, 4.10.4.1). */
    if (s->guest->cpu.cr4 & CR4_PSE)
        memset(table(s, root[gva.v >> 22] >> PAGE_SHIFT), 0, PAGE_SIZE);
}

/* The same, with a table made where there is none. */
static uint32_t *entry_make(struct shadow *s, uint32_t lin)
{
    uint32_t *root = table(s, s->root), frame;

    if (!root[lin >> 22]) {
        frame = frames_take(s->frames, TYPE_TABLE);
        if (frame == NO_FRAME) { /* start over: a shadow may be dropped at any time */
            shadow_drop(s);
            frame = frames_take(s->frames, TYPE_TABLE);
        }
        memset(table(s, frame), 0, PAGE_SIZE);
        root[lin >> 22] = frame << PAGE_SHIFT | PTE_P | PTE_W | PTE_U | PTE_A;
    }
    return entry_of(s, lin);
}

/* The guest's walk; without paging linear is physical, and everything is allowed (SDM Vol. 3, 4.1.1). */
static bool guest_walk(const struct shadow *s, uint32_t lin, bool write, bool user, struct walk *w)
{
    const struct cpu *v = &s->guest->cpu;
    struct walk_context k = walk_context_of(s->guest, NULL);

    if (v->cr0 & CR0_PG)
        return page_walk(&k, lin, write, user, w);
    *w =
        (struct walk){.lin = lin, .write = write, .user = user, .ok = true, .pa = lin, .rights = PTE_W | PTE_U | PTE_D};
    return true;
}

enum shadow_fault shadow_fill(struct shadow *s, gva_t gva, bool write, bool user, struct shadow_report *r)
{
    const struct cpu *v = &s->guest->cpu;
    struct walk_context k = walk_context_of(s->guest, NULL);
    struct walk *w = &r->walk;
    uint32_t frame, *slot;
    bool traced, wp0;

    *r = (struct shadow_report){0};
    if (!guest_walk(s, gva.v, write, user, w))
        return SHADOW_TRUE;
    frame = machine_frame(s->guest, w->pa);
    if (frame == NO_FRAME || !is_guests(s, gva.v))
        return SHADOW_MMIO;
    traced = s->hardware->ram->flag[frame] & FRAME_TRACED;
    if (traced && write)
        return SHADOW_TRACED;
    if (v->cr0 & CR0_PG)
        page_walk_commit(&k, w);
    /* The hardware's WP is always 1: what a WP=0 kernel may write is writable, but then not the user's. */
    wp0 = write && !user && !(w->rights & PTE_W);
    slot = entry_make(s, gva.v);
    r->old = *slot;
    r->entry = frame << PAGE_SHIFT | PTE_P | PTE_A;
    if ((w->rights & PTE_D) && !traced && (w->rights & PTE_W || wp0))
        r->entry |= PTE_W | PTE_D;
    if ((w->rights & PTE_U) && !wp0)
        r->entry |= PTE_U;
    *slot = r->entry;
    r->hpa = hpa((uint64_t)frame << PAGE_SHIFT | (w->pa & PAGE_OFFSET));
    return SHADOW_FILLED;
}

void shadow_fill_flat(struct shadow *s)
{
    struct shadow_report r;

    for (uint32_t page = 0; page < s->guest->pages; page++)
        (void)shadow_fill(s, gva(page << PAGE_SHIFT), false, false, &r);
}
