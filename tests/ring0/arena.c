/* SPDX-License-Identifier: MIT */
/* The arena that every program starts from: all tables sound, all memory mapped, so that what is random breaks few things. */
#include <string.h>

#include "tests/ring0/image.h"

uint32_t arena_get(const struct program *p, uint32_t at)
{
    uint32_t v;

    memcpy(&v, p->arena + (at - ARENA), sizeof v);
    return v;
}

void arena_put(struct program *p, uint32_t at, uint32_t v)
{
    memcpy(p->arena + (at - ARENA), &v, sizeof v);
}

void arena_put16(struct program *p, uint32_t at, uint32_t v)
{
    memcpy(p->arena + (at - ARENA), &v, 2);
}

uint32_t arena_slot(uint32_t sel)
{
    return (sel & 4 ? LDT : GDT) + (sel & ~7u);
}

/* attr: bits 8 to 23 of the descriptor's second word, the limit's part left 0. */
void arena_desc(struct program *p, uint32_t at, uint32_t base, uint32_t limit, uint32_t attr)
{
    arena_put(p, at, base << 16 | (limit & 0xffff));
    arena_put(p, at + 4, (base & 0xff000000) | (limit & 0xf0000) | attr << 8 | (base >> 16 & 0xff));
}

void arena_gate(struct program *p, uint32_t at, uint32_t sel, uint32_t offset, uint32_t attr)
{
    arena_put(p, at, sel << 16 | (offset & 0xffff));
    arena_put(p, at + 4, (offset & 0xffff0000) | attr << 8);
}

static void segments(struct program *p)
{
    static const struct {
        uint32_t sel, base, limit, attr;
    } d[] = {
        {SEL_CODE0, 0, 0xfffff, 0xc09b},         {SEL_DATA0, 0, 0xfffff, 0xc093},
        {SEL_CODE1, 0, 0xfffff, 0xc0bb},         {SEL_DATA1, 0, 0xfffff, 0xc0b3},
        {SEL_CODE2, 0, 0xfffff, 0xc0db},         {SEL_DATA2, 0, 0xfffff, 0xc0d3},
        {SEL_CODE3, 0, 0xfffff, 0xc0fb},         {SEL_DATA3, 0, 0xfffff, 0xc0f3},
        {SEL_SHORT0, CODE, 0xffff, 0x009b},      {SEL_SHORT3, CODE, 0xffff, 0x00fb},
        {SEL_STACK16, ARENA, 0xffff, 0x0093},    {SEL_STACK16_3, ARENA, 0xffff, 0x00f3},
        {SEL_STUBS16, STUBS16, 0xffff, 0x409b},  {SEL_LDT, LDT, LDT_SLOTS * 8 - 1, 0x0082},
        {SEL_TSS, TSS, 0x68 + 0x81 - 1, 0x0089}, {SEL_TSS16, TSS16, 0x2b, 0x0081},
        {SEL_CONFORMING, 0, 0xfffff, 0xc09f},
    };

    for (unsigned i = 0; i < sizeof d / sizeof *d; i++)
        arena_desc(p, arena_slot(d[i].sel), d[i].base, d[i].limit, d[i].attr);
}

/* Interrupt gates of ring 0; those of INT DONE, INT3 and INTO are open to all. */
static void gates(struct program *p)
{
    for (uint32_t v = 0; v < VECTORS; v++)
        arena_gate(p, IDT + 8 * v, SEL_CODE0, STUBS + STUB_SIZE * v, v == DONE || v == 3 || v == 4 ? 0xee : 0x8e);
}

static void task_state(struct program *p)
{
    static const uint32_t esp[3] = {STACK0, STACK1, STACK2}, ss[3] = {SEL_DATA0, SEL_DATA1 | 1, SEL_DATA2 | 2};

    for (unsigned ring = 0; ring < 3; ring++) {
        arena_put(p, TSS + 4 + 8 * ring, esp[ring]);
        arena_put(p, TSS + 8 + 8 * ring, ss[ring]);
        arena_put16(p, TSS16 + 2 + 4 * ring, esp[ring] - ARENA);
        arena_put16(p, TSS16 + 4 + 4 * ring, ring ? ss[ring] : SEL_STACK16);
    }
    arena_put16(p, TSS + 0x66, 0x68);
}

