/* SPDX-License-Identifier: MIT */
/* Segment loads, far transfers of all kinds, and questions about descriptors. */
#include "tests/ring0/snippets.h"
#include "tests/ring0/tables.h"

/* Task gates and TSS descriptors are not built yet: transfers keep off them. */
static uint32_t transfer_selector(struct maker *m)
{
    for (;;) {
        uint32_t sel = chance(m, 35) ? random_code_selector(m) : random_selector(m), slot = sel & ~3u;

        if (slot != SEL_TSS && slot != SEL_TSS16 && slot != SEL_STUBS16)
            return sel;
    }
}

static uint32_t data_selector(unsigned ring)
{
    return (SEL_DATA0 + 16 * ring) | ring;
}

static void load_from_memory(struct maker *m, unsigned seg, uint32_t sel)
{
    static const uint16_t lseg[] = {0xc4, 0, 0x0fb2, 0xc5, 0x0fb4, 0x0fb5};
    uint32_t at = scratch(m);

    if (seg != S_SS && chance(m, 50)) {
        unsigned size = chance(m, 70) ? 4 : 2;

        arena_put(m->p, at, pick_bits(m));
        arena_put16(m->p, at + size, sel);
        emit_mem(m, size, lseg[seg], chance(m, 50) ? R_ECX : R_EDI, at);
    } else {
        arena_put16(m->p, at, sel);
        emit_mem(m, chance(m, 50) ? 2 : 4, 0x8e, seg, at);
    }
}

static void load(struct maker *m, unsigned seg, uint32_t sel)
{
    static const uint8_t pop[] = {0x07, 0, 0x17, 0x1f, 0xa1, 0xa9};
    unsigned how = pick(m, 3), size = chance(m, 70) ? 4 : 2;

    if (how == 0) {
        load_from_memory(m, seg, sel);
    } else if (how == 1) {
        emit_mov(m, R_EAX, sel | (chance(m, 30) ? pick_bits(m) << 16 : 0));
        emit_reg(m, 2, 0x8e, seg, R_EAX);
    } else {
        emit_push(m, size, sel);
        emit_size(m, size);
        if (seg >= S_FS)
            emit(m, 1, 0x0f);
        emit(m, 1, pop[seg]);
    }
}

/* A stack segment that was loaded gives way at once: what INT DONE pushes must go somewhere sound. */
static void back_to_flat_stack(struct maker *m)
{
    static const uint32_t top[] = {STACK0, STACK1, STACK2, STACK3};
    uint32_t at = scratch(m);

    arena_put(m->p, at, top[m->ring] - 0x100);
    arena_put16(m->p, at + 4, data_selector(m->ring));
    emit_mem(m, 4, 0x0fb2, R_ESP, at);
}

/* An offset inside a segment that reaches the data pages; where limits are judged, one near the limit. */
static uint32_t offset_in(struct maker *m, uint32_t sel)
{
    if (m->profile == FOR_QEMU)
        return (sel & ~3u) == SEL_STACK16_3 ? DATA - ARENA + pick(m, 0x2ff0) : DATA + pick(m, 0x2ff0);
    /* Across the end of 4 GiB a fault is the implementation's choice (SDM Vol. 3, 5.3). */
    if (chance(m, 60) && slot_limit(m, sel) != UINT32_MAX)
        return slot_limit(m, sel) - 4 + pick(m, 8);
    return chance(m, 50) ? 0x40 + pick(m, 16) : DATA - pick(m, 2) * ARENA + pick(m, 0x3000);
}

/* Pushes and pops near the limit of a stack segment. */
static void use_stack(struct maker *m, uint32_t sel)
{
    static const uint8_t how[] = {0x50, 0x5b, 0x9c, 0x61, 0xc9}; /* no PUSHA: see generate.h, Bochs */

    emit_mov(m, R_ESP, offset_in(m, sel));
    emit_size(m, chance(m, 75) ? 4 : 2);
    emit(m, 1, PICK_OF(m, how));
}

bool snip_load_segment(struct maker *m)
{
    static const uint8_t segs[] = {S_ES, S_SS, S_SS, S_DS, S_FS, S_GS};
    unsigned seg = PICK_OF(m, segs);
    uint32_t sel = seg == S_SS && chance(m, 30) ? data_selector(m->ring) : random_selector(m);

    if (seg == S_SS && m->profile == FOR_QEMU && m->tracing) /* its shadow covers LSS, too */
        return true;
    load(m, seg, sel);
    if (seg == S_SS && m->ring == 3 && m->profile == FOR_BOCHS)
        use_stack(m, sel);
    else if (seg == S_SS)
        back_to_flat_stack(m);
    return seg != S_DS && seg != S_SS;
}

