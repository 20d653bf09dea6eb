/* SPDX-License-Identifier: MIT */
#include "tests/ring0/tables.h"

/* Attribute bits, as arena_desc() takes them. */
enum { P = 0x80, S = 0x10, EXEC = 8, DOWN = 4, CONFORMING = 4, RW = 2, ACCESSED = 1, BIG = 0x4000, PAGES = 0x8000 };

static struct slot make(uint32_t base, uint32_t limit, uint32_t attr)
{
    return (struct slot){base << 16 | (limit & 0xffff),
                         (base & 0xff000000) | (limit & 0xf0000) | attr << 8 | (base >> 16 & 0xff)};
}

static struct slot make_gate(uint32_t sel, uint32_t offset, uint32_t attr)
{
    return (struct slot){sel << 16 | (offset & 0xffff), (offset & 0xffff0000) | attr << 8};
}

static uint32_t random_attr(struct maker *m)
{
    static const uint8_t dpl[] = {0, 0, 0, 3, 3, 3, 1, 2};
    uint32_t attr = (uint32_t)PICK_OF(m, dpl) << 5;

    attr |= chance(m, 90) ? P : 0;
    attr |= chance(m, 60) ? ACCESSED : 0;
    return attr | (chance(m, 10) ? 0x1000 : 0);
}

struct slot random_data(struct maker *m)
{
    static const uint32_t base[] = {0, 0, ARENA, DATA, DATA + 0x1ff8, DATA - 0x10000, CODE, 0xffff0000};
    static const uint32_t limit[] = {0xfffff, 0xfffff, 0xffff, 0x0fff, 0x07ff, 0x0013, 0, 0x0415};
    uint32_t attr = random_attr(m) | S | (chance(m, 75) ? RW : 0) | (chance(m, 20) ? DOWN : 0);

    attr |= (chance(m, 70) ? BIG : 0) | (chance(m, 50) ? PAGES : 0);
    return make(PICK_OF(m, base), PICK_OF(m, limit), attr);
}

/* Its base is such that landing() can help; a limit that cuts the landings off is rare. */
struct slot random_code(struct maker *m)
{
    uint32_t base = chance(m, 60) ? 0 : CODE, attr = random_attr(m) | S | EXEC;

    attr |= (chance(m, 60) ? RW : 0) | (chance(m, 35) ? CONFORMING : 0) | (chance(m, 70) ? BIG : 0);
    if (base == CODE && chance(m, 50))
        return make(base, m->profile == FOR_QEMU || chance(m, 80) ? 0x1fff : 0x1017, attr);
    return make(base, m->profile == FOR_QEMU || chance(m, 90) ? 0xfffff : 0x409, attr | PAGES);
}

struct slot random_call_gate(struct maker *m)
{
    static const uint8_t params[] = {0, 0, 0, 1, 2, 4, 7, 31};
    static const uint16_t not_code[] = {0, 2, SEL_DATA3, SEL_LDT, GDT_SLOTS * 8, LDT_SLOTS * 8 | 4};
    uint32_t attr = (random_attr(m) & ~(uint32_t)ACCESSED) & 0xff, sel = random_code_selector(m),
             type = chance(m, 70) ? 12 : 4;
    struct slot gate;

    if (m->profile == FOR_QEMU) /* a gate to conforming code of an inner ring takes it there */
        sel = chance(m, 10) ? PICK_OF(m, not_code) : (sel & ~3u) == SEL_CONFORMING ? SEL_CODE0 : sel;
    else if (chance(m, 15))
        sel = random_selector(m);
    if (slot_limit(m, sel) < 0x1fff) /* Bochs has pushed the return address before it looks at the limit */
        sel &= 3;
    gate = make_gate(sel, landing(m, sel) & (type == 4 && m->profile == FOR_QEMU ? 0xffff : ~0u), attr | type);
    gate.hi |= PICK_OF(m, params);
    return gate;
}

