/* SPDX-License-Identifier: MIT */
#include "tests/support/trial.h"

#include <string.h>

#include "interp/isa_handlers.h"

/* Nothing reaches further than this from where it was aimed. */
enum { ROOM = 512 };

uint32_t trial_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

static bool one_in(uint64_t *seed, unsigned n)
{
    return trial_next(seed) % n == 0;
}

bool trial_is_shift(const struct insn *i)
{
    return (i->opcode & ~1u) == 0xc0 || (i->opcode >= 0xd0 && i->opcode <= 0xd3) || (i->opcode & ~9u) == 0x0fa4;
}

unsigned trial_shift_count(const struct insn *i, uint32_t ecx)
{
    bool by_cl = i->opcode == 0xd2 || i->opcode == 0xd3 || i->opcode == 0x0fa5 || i->opcode == 0x0fad;

    return (by_cl ? ecx : i->imm) & 31;
}

/* Lines of isa.def that a user program on the host cannot be asked about, and why. */
bool trial_left_out(const struct isa_entry *e)
{
    static const char *const mnemonic[] = {
        "int3",     "int1",            /* the tracer's own; our gates here are closed to them */
        "cpuid",    "rdtsc",  "rdpmc", /* another processor, another time */
        "sysenter",                    /* would call the host's kernel */
        "x87",      "wait",            /* the host has a unit */
        "invept",   "invvpid"          /* may be the host's monitor's, as all of VMX */
    };

    for (unsigned n = 0; n < sizeof mnemonic / sizeof *mnemonic; n++)
        if (strcmp(e->mnemonic, mnemonic[n]) == 0)
            return true;
    if (strncmp(e->mnemonic, "vm", 2) == 0)
        return true;
    /* Holes show the host's system state, or its kernel's. */
    return e->class == CLASS_HOLE;
}

/* Encodings that newer processors have given away, and results that the SDM leaves undefined. */
static bool no_judgement(const struct trial *t)
{
    const struct insn *i = &t->i;
    bool no_form = i->e->fn[2 * i->op32 + i->mem] == h_ud;

    if (no_form && (i->opcode == 0x62 || i->opcode == 0x0f01))
        return true; /* EVEX; VMX, SVM and others */
    if (i->rep != REP_NONE && (i->opcode == 0x0fbc || i->opcode == 0x0fbd))
        return true; /* TZCNT, LZCNT */
    if (i->rep != REP_NONE && (i->opcode == 0xe0 || i->opcode == 0xe1))
        return true; /* AMD's processors heed REP before LOOPE and LOOPNE; the SDM reserves it */
    if (i->rep != REP_NONE && i->e->class == CLASS_PRIVILEGED && !(t->start.r[ECX] & 0xffff))
        return true; /* REP INS and OUTS of nothing: is the port looked at? */
    if (strcmp(i->e->mnemonic, "arpl") == 0 && i->mem && i->seg == CS)
        return true; /* ARPL that changes nothing: does it write? */
    if ((i->opcode & ~9u) == 0x0fa4 && !i->op32 && trial_shift_count(i, t->start.r[ECX]) > 16)
        return true;                                /* SHLD, SHRD by more than 16 of 16 bits */
    return (i->opcode & ~7u) == 0x0fc8 && !i->op32; /* BSWAP of 16 bits */
}

