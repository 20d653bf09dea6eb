/* SPDX-License-Identifier: MIT */
/*
 * The page allocator: a count for each page of RAM, and a list of the free ones that is threaded through the pages
 * themselves. Interrupt handlers take no pages, and the kernel is not preempted, so that nothing has to be locked.
 */
#include "guests/bantam/kernel/memory.h"

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"

/* The machine ends with process 1: these pages are kept for it, so that others can use up no memory that it needs. */
enum { RESERVE = 16 };

static uint16_t *users; /* by page number */
static uint32_t first, end, free_list, total, free_pages;

void memory_start(uint32_t from, uint32_t to)
{
    uint32_t table = to / PAGE * sizeof *users;

    users = arch_window(from);
    memset(users, 0, table);
    first = (from + table + PAGE - 1) & ~(uint32_t)(PAGE - 1);
    end = to;
    for (uint32_t page = to; page > first;) { /* the lowest will be taken first */
        page -= PAGE;
        *(uint32_t *)arch_window(page) = free_list;
        free_list = page;
        total++;
    }
    free_pages = total;
}

static uint16_t *count(uint32_t page)
{
    ASSERT(page >= first && page < end && page % PAGE == 0);
    return &users[page / PAGE];
}

uint32_t page_take(void)
{
    uint32_t page = free_list;

    if (!page || (free_pages <= RESERVE && current && current->pid != 1))
        return 0;
    free_list = *(uint32_t *)arch_window(page);
    *count(page) = 1;
    free_pages--;
    return page;
}

uint32_t page_take_zeroed(void)
{
    uint32_t page = page_take();

    if (page)
        memset(arch_window(page), 0, PAGE);
    return page;
}

void page_share(uint32_t page)
{
    ASSERT(*count(page));
    ++*count(page);
}

void page_drop(uint32_t page)
{
    ASSERT(*count(page));
    if (--*count(page))
        return;
    *(uint32_t *)arch_window(page) = free_list;
    free_list = page;
    free_pages++;
}

unsigned page_users(uint32_t page)
{
    return *count(page);
}

uint32_t memory_pages(void)
{
    return total;
}

uint32_t memory_free(void)
{
    return free_pages > RESERVE ? free_pages - RESERVE : 0;
}