struct slot random_system(struct maker *m)
{
    static const uint8_t type[] = {0, 1, 1, 2, 2, 3, 5, 8, 9, 9, 9, 11, 12, 13, 14, 15};
    uint32_t attr = (random_attr(m) & 0xe0) | PICK_OF(m, type), base = attr & 8 ? TSS : attr & 1 ? TSS16 : LDT;
    static const uint32_t limit[] = {0x67, 0x2b, 0xff, 0xe8, 0x07, 0x0f, 0x03, 0x17};

    return make(base, PICK_OF(m, limit), attr);
}

struct slot random_slot(struct maker *m)
{
    static const uint8_t types_without_tasks[] = {0, 2, 4, 6, 7, 8, 10, 12, 13, 14, 15};
    unsigned what = pick(m, 100);

    if (what < 40)
        return random_data(m);
    if (what < 70)
        return random_code(m);
    if (what < 95)
        return random_call_gate(m);
    return make(LDT, 0xff, (random_attr(m) & 0xe0) | PICK_OF(m, types_without_tasks));
}

uint32_t random_rpl(struct maker *m, uint32_t sel)
{
    return (sel & ~3u) | (chance(m, 65) ? m->ring : pick(m, 4));
}

uint32_t random_selector(struct maker *m)
{
    static const uint16_t unloadable[] = {0, 0, GDT_SLOTS * 8, 0xfff8, LDT_SLOTS * 8 + 4, 4, 0x7ffc};
    unsigned what = pick(m, 100);
    uint32_t sel;

    if (what < 30)
        return random_rpl(m, SEL_CODE0 + 8 * pick(m, (SEL_SYSTEM - SEL_CODE0) / 8));
    if (what < 65)
        return random_rpl(m, SEL_FREE + 8 * pick(m, GDT_SLOTS - SEL_FREE / 8));
    if (what < 90)
        return random_rpl(m, 8 * pick(m, LDT_SLOTS) | 4);
    sel = PICK_OF(m, unloadable);
    return sel || m->profile == FOR_BOCHS ? random_rpl(m, sel)
                                          : 0; /* QEMU keeps the RPL of a null FS when others drop it */
}

uint32_t random_code_selector(struct maker *m)
{
    static const uint16_t known[] = {SEL_CODE0, SEL_CODE0, SEL_CODE0,  SEL_CODE1,  SEL_CODE2,
                                     SEL_CODE3, SEL_CODE3, SEL_SHORT0, SEL_SHORT3, SEL_CONFORMING};

    return random_rpl(m, PICK_OF(m, known));
}

uint32_t landing(struct maker *m, uint32_t sel)
{
    uint32_t at = LANDINGS + 16 * pick(m, 32), slot = arena_slot(sel), base = 0;

    if (slot + 8 <= GDT + GDT_SLOTS * 8 || (sel & 4 && slot + 8 <= LDT + LDT_SLOTS * 8))
        base = arena_get(m->p, slot) >> 16 | (arena_get(m->p, slot + 4) & 0xff) << 16;
    return base == CODE ? at - CODE : at;
}

uint32_t slot_limit(const struct maker *m, uint32_t sel)
{
    uint32_t slot = arena_slot(sel), lo, hi, limit;

    if (slot < GDT || slot >= LDT + LDT_SLOTS * 8)
        return 0;
    lo = arena_get(m->p, slot);
    hi = arena_get(m->p, slot + 4);
    limit = (lo & 0xffff) | (hi & 0xf0000);
    return hi & 0x800000 ? limit << 12 | 0xfff : limit;
}

/*
 * A gate of the IDT. Those that push an error code stay out of INT n's reach: the keeper could not tell the two frames
 * apart. INT DONE keeps leading to the keeper.
 */
struct slot random_idt_gate(struct maker *m, unsigned vector)
{
    static const uint16_t bad_sel[] = {0, 3, SEL_DATA0, 0xfff8, SEL_LDT, SEL_DATA3 | 3};
    uint32_t stub = STUBS + STUB_SIZE * vector, stub16 = STUB_SIZE * vector;
    bool coded = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
    uint32_t attr = P | (vector == DONE || (!coded && chance(m, 40)) ? 0x60 : 0);