static bool random_code(uint64_t *seed, struct trial *t)
{
    static const uint8_t segment[] = {0x26, 0x2e, 0x36, 0x3e, 0x65}; /* FS is the host's */
    const struct isa_entry *e = &isa[trial_next(seed) % isa_count];
    const struct form_info *f = &form_info[e->form];
    unsigned at = 0;
    enum decode_result r;

    if (trial_left_out(e))
        return false;
    for (unsigned n = 0; n < INSN_MAX; n++)
        t->code[n] = (uint8_t)trial_next(seed);
    if (one_in(seed, 4))
        t->code[at++] = 0x67;
    if (one_in(seed, 8))
        t->code[at++] = segment[trial_next(seed) % sizeof segment];
    if (one_in(seed, e->flags & ISA_LOCK ? 8 : 64))
        t->code[at++] = 0xf0;
    if (one_in(seed, e->flags & ISA_REP ? 2 : 64))
        t->code[at++] = 0xf2 | (trial_next(seed) & 1);
    if (one_in(seed, 3))
        t->code[at++] = 0x66;
    if (e->prefix > PREFIX_NONE)
        t->code[at++] = e->prefix == PREFIX_66 ? 0x66 : 0xf3;
    if (e->opcode > 0xff)
        t->code[at++] = 0x0f;
    if (e->opcode >> 8 == 0x38)
        t->code[at++] = 0x38;
    t->code[at++] = (uint8_t)(e->opcode | (f->fixed == FIX_Z ? trial_next(seed) & 7 : 0));
    if (e->digit >= 0)
        t->code[at] = (uint8_t)((t->code[at] & ~0x38) | e->digit << 3);
    if (e->modrm)
        t->code[at] = e->modrm;
    r = decode(t->code, INSN_MAX, true, &t->i);
    t->illegal = r == DECODE_UD && t->i.lock && e->class == CLASS_INNOCUOUS;
    return r == DECODE_OK || t->illegal;
}

static uint32_t segment_base(const struct trial *t, unsigned seg)
{
    return seg == GS || (t->start.based && (seg == DS || seg == ES)) ? HOST_WINDOW : 0;
}

static uint32_t offset(const struct trial *t)
{
    const struct insn *i = &t->i;
    uint32_t index = i->index == REG_ZERO ? 0 : t->start.r[i->index] << i->scale;
    uint32_t off = (i->base == REG_ZERO ? 0 : t->start.r[i->base]) + index + i->disp;

    return i->addr32 ? off : off & 0xffff;
}

static void set_register(struct trial *t, unsigned r, uint32_t v)
{
    t->start.r[r] = t->i.addr32 ? v : (t->start.r[r] & 0xffff0000) | (v & 0xffff);
}

/* The memory operand without a register: its displacement is in the code. */
static void set_displacement(struct trial *t, uint32_t v)
{
    static const uint8_t size[] = {[IMM_8] = 1, [IMM_S8] = 1, [IMM_16] = 2, [IMM_16_8] = 3, [IMM_ONE] = 0};
    unsigned kind = form_info[t->i.e->form].imm, behind = kind == IMM_V       ? (t->i.op32 ? 4u : 2u)
                                                          : kind == IMM_MOFFS ? 0u
                                                                              : size[kind];
    unsigned bytes = t->i.addr32 ? 4 : 2;

    memcpy(t->code + t->i.len - behind - bytes, &v, bytes);
    (void)decode(t->code, INSN_MAX, true, &t->i);
}

/* Mostly well inside the window; else over one of its ends, or in the hole. */
static uint32_t target(uint64_t *seed, bool aligned)
{
    uint32_t at = ROOM + trial_next(seed) % (HOST_WINDOW_SIZE - 2 * ROOM);

    if (aligned) /* a locked access across a line stops a whole server: kernels punish it */
        return HOST_WINDOW + (at & ~7u);
    switch (trial_next(seed) % 32) {
    case 0: return HOST_WINDOW + HOST_WINDOW_SIZE - 12 + trial_next(seed) % 16;
    case 1: return HOST_WINDOW - 6 + trial_next(seed) % 8;
    case 2: return HOST_WINDOW + HOST_WINDOW_SIZE + ROOM + at % 64;
    default: return HOST_WINDOW + at;
    }
}

/* Changes a register or the displacement so that the memory operand lies where we want it, or nearly. */
static void aim(struct trial *t, uint64_t *seed)
{
    struct insn *i = &t->i;
    bool locked = i->lock || (i->opcode | 1) == 0x87;
    uint32_t off = target(seed, locked) - segment_base(t, i->seg);

    if (i->base == REG_ZERO)
        set_displacement(t, off - offset(t) + i->disp);
    else if (i->base != i->index)
        set_register(t, i->base, t->start.r[i->base] + off - offset(t));
    else
        set_register(t, i->base, (off - i->disp) / (1 + (1u << i->scale)));
}

