/* SPDX-License-Identifier: MIT */
/*
 * Memory through the windows, and what is done to their page tables. Edits that take something away are followed by what
 * makes them known to the TLB: programs that do not flush may see old entries or new ones (SDM Vol. 3, 4.10.4).
 */
#include "tests/ring0/snippets.h"
#include "tests/ring0/tables.h"

static const uint32_t regions[] = {WINDOWS, WINDOWS, WINDOWS, WINDOWS2, HIGH_WINDOWS, BIG_WINDOW, NO_WINDOW};

/* Often across the end of a page. Of the big window only the last pages: its tables are no playground. */
static uint32_t window_address(struct maker *m)
{
    uint32_t region = PICK_OF(m, regions), page = pick(m, WINDOW_COUNT - 3) << 12;
    uint32_t off = chance(m, 40) ? 0xff9 + pick(m, 7) : pick(m, 0xff0);

    if (chance(m, 5))
        return chance(m, 50) ? KEEPER + 0x1000 : GDT + 0x200 + off / 2;
    if (region == BIG_WINDOW)
        return region + (STACK3 - 0x1000 - ARENA) + off;
    return region + page + off;
}

/* QEMU reads before it writes, and says so in the error code: what does both on one operand is for Bochs. */
bool snip_access(struct maker *m)
{
    static const struct {
        uint16_t opcode;
        uint8_t reg, sizes; /* sizes: of 1, 2, 4, by bit */
    } how[] = {{0x8b, R_EDX, 6}, {0x8b, R_EBP, 6}, {0x8a, R_EDX, 1},   {0x89, R_EDX, 6},   {0x88, R_EDX, 1},
               {0x39, R_ECX, 6}, {0xff, 6, 6},     {0x8f, 0, 6},       {0x0fb7, R_EDX, 6}, {0xc6, 0, 1},
               {0x0f00, 0, 6},   {0x0f00, 1, 6},   {0x8c, S_ES, 6},    {0x03, R_EDX, 6},   {0x01, R_ECX, 6},
               {0x87, R_ESI, 6}, {0xff, 0, 6},     {0x0fc1, R_EBX, 6}, {0x0fb1, R_EBX, 6}, {0x0fc7, 1, 4}};
    enum { READ_AND_WRITE = 14 };
    unsigned n = pick(m, m->profile == FOR_QEMU ? READ_AND_WRITE : sizeof how / sizeof *how);
    unsigned size = how[n].sizes & 1 ? 1 : chance(m, 75) ? 4 : 2;

    if (how[n].opcode == 0x0fc7)
        size = 4;
    emit_mem(m, size, how[n].opcode, how[n].reg, window_address(m));
    if (how[n].opcode == 0xc6)
        emit(m, 1, pick_bits(m));
    return true;
}

/* Everything goes, global entries too. `cr4` is what the register holds afterwards. */
static void flush_all(struct maker *m)
{
    emit_mov(m, R_EAX, 0x10);
    EMIT(m, 0x0f, 0x22, 0xe0);
    emit_mov(m, R_EAX, 0x90);
    EMIT(m, 0x0f, 0x22, 0xe0);
}

static void flush_page(struct maker *m, uint32_t index)
{
    static const uint32_t ways[] = {WINDOWS, WINDOWS2, HIGH_WINDOWS, BIG_WINDOW};

    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++)
        emit_mem(m, 4, 0x0f01, 7, ways[i] + (index << 12) + pick(m, 0x1000));
}

bool snip_edit_page(struct maker *m)
{
    uint32_t index = pick(m, WINDOW_COUNT - 2), way = PICK_OF(m, regions);

    emit_store(m, WINDOW_TABLE + 4 * index, random_page_entry(m));
    if (chance(m, 75))
        flush_page(m, index);
    else
        flush_all(m);
    if (chance(m, 50) && way != BIG_WINDOW)
        emit_mem(m, 4, chance(m, 50) ? 0x8b : 0x89, R_EDX, way + (index << 12) + pick(m, 0xff0));
    return true;
}

/* What was not present is never cached, so it may appear without a flush (SDM Vol. 3, 4.10.4.3). */
bool snip_appear(struct maker *m)
{
    uint32_t index = pick(m, WINDOW_COUNT - 2);

    emit_store(m, WINDOW_TABLE + 4 * index, pick_bits(m) & ~1u);
    flush_page(m, index);
    emit_store(m, WINDOW_TABLE + 4 * index, random_page_entry(m) | 1);
    emit_mem(m, 4, chance(m, 50) ? 0x8b : 0x89, R_EDX, WINDOWS + (index << 12) + pick(m, 0xff0));
    return true;
}

bool snip_directory(struct maker *m)
{
    static const uint32_t ways[] = {WINDOWS, WINDOWS2, BIG_WINDOW, HIGH_WINDOWS, NO_WINDOW};
    uint32_t way = PICK_OF(m, ways), v = way == BIG_WINDOW ? ARENA | 0x80 : WINDOW_TABLE;

    v |= (pick_bits(m) & 0x66) | (chance(m, 85) ? 1 : 0) | (way == BIG_WINDOW ? pick_bits(m) & 0x100 : 0);
    emit_store(m, (chance(m, 80) ? DIRECTORY : DIRECTORY2) + 4 * (way >> 22), v);
    flush_all(m);
    return true;
}

