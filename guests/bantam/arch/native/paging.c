/* SPDX-License-Identifier: MIT */
/*
 * Two levels of tables (SDM Vol. 3, 4.3), 4 KiB pages. A space is the physical address of its directory. The kernel's
 * directory entries are made once and copied into every directory, so that a table of the kernel's is a table of all.
 *
 *      directory  0 ... 767  a process's own tables
 *               768 ... 959  the window onto RAM
 *               960          kernel stacks
 */
#include "guests/bantam/arch/native/native.h"

enum { ENTRIES = 1024, KERNEL_ENTRY = KERNEL_BASE >> 22, TABLE_BYTES = 1 << 22 };
/* MARK is one of the bits that the processor leaves to software. */
enum { ENTRY_P = 1, ENTRY_W = 2, ENTRY_U = 4, ENTRY_MARK = 1 << 9 };
#define ADDRESS 0xfffff000u

#define STACKS 0xf0000000u
enum { STACK_PAGES = 3, SLOT_PAGES = STACK_PAGES + 1 };
_Static_assert(STACK_SLOTS *SLOT_PAGES <= ENTRIES, "stacks have one table");

static uint32_t *kernel_directory;
static arch_space_t in_use;
static bool edited;

static void zero(uint32_t *page)
{
    for (unsigned i = 0; i < ENTRIES; i++)
        page[i] = 0;
}

static void load_directory(uint32_t physical)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(physical) : "memory");
}

static uint32_t boot_table(uint32_t *free)
{
    uint32_t page = *free;

    *free += PAGE;
    zero(arch_window(page));
    return page;
}

/* While this runs, start.asm's tables show the first 4 MiB only: *free must lie there, and so do all that is taken. */
void native_paging(uint32_t *free, uint32_t end)
{
    kernel_directory = arch_window(boot_table(free));
    for (uint32_t at = 0; at < end; at += TABLE_BYTES) {
        uint32_t table = boot_table(free), *entry = arch_window(table);

        for (unsigned i = 0; i < ENTRIES && at + i * PAGE < end; i++)
            entry[i] = (at + i * PAGE) | ENTRY_P | ENTRY_W;
        kernel_directory[KERNEL_ENTRY + at / TABLE_BYTES] = table | ENTRY_P | ENTRY_W;
    }
    kernel_directory[STACKS >> 22] = boot_table(free) | ENTRY_P | ENTRY_W;
    load_directory(arch_physical(kernel_directory));
}

uint32_t native_fault_address(void)
{
    uint32_t at;

    __asm__ volatile("mov %%cr2, %0" : "=r"(at));
    return at;
}

static uint32_t *directory(arch_space_t s)
{
    return s ? arch_window(s) : kernel_directory;
}

/* The entry of a page; NULL: its table is not there. */
static uint32_t *entry_of(arch_space_t s, uint32_t at)
{
    uint32_t d = directory(s)[at >> 22];

    return d & ENTRY_P ? (uint32_t *)arch_window(d & ADDRESS) + (at >> 12 & (ENTRIES - 1)) : NULL;
}

int arch_space_new(arch_space_t *s)
{
    uint32_t page = page_take(), *d = arch_window(page);

    if (!page)
        return E_NOMEM;
    zero(d);
    for (unsigned i = KERNEL_ENTRY; i < ENTRIES; i++)
        d[i] = kernel_directory[i];
    *s = page;
    return 0;
}

void arch_space_free(arch_space_t s)
{
    const uint32_t *d = directory(s);

    for (unsigned i = 0; i < KERNEL_ENTRY; i++)
        if (d[i] & ENTRY_P)
            page_drop(d[i] & ADDRESS);
    page_drop(s);
}

void arch_space_use(arch_space_t s)
{
    if (s == in_use && !edited)
        return;
    in_use = s;
    edited = false;
    load_directory(s ? s : arch_physical(kernel_directory));
}

int arch_map(arch_space_t s, uint32_t at, uint32_t page, unsigned rights)
{
    uint32_t *entry = entry_of(s, at);

    if (!entry) {
        uint32_t table = page_take();

        if (!table)
            return E_NOMEM;
        zero(arch_window(table));
        directory(s)[at >> 22] = table | ENTRY_P | ENTRY_W | ENTRY_U;
        entry = entry_of(s, at);
    }
    edited |= s == in_use && (*entry & ENTRY_P);
    *entry = page | ENTRY_P | ENTRY_U | (rights & MAP_WRITE ? ENTRY_W : 0) | (rights & MAP_SHARED ? ENTRY_MARK : 0);
    return 0;
}

void arch_unmap(arch_space_t s, uint32_t at)
{
    uint32_t *entry = entry_of(s, at);

    if (!entry || !(*entry & ENTRY_P))
        return;
    *entry = 0;
    edited |= s == in_use;
}

/* The whole TLB goes: a batch is rarely one page, and an i386 has no INVLPG. */
void arch_commit(void)
{
    arch_space_use(in_use);
}

static struct arch_mapping mapping(uint32_t entry)
{
    return (struct arch_mapping){entry & ADDRESS,
                                 (entry & ENTRY_W ? MAP_WRITE : 0u) | (entry & ENTRY_MARK ? MAP_SHARED : 0u)};
}

bool arch_lookup(arch_space_t s, uint32_t at, struct arch_mapping *m)
{
    const uint32_t *entry = entry_of(s, at);

    if (!entry || !(*entry & ENTRY_P))
        return false;
    *m = mapping(*entry);
    return true;
}

int arch_each(arch_space_t s, uint32_t from, uint32_t to,
              int (*visit)(void *ctx, uint32_t at, const struct arch_mapping *m), void *ctx)
{
    uint32_t at = from;

    while (at < to) {
        const uint32_t *entry = entry_of(s, at);
        int result = 0;

        if (!entry) { /* on to the next table */
            at = (at & ~(uint32_t)(TABLE_BYTES - 1)) + TABLE_BYTES;
            continue;
        }
        if (*entry & ENTRY_P) {
            struct arch_mapping m = mapping(*entry);

            result = visit(ctx, at, &m);
        }
        if (result)
            return result;
        at += PAGE;
    }
    return 0;
}

static uint32_t *stack_entry(unsigned slot)
{
    return entry_of(0, STACKS) + slot * SLOT_PAGES + 1; /* behind the page that is never mapped */
}

void *arch_stack_new(unsigned slot)
{
    uint32_t *entry = stack_entry(slot);

    for (unsigned i = 0; i < STACK_PAGES; i++) {
        uint32_t page = page_take();

        if (!page) {
            arch_stack_free(slot);
            return NULL;
        }
        entry[i] = page | ENTRY_P | ENTRY_W;
    }
    return (void *)(STACKS + (slot + 1) * SLOT_PAGES * PAGE);
}

void arch_stack_free(unsigned slot)
{
    uint32_t *entry = stack_entry(slot);

    for (unsigned i = 0; i < STACK_PAGES; i++) {
        if (entry[i])
            page_drop(entry[i] & ADDRESS);
        entry[i] = 0;
    }
    edited = true;
    arch_commit();
}