static bool in_reach(const struct trial *t, unsigned seg, uint32_t off)
{
    uint32_t lin = segment_base(t, seg) + off;

    if (segment_base(t, seg) && off >= HOST_WINDOW_SIZE)
        return off < UINT32_MAX - ROOM; /* past the limit */
    return lin >= HOST_LOW + ROOM && lin < HOST_HIGH - ROOM &&
           (lin + ROOM < HOST_CODE || lin >= HOST_CODE + HOST_CODE_SIZE + ROOM);
}

static bool is_bit_string(const struct insn *i)
{
    return i->opcode == 0x0fa3 || i->opcode == 0x0fab || i->opcode == 0x0fb3 || i->opcode == 0x0fbb;
}

/* Does all that the instruction can touch lie where both have the same memory, or both have none? */
static bool fits(const struct trial *t)
{
    const struct insn *i = &t->i;
    const uint32_t *r = t->start.r;
    uint32_t mask = i->addr32 ? UINT32_MAX : 0xffff, bits = i->mem && is_bit_string(i) ? r[i->reg] : 0;
    uint32_t string = i->op32 ? (uint32_t)((int32_t)bits >> 5) * 4 : (uint32_t)((int16_t)bits >> 4) * 2;
    bool aligned = !(i->lock || (i->opcode | 1) == 0x87) || ((offset(t) + string) & 7) <= 4;

    if (t->illegal)
        return true;
    if (i->mem && strcmp(i->e->mnemonic, "lea") != 0 && strcmp(i->e->mnemonic, "nop") != 0 &&
        (!in_reach(t, i->seg, (offset(t) + string) & mask) || !in_reach(t, i->seg, offset(t)) || !aligned))
        return false;
    if ((i->e->flags & ISA_REP) && (!in_reach(t, i->seg, r[ESI] & mask) || !in_reach(t, ES, r[EDI] & mask)))
        return false;
    if (i->opcode == 0xd7 && !in_reach(t, i->seg, (r[EBX] + (r[EAX] & 0xff)) & mask))
        return false;
    if ((i->opcode == 0xc8 || i->opcode == 0xc9) && !in_reach(t, SS, r[EBP]))
        return false;
    return in_reach(t, SS, r[ESP]);
}

bool trial_random(uint64_t *seed, struct trial *t)
{
    static const uint32_t edge[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
    struct host_state *s = &t->start;

    if (!random_code(seed, t))
        return false;
    *s = (struct host_state){.eflags = (trial_next(seed) & (FL_STATUS | FL_DF)) | FL_1, .based = trial_next(seed) & 1};
    if (one_in(seed, 8))
        s->eflags |= FL_AC;
    s->eip = HOST_CODE + (one_in(seed, 4) ? 0x1000 - trial_next(seed) % INSN_MAX : trial_next(seed) % 0x800);
    for (unsigned n = 0; n < 8; n++)
        s->r[n] = one_in(seed, 3) ? edge[trial_next(seed) % (sizeof edge / sizeof *edge)] : trial_next(seed);
    s->r[ESP] = target(seed, false);
    if (t->i.opcode == 0xc8 || t->i.opcode == 0xc9)
        s->r[EBP] = target(seed, false);
    if (t->i.mem && is_bit_string(&t->i))
        s->r[t->i.reg] = trial_next(seed) % 4096 - 2048;
    if (t->i.e->flags & ISA_REP) {
        set_register(t, ESI, target(seed, false) - segment_base(t, t->i.seg));
        set_register(t, EDI, target(seed, false) - segment_base(t, ES));
        set_register(t, ECX, trial_next(seed) % 20);
    }
    if (t->i.opcode == 0xd7)
        set_register(t, EBX, target(seed, false) - (s->r[EAX] & 0xff) - segment_base(t, t->i.seg));
    if (t->i.mem && !t->illegal)
        aim(t, seed);
    return fits(t) && !no_judgement(t);
}