bool snip_use_segment(struct maker *m)
{
    static const uint8_t prefix[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}, segs[] = {S_ES, S_DS, S_FS, S_GS};
    static const uint8_t opcode[] = {0x8b, 0x8b, 0x89, 0x01, 0x87}; /* MOV from, MOV to, ADD to, XCHG */
    static const uint16_t sound[] = {SEL_DATA0, SEL_DATA1, SEL_DATA2, SEL_DATA3, SEL_STACK16_3, SEL_DATA3};
    unsigned seg = PICK_OF(m, segs), size = 1u << pick(m, 3);
    uint32_t sel = random_rpl(m, PICK_OF(m, sound));

    if (m->profile == FOR_BOCHS && chance(m, 85))
        sel = random_selector(m);
    load(m, seg, sel);
    for (unsigned n = 1 + pick(m, 2); n > 0; n--) {
        emit(m, 1, prefix[seg]);
        emit_mem(m, size, PICK_OF(m, opcode) - (size == 1), R_EDX, offset_in(m, sel));
    }
    return seg != S_DS;
}

static void far_transfer(struct maker *m, unsigned direct, unsigned digit)
{
    uint32_t sel = transfer_selector(m), off = landing(m, sel), at = scratch(m);
    unsigned size = chance(m, 75) || off > 0xffff ? 4 : 2;

    if (m->profile == FOR_BOCHS && digit == 5 && chance(m, 4)) /* past the limit: QEMU reports it as it likes */
        off = pick_bits(m);
    if (digit == 3 && off > slot_limit(m, sel)) /* Bochs has pushed before it looks */
        off = sel = 0;
    if (chance(m, 50)) {
        emit_size(m, size);
        emit(m, 1, direct);
        emit(m, size, off);
        emit(m, 2, sel);
    } else {
        arena_put(m->p, at, off);
        arena_put16(m->p, at + size, sel);
        emit_mem(m, size, 0xff, digit, at);
    }
}

bool snip_far_jump(struct maker *m)
{
    far_transfer(m, 0xea, 5);
    return false;
}

bool snip_far_call(struct maker *m)
{
    for (unsigned n = pick(m, 3); n > 0; n--) /* parameters, for gates that copy some */
        emit_push(m, 4, pick_bits(m));
    far_transfer(m, 0x9a, 3);
    return false;
}

/* The code segment of a return, and the stack that it needs if it goes outwards. */
static uint32_t push_return_stack(struct maker *m, unsigned size)
{
    static const uint32_t top[] = {STACK0, STACK1, STACK2, STACK3};
    uint32_t sel = transfer_selector(m), ring = sel & 3;

    emit_push(m, size, chance(m, 80) ? data_selector(ring) : random_selector(m));
    emit_push(m, size, chance(m, 85) ? top[ring] - 0x40 : pick_bits(m));
    return sel;
}

static void push_return(struct maker *m, unsigned size, uint32_t sel)
{
    emit_push(m, size, sel);
    emit_push(m, size, m->profile == FOR_QEMU || chance(m, 97) ? landing(m, sel) : pick_bits(m));
}

bool snip_far_return(struct maker *m)
{
    unsigned size = chance(m, 75) ? 4 : 2, release = chance(m, 50) ? 0 : 4 * pick(m, 5);
    uint32_t sel = push_return_stack(m, size);

    for (unsigned n = 0; n < release; n += size)
        emit_push(m, size, pick_bits(m));
    push_return(m, size, sel);
    emit_size(m, size);
    if (release) {
        emit(m, 1, 0xca);
        emit(m, 2, release);
    } else {
        emit(m, 1, 0xcb);
    }
    return false;
}

/* Neither NT nor VM: task switches and virtual-8086 mode are not built yet. */
bool snip_iret(struct maker *m)
{
    unsigned size = chance(m, 75) ? 4 : 2;
    uint32_t sel = push_return_stack(m, size), flags = pick_bits(m) & 0x243ed5;

    if (!chance(m, 10))
        flags &= ~0x100u;
    if (m->profile == FOR_BOCHS)
        flags |= pick_bits(m) & 1u << 18;
    emit_push(m, size, flags | 2);
    push_return(m, size, sel);
    emit_size(m, size);
    emit(m, 1, 0xcf);
    return false;
}

