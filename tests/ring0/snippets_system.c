/* SPDX-License-Identifier: MIT */
/* Exceptions that code asks for, flags, ports, and the registers of the system. */
#include "tests/ring0/snippets.h"
#include "tests/ring0/tables.h"

/* INT n: at ring 0 not by a vector whose handler expects an error code. */
static void int_n(struct maker *m)
{
    static const uint8_t open_to_all[] = {0,  1,  2,    3,    4,    5,    6,    7,    9,    15,
                                          16, 18, 0x1f, DONE, 0x21, 0x22, 0x23, 0x3f, 0x40, 0xff};

    EMIT(m, 0xcd, m->ring ? pick(m, chance(m, 50) ? 32 : 256) : PICK_OF(m, open_to_all));
}

static void bound(struct maker *m)
{
    uint32_t at = chance(m, 80) ? scratch(m) : WINDOWS + 0xffc + (pick(m, 10) << 12);

    if (at < WINDOWS) {
        arena_put(m->p, at, 0x80000000 | pick_bits(m));
        arena_put(m->p, at + 4, pick_bits(m) >> 1);
    }
    emit_mem(m, 4, 0x62, R_EDX, at);
}

/* By zero, or with a quotient that is too large: the flags of a division that succeeds are undefined. */
static void divide(struct maker *m)
{
    emit_mov(m, R_EDX, 0x70000000);
    emit_mov(m, R_ECX, chance(m, 50) ? 0 : 1 + pick(m, 100));
    emit_reg(m, 4, 0xf7, 6 + pick(m, 2), R_ECX);
}

bool snip_exception(struct maker *m)
{
    switch (pick(m, 8)) {
    case 0:
    case 1:
    case 2: int_n(m); break;
    case 3: EMIT(m, 0xcc); break;
    case 4: EMIT(m, 0xce); break; /* INTO: OF is random */
    case 5: bound(m); break;
    case 6: divide(m); break;
    default: EMIT(m, 0x0f, 0x0b); break;
    }
    return true;
}

/* Neither NT nor VM; TF now and then. */
static uint32_t flags_value(struct maker *m)
{
    uint32_t v = pick_bits(m) & (m->profile == FOR_BOCHS ? 0x643ed7 : 0x603ed7);

    v = chance(m, 10) ? v | 0x100 : v & ~0x100u;
    m->tracing |= v & 0x100;
    return v & ~0x400000u;
}

bool snip_flags(struct maker *m)
{
    unsigned size = chance(m, 70) ? 4 : 2;

    switch (pick(m, 6)) {
    case 0: EMIT(m, 0xfa); break;
    case 1:
        if (m->profile != FOR_QEMU || !m->tracing) /* it takes STI's shadow to hold off #DB, too */
            EMIT(m, 0xfb);
        break;
    case 2: EMIT(m, 0xfa, 0x90); break;
    case 3:
        emit_size(m, size);
        EMIT(m, 0x9c);
        emit_size(m, size);
        EMIT(m, 0x58 + R_ECX);
        break;
    default:
        emit_push(m, size, flags_value(m));
        emit_size(m, size);
        EMIT(m, 0x9d);
        if (chance(m, 50))
            EMIT(m, 0x90, 0x43); /* nop; inc ebx */
        break;
    }
    return true;
}

/* Ports where nobody answers; QEMU reads zeros there where an access is not aligned. */
bool snip_port(struct maker *m)
{
    unsigned size = 1u << pick(m, 3);

    emit_mov(m, R_EDX, 0x240 + (pick(m, 0x80) & ~(size - 1)));
    emit_mov(m, R_EAX, 0x11223344);
    emit_size(m, size);
    EMIT(m, (chance(m, 50) ? 0xec : 0xee) | (size > 1));
    return true;
}

static uint32_t put_table_reg(struct maker *m, uint32_t limit, uint32_t base)
{
    uint32_t at = scratch(m);

    arena_put16(m->p, at, limit);
    arena_put(m->p, at + 2, base);
    return at;
}

/* The GDT keeps the keeper's descriptors, or none at all; both tables may be reached through a read-only window. */
bool snip_table_register(struct maker *m)
{
    static const uint16_t gdt[] = {
        GDT_SLOTS * 8 - 1, GDT_SLOTS * 8 - 1, SEL_SYSTEM - 1, SEL_TSS - 2, SEL_STUBS16 + 7, 0x17f, 0x180};
    static const uint16_t idt[] = {VECTORS * 8 - 1, VECTORS * 8 - 1, 8 * DONE + 7, 8 * DONE + 6,
                                   8 * 14 + 7,      8 * 13 + 7,      8 * 9,        0xffff};
    bool global = chance(m, 50), window = chance(m, 25);
    uint32_t slot = WINDOWS + ((WINDOW_COUNT - (global ? 2 : 1)) << 12), home = global ? GDT : IDT;

    m->sealed |= global && window;
    emit_mem(m, 4, 0x0f01, global ? 2 : 3,
             put_table_reg(m, global ? PICK_OF(m, gdt) : PICK_OF(m, idt), window ? slot : home));
    return true;
}