    switch (pick(m, vector == DONE ? 4 : m->profile == FOR_QEMU ? 11 : 14)) {
    case 0:
    case 1: return make_gate(SEL_CODE0 | pick(m, 4), stub, attr | 15);
    case 2: return make_gate(SEL_STUBS16, stub16, attr | 6);
    case 3: return make_gate(SEL_STUBS16, stub16, attr | 7);
    case 4: return make_gate(SEL_CODE1 | 1, HANDLERS + 0x40, attr | 14);
    case 5: return make_gate(SEL_CODE2 | 2, HANDLERS + 0x80, attr | 15);
    case 6: return make_gate(SEL_SHORT0, LANDINGS - CODE + 16 * pick(m, 32), attr | (chance(m, 50) ? 14 : 6));
    case 7: return make_gate(SEL_SHORT0, LANDINGS - CODE + 16 * pick(m, 32), attr | 15);
    case 8: return make_gate(SEL_CODE0, stub, (attr & ~(uint32_t)P) | 14);
    case 9: return make_gate(PICK_OF(m, bad_sel), stub, attr | 14);
    case 10: return make_gate(SEL_CODE0, stub, attr | (chance(m, 50) ? 12 : 0));
    /* Not for QEMU: it pushes with the rights of ring 0 whatever the ring, and sees no offset past a limit. */
    case 11: return make_gate(SEL_CONFORMING, LANDINGS + 16 * pick(m, 32), attr | 14);
    case 12: return make_gate(SEL_FREE + 8 * pick(m, 8), stub, attr | 14);
    default: return make_gate(SEL_SHORT0, 0x20000, attr | 14);
    }
}

uint32_t random_page_entry(struct maker *m)
{
    static const uint32_t page[] = {DATA, DATA + 0x1000, DATA + 0x2000, DATA, LANDINGS, STACK3 - 0x1000};
    uint32_t v = PICK_OF(m, page);

    v |= (chance(m, 80) ? 1 : 0) | (chance(m, 65) ? 2 : 0) | (chance(m, 65) ? 4 : 0);
    v |= (chance(m, 30) ? 0x20 : 0) | (chance(m, 30) ? 0x40 : 0) | (chance(m, 20) ? 0x100 : 0);
    return v | (pick_bits(m) & 0xe00) | (chance(m, 10) ? 0x18 : 0);
}

static void put(struct maker *m, uint32_t at, struct slot s)
{
    arena_put(m->p, at, s.lo);
    arena_put(m->p, at + 4, s.hi);
}

static void descriptors(struct maker *m)
{
    for (uint32_t sel = SEL_SYSTEM; sel < SEL_FREE; sel += 8)
        put(m, arena_slot(sel), random_system(m));
    for (uint32_t i = SEL_FREE / 8; i < GDT_SLOTS; i++)
        put(m, GDT + 8 * i, random_slot(m));
    for (uint32_t i = 0; i < LDT_SLOTS; i++)
        put(m, LDT + 8 * i, random_slot(m));
}

/* Two of the windows are other ways to the GDT and the IDT, read-only but for QEMU, which rarely sets an accessed bit. */
static void pages(struct maker *m)
{
    static const uint32_t table[2] = {DIRECTORY, DIRECTORY2};
    uint32_t table_page = LDT + (pick(m, 3) << 12), writable = m->profile == FOR_QEMU ? 2 : 0;

    for (uint32_t i = 0; i + 2 < WINDOW_COUNT; i++)
        if (chance(m, 70))
            arena_put(m->p, WINDOW_TABLE + 4 * i, random_page_entry(m));
    arena_put(m->p, WINDOW_TABLE + 4 * (WINDOW_COUNT - 2), GDT | 1 | writable);
    arena_put(m->p, WINDOW_TABLE + 4 * (WINDOW_COUNT - 1), IDT | 1);
    for (unsigned i = 0; i < 2; i++) {
        arena_put(m->p, table[i] + 4 * (WINDOWS2 >> 22), WINDOW_TABLE | (pick(m, 8) & 7) | (chance(m, 80) ? 1 : 0));
        arena_put(m->p, table[i] + 4 * (BIG_WINDOW >> 22),
                  ARENA | 0x80 | (pick_bits(m) & 0x167) | (chance(m, 80) ? 1 : 0));
    }
    if (m->profile == FOR_BOCHS && chance(m, 10)) /* a table that the processor itself must not write */
        arena_put(m->p, ARENA_TABLE + ((table_page - ARENA) >> 10), table_page | 1);
}