static void page_tables(struct program *p)
{
    static const uint32_t table[2] = {DIRECTORY, DIRECTORY2};

    for (unsigned i = 0; i < 2; i++) {
        arena_put(p, table[i], KEEPER_TABLE | 3);
        arena_put(p, table[i] + 4 * (ARENA >> 22), ARENA_TABLE | 7);
        arena_put(p, table[i] + 4 * (WINDOWS >> 22), WINDOW_TABLE | 7);
        arena_put(p, table[i] + 4 * (BIG_WINDOW >> 22), ARENA | 0x87);
        arena_put(p, table[i] + 4 * (WINDOWS2 >> 22), WINDOW_TABLE | 5);
        arena_put(p, table[i] + 4 * (HIGH_WINDOWS >> 22), WINDOW_TABLE | 7);
    }
    /*
     * Tables and the stacks of inner rings belong to the supervisor. Tables have been accessed: whether a descriptor is
     * read at all before its selector is refused differs.
     */
    for (uint32_t i = 0; i < ARENA_SIZE >> 12; i++) {
        uint32_t page = ARENA + (i << 12);
        bool inner = page < CODE || (page >= STACK0 - 4096 && page < STACK2);

        arena_put(p, ARENA_TABLE + 4 * i, page | (page < CODE ? 0x23 : inner ? 3 : 7));
    }
    for (uint32_t i = 0; i < WINDOW_COUNT; i++)
        arena_put(p, WINDOW_TABLE + 4 * i, (DATA + (i % 3 << 12)) | 7);
}

static void put_code(struct program *p, uint32_t at, const char *code, size_t n)
{
    memcpy(p->arena + (at - ARENA), code, n);
}

/* Handlers of rings 1 and 2 put the stack of ring 0 in order before they end the step, since that may be why they run. */
static void code(struct program *p)
{
    memset(p->arena + (CODE - ARENA), 0xcc, ARENA + ARENA_SIZE - CODE); /* stacks and data as well */
    for (uint32_t i = 0; i < 32; i++)
        put_code(p, LANDINGS + 16 * i, "\xcd\x20", 2);
    put_code(p, LANDINGS + 0xffe, "\xb8\x01", 2); /* MOV EAX that goes on in the next page */
    for (uint32_t ring = 1; ring <= 2; ring++) {
        uint32_t at = HANDLERS + 0x40 * ring;

        put_code(p, at, "\x66\xb8\0\0\x8e\xd8\xc7\5\0\0\0\0\0\0\0\0\x66\xc7\5\0\0\0\0\0\0\xcd\x20", 27);
        arena_put16(p, at + 2, (ring == 1 ? SEL_DATA1 : SEL_DATA2) | ring); /* mov ds */
        arena_put(p, at + 8, TSS + 4);                                      /* mov dword [TSS + 4], STACK0 */
        arena_put(p, at + 12, STACK0);
        arena_put(p, at + 19, TSS + 8); /* mov word [TSS + 8], SEL_DATA0 */
        arena_put16(p, at + 23, SEL_DATA0);
    }
}

void program_clean(struct program *p)
{
    memset(p, 0, sizeof *p);
    p->head = (struct program_head){.cr0 = 0x80010011,
                                    .cr3 = DIRECTORY,
                                    .cr4 = 0x90,
                                    .ldtr = SEL_LDT,
                                    .tr = SEL_TSS,
                                    .gdtr = {0, GDT_SLOTS * 8 - 1, GDT},
                                    .idtr = {0, VECTORS * 8 - 1, IDT}};
    segments(p);
    gates(p);
    task_state(p);
    page_tables(p);
    code(p);
}
