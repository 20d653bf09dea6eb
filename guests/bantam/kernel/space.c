/* SPDX-License-Identifier: MIT */
/* Regions and the pages in them; what fork() shares, and who copies when. */
#include "guests/bantam/kernel/space.h"

#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/memory.h"
#include "guests/bantam/kernel/text.h"

#define PAGE_MASK (~(uint32_t)(PAGE - 1))

static uint32_t page_up(uint32_t at)
{
    return (at + PAGE - 1) & PAGE_MASK;
}

int space_new(struct space *s)
{
    *s = (struct space){0};
    return arch_space_new(&s->tables);
}

static int drop_page(void *ctx, uint32_t at, const struct arch_mapping *m)
{
    struct space *s = ctx;

    arch_unmap(s->tables, at);
    page_drop(m->page);
    s->pages--;
    return 0;
}

static void drop_pages(struct space *s, uint32_t from, uint32_t to)
{
    (void)arch_each(s->tables, from, to, drop_page, s);
    arch_commit();
}

void space_empty(struct space *s)
{
    drop_pages(s, 0, USER_END);
    memset(s->region, 0, sizeof s->region);
}

void space_free(struct space *s)
{
    if (!s->tables)
        return;
    space_empty(s);
    arch_space_free(s->tables);
    s->tables = 0;
}

struct copying {
    struct space *to, *from;
};

/* Both keep the page; whoever may write to it, and does, takes a copy. */
static int share_page(void *ctx, uint32_t at, const struct arch_mapping *m)
{
    struct copying *c = ctx;
    unsigned rights = m->rights & MAP_WRITE ? MAP_SHARED : m->rights;
    int error = arch_map(c->to->tables, at, m->page, rights);

    if (error)
        return error;
    page_share(m->page);
    c->to->pages++;
    return rights != m->rights ? arch_map(c->from->tables, at, m->page, rights) : 0;
}

int space_copy(struct space *to, struct space *from)
{
    struct copying c = {to, from};
    int error = space_new(to);

    if (error)
        return error;
    memcpy(to->region, from->region, sizeof to->region);
    to->heap_start = from->heap_start;
    to->heap_end = from->heap_end;
    error = arch_each(from->tables, 0, USER_END, share_page, &c);
    arch_commit();
    if (error)
        space_free(to);
    return error;
}

static struct region *region_at(struct space *s, uint32_t at)
{
    for (struct region *r = s->region; r < s->region + REGIONS; r++)
        if (at >= r->start && at < r->end)
            return r;
    return NULL;
}

static struct region *region_unused(struct space *s)
{
    for (struct region *r = s->region; r < s->region + REGIONS; r++)
        if (r->start == r->end)
            return r;
    return NULL;
}

static bool overlaps(const struct space *s, uint32_t start, uint32_t end)
{
    for (const struct region *r = s->region; r < s->region + REGIONS; r++)
        if (start < r->end && r->start < end)
            return true;
    return false;
}

int space_add(struct space *s, uint32_t start, uint32_t end, bool write)
{
    struct region *r = region_unused(s);

    if (start >= end || end > USER_END || overlaps(s, start, end))
        return E_INVAL;
    if (!r)
        return E_NOMEM;
    *r = (struct region){start, end, write};
    return 0;
}

/* The heap's region ends with the page in which the heap does. */
int space_grow_heap(struct space *s, int32_t bytes)
{
    uint32_t old = s->heap_end, new = old + (uint32_t)bytes, from = page_up(old), to = page_up(new);
    struct region *r = region_at(s, s->heap_start);

    if (bytes < 0 ? new > old || new < s->heap_start : new < old || to > USER_MMAP)
        return E_NOMEM;
    if (to > from && r) {
        r->end = to;
    } else if (to > from) {
        int error = space_add(s, s->heap_start, to, true);

        if (error)
            return error == E_INVAL ? E_NOMEM : error;
    } else if (to < from && r) {
        r->end = to;
        drop_pages(s, to, from);
    }
    s->heap_end = new;
    return (int)old;
}

static uint32_t mmap_end(const struct space *s)
{
    uint32_t end = USER_MMAP;

    for (const struct region *r = s->region; r < s->region + REGIONS; r++)
        if (r->start >= USER_MMAP && r->start < USER_END - STACK_BYTES && r->end > end)
            end = r->end;
    return end;
}

/* Behind the highest; one that lies there already grows, so that many small calls need one region. */
int space_mmap(struct space *s, uint32_t bytes)
{
    uint32_t start = mmap_end(s), size = page_up(bytes);
    struct region *r = start > USER_MMAP ? region_at(s, start - 1) : NULL;

    if (!bytes || size < bytes)
        return E_INVAL;
    if (size > USER_END - STACK_BYTES - PAGE - start)
        return E_NOMEM;
    if (r)
        r->end += size;
    else {
        int error = space_add(s, start, start + size, true);

        if (error)
            return error;
    }
    return (int)start;
}

int space_munmap(struct space *s, uint32_t start, uint32_t bytes)
{
    uint32_t end = start + page_up(bytes);
    struct region *r = region_at(s, start), *rest;

    if (start % PAGE || start < USER_MMAP || end <= start || !r || end > r->end || r->end > USER_END - STACK_BYTES)
        return E_INVAL;
    if (start > r->start && end < r->end) { /* a hole in the middle */
        rest = region_unused(s);
        if (!rest)
            return E_NOMEM;
        *rest = (struct region){end, r->end, r->write};
        r->end = start;
    } else if (start > r->start) {
        r->end = start;
    } else {
        r->start = end;
    }
    drop_pages(s, start, end);
    return 0;
}

static int first_touch(struct space *s, uint32_t at, bool write, uint32_t *page)
{
    *page = page_take_zeroed();
    if (!*page)
        return E_NOMEM;
    if (arch_map(s->tables, at, *page, write ? MAP_WRITE : 0)) {
        page_drop(*page);
        return E_NOMEM;
    }
    s->pages++;
    return 0;
}

/* The last user of a shared page has it for itself. */
static int make_private(struct space *s, uint32_t at, uint32_t *page)
{
    uint32_t old = *page;

    if (page_users(old) > 1) {
        *page = page_take();
        if (!*page)
            return E_NOMEM;
        memcpy(arch_window(*page), arch_window(old), PAGE);
        page_drop(old);
        counters.copied_pages++;
    }
    return arch_map(s->tables, at, *page, MAP_WRITE);
}

int space_touch(struct space *s, uint32_t at, bool write, uint32_t *page)
{
    const struct region *r = region_at(s, at);
    struct arch_mapping m;
    int error = 0;

    at &= PAGE_MASK;
    if (!r || (write && !r->write))
        return E_FAULT;
    if (!arch_lookup(s->tables, at, &m)) {
        error = first_touch(s, at, r->write, page);
    } else {
        *page = m.page;
        if (write && !(m.rights & MAP_WRITE))
            error = make_private(s, at, page);
    }
    arch_commit();
    return error;
}
