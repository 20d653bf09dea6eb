/* SPDX-License-Identifier: MIT */
/* The program's own breakpoints and single steps. The keeper's are DR0 to DR2, so there is DR3 to break with. */
#include "tests/ring0/snippets.h"
#include "tests/ring0/tables.h"

enum { EXECUTE, WRITE, ACCESS = 3 };

static uint32_t break_address(struct maker *m, unsigned kind, unsigned size)
{
    uint32_t at = m->at + 14 + pick(m, 32); /* of what follows, perhaps in the middle of it */

    if (kind == EXECUTE)
        return chance(m, 80) ? at : LANDINGS + 16 * pick(m, 32);
    if (chance(m, 30)) /* what an event pushes */
        at = (m->ring == 3 && chance(m, 50) ? STACK3 : STACK0) - 0x80 + pick(m, 0x80);
    else
        at = chance(m, 50) ? DATA + pick(m, 0x2ff0) : WINDOWS + pick(m, 0xd000);
    return at & ~(size - 1);
}

static void set_debug(struct maker *m, unsigned n, uint32_t v)
{
    emit_mov(m, R_EAX, v);
    EMIT(m, 0x0f, 0x23, 0xc0 | n << 3);
}

/* An access that the breakpoint may be on: read, written, both, or the string instruction's. */
static void touch(struct maker *m, uint32_t at)
{
    static const uint8_t opcode[] = {0x8b, 0x89, 0x01, 0x87};

    if (chance(m, 70)) {
        emit_mem(m, chance(m, 70) ? 4 : 2, PICK_OF(m, opcode), R_EDX, at - pick(m, 3));
        return;
    }
    emit_size(m, 2);
    EMIT(m, 0x1e); /* push ds; pop es */
    emit_size(m, 2);
    EMIT(m, 0x07);
    emit_mov(m, R_EDI, at - pick(m, 8));
    emit_mov(m, R_ECX, pick(m, 12));
    if (m->code16)
        EMIT(m, 0x67);
    EMIT(m, 0xf3, 0xaa); /* REP STOSB */
}

bool snip_breakpoint(struct maker *m)
{
    static const uint8_t kinds[] = {EXECUTE, EXECUTE, WRITE, ACCESS};
    static const uint8_t length[] = {0, 1, 3}, bytes[] = {1, 2, 4};
    unsigned kind = PICK_OF(m, kinds), len = kind == EXECUTE ? 0 : pick(m, 3);
    uint32_t at = break_address(m, kind, bytes[len]);

    set_debug(m, 3, at);
    set_debug(m, 7, 0x400 | (chance(m, 50) ? 0x40 : 0x80) | kind << 28 | (uint32_t)length[len] << 30);
    if (kind != EXECUTE && chance(m, 80))
        touch(m, at);
    else
        EMIT(m, 0x90, 0x43, 0x42); /* nop; inc ebx; inc edx */
    return true;
}

/* DR7.GD: the next move to or from a debug register traps, and that may be the keeper's. */
bool snip_guard(struct maker *m)
{
    set_debug(m, 7, 0x2400);
    if (chance(m, 70))
        EMIT(m, 0x0f, 0x21, 0xc0 | 6 << 3 | R_EBX); /* mov ebx, dr6 */
    return true;
}

/* TF across something: a string, a load of SS, a port, an exception, another POPF. */
bool snip_trace(struct maker *m)
{
    static const uint8_t what[][4] = {{0x90, 0x90, 0x90, 0x90}, {0x16, 0x17, 0x90, 0x43}, {0xfb, 0x90, 0xfa, 0x43},
                                      {0x9c, 0x9d, 0x90, 0x43}, {0xcc, 0x43, 0x42, 0x90}, {0xf1, 0x43, 0x42, 0x90},
                                      {0x0f, 0xa2, 0x43, 0x90}, {0x0f, 0x31, 0x43, 0x90}, {0x8c, 0xd0, 0x8e, 0xd0}};

    EMIT(m, 0x9c); /* pushf; pop eax; or ah, 1; push eax; popf */
    EMIT(m, 0x58, 0x80, 0xcc, 0x01, 0x50, 0x9d);
    emit_bytes(m, PICK_OF(m, what), 4);
    m->tracing = true;
    return true;
}