/* LAR, LSL, VERR, VERW. What LAR says of the limit's bits 19:16 is undefined (SDM Vol. 2, LAR): Bochs leaves them in. */
bool snip_query(struct maker *m)
{
    uint32_t sel = chance(m, 40) ? random_rpl(m, SEL_SYSTEM + 8 * pick(m, 4)) : random_selector(m), at = scratch(m);
    unsigned what = m->profile == FOR_BOCHS && m->tracing ? 1 + pick(m, 3) : pick(m, 4),
             opcode = what < 2 ? 0x0f02 + what : 0x0f00, reg = what < 2 ? R_ECX : 2 + what;

    if (chance(m, 50)) {
        emit_mov(m, R_EAX, sel);
        emit_reg(m, chance(m, 70) ? 4 : 2, opcode, reg, R_EAX);
    } else {
        arena_put16(m->p, at, sel);
        emit_mem(m, chance(m, 70) ? 4 : 2, opcode, reg, at);
    }
    if (what == 0 && m->profile == FOR_BOCHS) {
        emit_size(m, 4);
        EMIT(m, 0x0f, 0xc9, 0xb5, 0); /* bswap ecx; mov ch, 0 */
    }
    return true;
}

bool snip_arpl(struct maker *m)
{
    if (chance(m, 50))
        emit_reg(m, 2, 0x63, R_EDX, R_EBX);
    else
        emit_mem(m, 2, 0x63, R_EDX,
                 m->profile == FOR_QEMU || chance(m, 50) ? DATA + pick(m, 0x2ff0) : WINDOWS + pick(m, 0xd000));
    return true;
}

bool snip_edit_descriptor(struct maker *m)
{
    uint32_t sel = chance(m, 60) ? SEL_FREE + 8 * pick(m, GDT_SLOTS - SEL_FREE / 8) : 8 * pick(m, LDT_SLOTS) | 4;
    struct slot s = random_slot(m);

    emit_store(m, arena_slot(sel), s.lo);
    emit_store(m, arena_slot(sel) + 4, s.hi);
    return true;
}

/* A call gate to ring 0 that is open to all and copies parameters; another frame than the caller's then holds them. */
bool snip_gate(struct maker *m)
{
    uint32_t slot = SEL_FREE + 8 * pick(m, GDT_SLOTS - SEL_FREE / 8), inner = pick(m, m->ring ? m->ring : 1);
    uint32_t code = (SEL_CODE0 + 16 * inner) | inner, n = pick(m, 6);

    if (inner == 0 && chance(m, 30))
        code = SEL_SHORT0;
    arena_gate(m->p, arena_slot(slot), code, landing(m, code), 0xec);
    arena_put(m->p, arena_slot(slot) + 4, arena_get(m->p, arena_slot(slot) + 4) | n);
    for (unsigned i = 0; i < n; i++)
        emit_push(m, 4, pick_bits(m));
    emit_size(m, 4);
    EMIT(m, 0x9a);
    emit(m, 4, 0);
    emit(m, 2, slot | (chance(m, 90) ? 3 : 0));
    return false;
}

/* IRET or RET to a ring further out, with all in order. */
bool snip_outward(struct maker *m)
{
    static const uint32_t top[] = {STACK0, STACK1, STACK2, STACK3};
    unsigned ring = m->ring + pick(m, 4 - m->ring);
    uint32_t code = (ring == 3 && chance(m, 30) ? SEL_SHORT3 : SEL_CODE0 + 16 * ring) | ring;
    bool iret = chance(m, 60);

    if (ring > m->ring) {
        emit_push(m, 4, data_selector(ring));
        emit_push(m, 4, top[ring] - 0x40);
    }
    if (iret)
        emit_push(m, 4, (pick_bits(m) & 0x243ed5) | 2 | (chance(m, 30) ? 0x100 : 0));
    emit_push(m, 4, code);
    emit_push(m, 4, landing(m, code));
    emit_size(m, 4);
    EMIT(m, iret ? 0xcf : 0xcb);
    return false;
}

/* Both sides of the limit of a segment that grows downwards. */
bool snip_expand_down(struct maker *m)
{
    static const uint8_t opcode[] = {0x8b, 0x89, 0x01};
    uint32_t slot = SEL_FREE + 8 * pick(m, GDT_SLOTS - SEL_FREE / 8), limit = DATA - ARENA + pick(m, 0x1000);
    bool big = chance(m, 50);

    arena_desc(m->p, arena_slot(slot), ARENA, limit, 0xf6 | (big ? 0x4000 : 0));
    emit_push(m, 4, slot | m->ring);
    emit_size(m, 4);
    EMIT(m, 0x07); /* POP ES */
    for (unsigned n = 1 + pick(m, 3); n > 0; n--) {
        uint32_t off = chance(m, 30) ? 0xfffc + pick(m, 8) : limit - 5 + pick(m, 12);

        EMIT(m, 0x26);
        emit_mem(m, chance(m, 70) ? 4 : 2, PICK_OF(m, opcode), R_EDX, off);
    }
    return true;
}