/* REP strings that start near a page's end; ES is made flat first, since QEMU's profile wants no limits judged. */
bool snip_string(struct maker *m)
{
    static const uint8_t string[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};
    unsigned opcode = PICK_OF(m, string), size = 1u << pick(m, 3);

    emit_size(m, 2);
    EMIT(m, 0x1e); /* push ds; pop es */
    emit_size(m, 2);
    EMIT(m, 0x07);
    emit_mov(m, R_ESI, window_address(m));
    if (chance(m, 50) && !(opcode == 0xa6 && m->profile == FOR_QEMU)) /* whose CMPS reads the second operand first */
        emit_mov(m, R_EDI, window_address(m));
    else
        emit_mov(m, R_EDI, DATA + 0x800 + pick(m, 0x2000));
    emit_mov(m, R_ECX, pick(m, 24));
    EMIT(m, chance(m, 30) ? 0xfd : 0xfc);
    if (m->code16)
        emit(m, 1, 0x67);
    if (chance(m, 85))
        emit(m, 1, chance(m, 30) ? 0xf2 : 0xf3);
    emit_size(m, size);
    emit(m, 1, opcode | (size > 1));
    return true;
}

/* Long enough to be interrupted, and across pages of which one may be missing. */
bool snip_long_string(struct maker *m)
{
    static const uint8_t string[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};
    uint32_t page = pick(m, WINDOW_COUNT - 4) << 12;

    emit_size(m, 2);
    EMIT(m, 0x1e); /* push ds; pop es */
    emit_size(m, 2);
    EMIT(m, 0x07);
    emit_mov(m, R_ESI, WINDOWS + page + 0x1000 - pick(m, 30));
    emit_mov(m, R_EDI, chance(m, 50) ? WINDOWS + 0x1000 - pick(m, 30) : DATA + pick(m, 0x800));
    emit_mov(m, R_ECX, 10 + pick(m, 40));
    EMIT(m, 0xfc);
    if (m->code16)
        emit(m, 1, 0x67);
    EMIT(m, 0xf3, PICK_OF(m, string));
    return true;
}

/* The big window's directory entry as a 4 MiB page, as a table, gone; CR4.PSE set and clear; and what is there then. */
bool snip_large(struct maker *m)
{
    static const uint32_t entry[] = {ARENA | 0x87, ARENA | 0x1e7, ARENA | 0x85, WINDOW_TABLE | 7, ARENA | 0x86};
    uint32_t at = BIG_WINDOW + (DATA - ARENA) + pick(m, 0x2ff0);

    emit_store(m, DIRECTORY + 4 * (BIG_WINDOW >> 22), PICK_OF(m, entry));
    if (chance(m, 50)) { /* one INVLPG ends all of the page */
        emit_mem(m, 4, 0x0f01, 7, BIG_WINDOW + pick(m, ARENA_SIZE));
        emit_mem(m, 4, 0x0f01, 7, at);
    }
    flush_all(m);
    if (chance(m, 40)) {
        emit_mov(m, R_EAX, chance(m, 50) ? 0x80 : 0);
        EMIT(m, 0x0f, 0x22, 0xe0);
    }
    emit_mem(m, 4, chance(m, 50) ? 0x8b : 0x89, R_EDX, at);
    return true;
}

/* Ring 3 only: what an inner ring could not push on its own stack would be the end of the program. */
bool snip_stack(struct maker *m)
{
    static const uint8_t how[] = {0x50, 0x5b, 0x9c, 0xc9, 0x1e, 0xe8, 0xc3, 0xc8, 0x60, 0x61};
    /* Not for QEMU: its PUSHA writes the lowest word first, its POPA leaves registers changed when it faults. */
    unsigned opcode = how[pick(m, sizeof how - (m->profile == FOR_QEMU ? 2 : 0))],
             size = chance(m, 75) && opcode != 0x1e ? 4 : 2;

    if (opcode == 0xc3 && m->profile == FOR_QEMU) /* it returns past the limit of CS */
        opcode = 0xc9;
    emit_mov(m, R_ESP, window_address(m));
    emit_mov(m, R_EBP, window_address(m));
    emit_size(m, size);
    emit(m, 1, opcode);
    if (opcode == 0xe8)
        emit(m, size, 0);
    if (opcode == 0xc8)
        emit(m, 3, 8 | pick(m, 4) << 16);
    return m->profile != FOR_QEMU &&
           opcode != 0xc3; /* a gate that copies parameters reads them with the rights of ring 0 */
}

/* Code in a window: an INT DONE or nothing; or an instruction that lies across two pages. */
bool snip_execute(struct maker *m)
{
    uint32_t to = WINDOWS + (pick(m, WINDOW_COUNT - 3) << 12);

    if (m->code16 && m->profile == FOR_QEMU) /* past the limit of CS */
        return true;
    if (chance(m, 30))
        to = PICK_OF(m, regions) + (pick(m, 12) << 12);
    if (to >> 22 == BIG_WINDOW >> 22)
        to = BIG_WINDOW + (LANDINGS - ARENA);
    emit_mov(m, R_EAX, to + (chance(m, 50) ? 16 * pick(m, 32) : 0xffe));
    emit_size(m, 4);
    EMIT(m, 0xff, m->code16 || chance(m, 70) ? 0xe0 : 0xd0); /* CALL past a limit: Bochs has pushed before it looks */
    return false;
}