/* One vector in four programs is led elsewhere; in the fourth several are. */
static void vectors(struct maker *m)
{
    static const uint8_t often[] = {1, 3, 4, 5, 6, 8, 10, 11, 12, 13, 13, 14, 14, DONE, 0x21, 0x22, 0x23, 0};

    for (unsigned n = chance(m, 25) ? pick(m, 8) : pick(m, 2); n > 0; n--) {
        unsigned vector = PICK_OF(m, often);

        put(m, IDT + 8 * vector, random_idt_gate(m, vector));
    }
}

static void to_ring1(struct maker *m, unsigned vector)
{
    struct slot gate = make_gate(SEL_CODE1 | 1, HANDLERS + 0x40, P | 0x60 | 14);

    put(m, IDT + 8 * vector, gate);
}

/*
 * The stack of ring 0 or 1 is not what it should be. Ring 0: #DF gets a handler of ring 1, so that there is something to
 * see. Ring 1: exceptions that nothing combines with lead there, and so become #TS, #SS, #GP or #PF.
 */
static void bad_stack(struct maker *m)
{
    static const uint32_t esp[] = {WINDOWS + 0x1000, WINDOWS2 + 0x3000,  0x10, 0xfffffff0, STACK0 - 4,
                                   NO_WINDOW,        BIG_WINDOW + 0xb100};
    static const uint16_t known[] = {0,         SEL_DATA0,   SEL_DATA1, SEL_DATA1 | 1,
                                     SEL_CODE0, SEL_STACK16, SEL_LDT,   GDT_SLOTS * 8};
    static const uint8_t benign[] = {3, 4, 5, 6};
    unsigned ring = chance(m, 60) ? 0 : 1;
    /* No limits of unknown stacks for QEMU. */
    uint32_t ss = m->profile == FOR_QEMU ? PICK_OF(m, known) : random_selector(m);

    if (ring == 0)
        to_ring1(m, 8);
    for (unsigned i = 0; ring == 1 && i < sizeof benign; i++)
        to_ring1(m, benign[i]);
    if (chance(m, 50))
        arena_put(m->p, TSS + 4 + 8 * ring, PICK_OF(m, esp));
    else
        arena_put(m->p, TSS + 8 + 8 * ring, ss & (chance(m, 50) ? ~3u : ~0u));
}

static void task_state(struct maker *m)
{
    /* Not 9: what is read for a stack ends at byte 9, and both judges ask for byte 11 (SDM Vol. 2, INT n: "+ 5"). */
    static const uint32_t limit[] = {0x67, 0x68, 0xe7, 0x6f, 0x0b, 0x08, 0x03, 0x66};

    for (uint32_t at = TSS + 0x68; at < TSS + 0x68 + 0x80; at += 4)
        arena_put(m->p, at, chance(m, 50) ? 0 : pick_bits(m) & pick_bits(m));
    arena_put16(m->p, TSS + 0x68 + 0x80, chance(m, 50) ? 0xff : 0);
    if (chance(m, 15))
        arena_put16(m->p, TSS + 0x66, chance(m, 50) ? 0x60 + pick(m, 0x90) : pick_bits(m));
    if (chance(m, 10))
        arena_put16(m->p, arena_slot(SEL_TSS), PICK_OF(m, limit));
    if (chance(m, 10))
        m->p->head.tr = SEL_TSS16;
    if (chance(m, 12))
        bad_stack(m);
}

void tables_randomize(struct maker *m)
{
    descriptors(m);
    pages(m);
    vectors(m);
    task_state(m);
}