bool snip_store_register(struct maker *m)
{
    uint32_t to = chance(m, 60) ? DATA + pick(m, 0x2ff0) : WINDOWS + pick(m, 0xd000);
    unsigned size = chance(m, 80) ? 4 : 2;

    switch (pick(m, 3)) {
    case 0: /* SGDT, SIDT; Bochs has stored the limit before it finds that the base cannot be */
        emit_mem(m, 4, 0x0f01, pick(m, 2), m->profile == FOR_QEMU ? to : (to & ~7u) + 2);
        break;
    case 1: emit_reg(m, size, 0x0f00, pick(m, 2), R_EDI); break; /* SLDT, STR */
    default: emit_reg(m, size, 0x0f01, 4, R_EDI); break;         /* SMSW */
    }
    return true;
}

/* A 32-bit TSS with a wrong limit, or in a place that is none, matters from the next trap on. */
bool snip_task_register(struct maker *m)
{
    static const uint16_t known[] = {SEL_LDT, SEL_TSS, SEL_TSS16, 0, SEL_LDT | 3, SEL_CODE0};
    uint32_t sel = chance(m, 50) ? PICK_OF(m, known) : chance(m, 60) ? SEL_SYSTEM + 8 * pick(m, 4) : random_selector(m);
    uint32_t at = scratch(m);
    unsigned digit =
        chance(m, 65) || m->sealed ? 2 : 3; /* Bochs loads TR before it finds that it cannot mark it busy */

    if (digit == 3 && m->profile == FOR_QEMU && sel < 4) /* it loads a null TR */
        sel = SEL_TSS;
    arena_put16(m->p, at, sel);
    if (chance(m, 50)) {
        emit_mem(m, 2, 0x0f00, digit, at);
    } else {
        emit_mov(m, R_EAX, sel);
        emit_reg(m, 2, 0x0f00, digit, R_EAX);
    }
    return true;
}

static uint32_t cr0_value(struct maker *m)
{
    static const uint32_t refused[] = {0x80000010, 0xa0000011, 0x20000011};
    uint32_t v = 0x80000011;

    if (m->profile == FOR_BOCHS && chance(m, 10))
        return PICK_OF(m, refused);
    v |= chance(m, 50) ? 0x10000 : 0; /* WP */
    v |= chance(m, 20) ? 8 : 0;       /* TS */
    v |= chance(m, 10) ? 6 : 0;       /* MP, EM */
    return v | (m->profile == FOR_BOCHS && chance(m, 40) ? 0x40000 : 0);
}

static void move_to_cr(struct maker *m, unsigned n, uint32_t v)
{
    emit_mov(m, R_ECX, v);
    emit_reg(m, 1, 0x0f22, n, R_ECX);
}

/* Paging off and on again, in memory that maps to itself. */
static void without_paging(struct maker *m)
{
    move_to_cr(m, 0, 0x10011);
    emit_mem(m, 4, 0x01, R_EDX, DATA + pick(m, 0x2ff0));
    move_to_cr(m, 0, 0x80010011);
}

bool snip_control(struct maker *m)
{
    static const uint32_t cr4[] = {0x90, 0x90, 0x10, 0x80, 0, 0x94, 0x80000090, 0x00800010};
    static const uint8_t readable[] = {0, 2, 3, 4};

    switch (pick(m, 8)) {
    case 0: move_to_cr(m, 0, cr0_value(m)); break;
    case 1: move_to_cr(m, 3, (chance(m, 60) ? DIRECTORY : DIRECTORY2) | (chance(m, 20) ? 0x18 : 0)); break;
    case 2: move_to_cr(m, 4, cr4[pick(m, m->profile == FOR_QEMU ? 6 : 8)]); break;
    case 3: move_to_cr(m, 2, pick_bits(m)); break;
    case 4: without_paging(m); break;
    case 5: emit_reg(m, 1, 0x0f20, PICK_OF(m, readable), R_EBX); break;
    case 6:
        emit_mov(m, R_EAX, 1 | (pick_bits(m) & 0xfff0) | (chance(m, 30) ? 8 : 0));
        emit_reg(m, 4, 0x0f01, 6, R_EAX); /* LMSW */
        break;
    default: EMIT(m, 0x0f, 0x06); break; /* CLTS */
    }
    return true;
}

/* What rings 1 to 3 may not; at ring 0 those of them that change nothing. */
bool snip_privileged(struct maker *m)
{
    static const struct {
        uint8_t bytes[3];
        bool harmless;
    } op[] = {{{0xf4, 0x90, 0x90}, false}, /* HLT */
              {{0x0f, 0x08, 0x90}, false}, /* INVD */
              {{0x0f, 0x09, 0x90}, true},  /* WBINVD */
              {{0x0f, 0x01, 0x38}, true},  /* INVLPG [EAX]; 16-bit: [BX + SI] */
              {{0x0f, 0x30, 0x90}, false}, /* WRMSR */
              {{0x0f, 0x32, 0x90}, false}, /* RDMSR */
              {{0x0f, 0x23, 0xc8}, false}, /* MOV DR1, EAX */
              {{0x0f, 0x21, 0xf8}, false}, /* MOV EAX, DR7 */
              {{0x0f, 0x06, 0x90}, true}}; /* CLTS */
    unsigned n = pick(m, sizeof op / sizeof *op);

    if (m->ring || op[n].harmless)
        emit_bytes(m, op[n].bytes, 3);
    return true;
}
