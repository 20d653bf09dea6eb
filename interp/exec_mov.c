/* SPDX-License-Identifier: MIT */
/* Data transfer (SDM Vol. 1, 7.3.1): MOV, PUSH, POP, XCHG, conversions, and the flag bits that stand alone. */
#include "interp/exec_memory.h"
#include "interp/vmx_insn.h"

#define MOVES(bits)                                                                                                    \
    HANDLER(h_mov##bits##_rr)                                                                                          \
    {                                                                                                                  \
        *reg##bits(c, o->reg) = *reg##bits(c, o->base);                                                                \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_mov##bits##_ri)                                                                                          \
    {                                                                                                                  \
        *reg##bits(c, o->reg) = (uint##bits##_t)o->imm;                                                                \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_mov##bits##_rm, bits, v)                                                                                 \
    {                                                                                                                  \
        *reg##bits(c, o->reg) = v;                                                                                     \
    }                                                                                                                  \
    STORING(h_mov##bits##_mr, bits)                                                                                    \
    {                                                                                                                  \
        return *reg##bits(c, o->reg);                                                                                  \
    }                                                                                                                  \
    STORING(h_mov##bits##_mi, bits)                                                                                    \
    {                                                                                                                  \
        return (uint##bits##_t)o->imm;                                                                                 \
    }                                                                                                                  \
    HANDLER(h_xchg##bits##_rr)                                                                                         \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg), *b = reg##bits(c, o->base), v = *a;                                  \
        *a = *b;                                                                                                       \
        *b = v;                                                                                                        \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_xchg##bits##_mr)                                                                                         \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t v = rmw##bits(c, o, o->seg, ea(c, o), &p), *b = reg##bits(c, o->reg), w = *b;                   \
        *b = v;                                                                                                        \
        rmw_done##bits(c, p, w);                                                                                       \
        NEXT;                                                                                                          \
    }

MOVES(8)
MOVES(16)
MOVES(32)

/* Widening moves: to, from, the type that says whether the sign goes along. */
#define WIDEN(name, to, from, type)                                                                                    \
    HANDLER(h_##name##to##_rr)                                                                                         \
    {                                                                                                                  \
        *reg##to(c, o->reg) = (uint##to##_t)(type)*reg##from(c, o->base);                                              \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_##name##to##_rm, from, v)                                                                                \
    {                                                                                                                  \
        *reg##to(c, o->reg) = (uint##to##_t)(type)v;                                                                   \
    }

WIDEN(movzx8, 16, 8, uint8_t)
WIDEN(movzx8, 32, 8, uint8_t)
WIDEN(movzx16, 16, 16, uint16_t)
WIDEN(movzx16, 32, 16, uint16_t)
WIDEN(movsx8, 16, 8, int8_t)
WIDEN(movsx8, 32, 8, int8_t)
WIDEN(movsx16, 16, 16, int16_t)
WIDEN(movsx16, 32, 16, int16_t)

#define BY_SIZE(bits, from, sign)                                                                                      \
    HANDLER(h_lea##bits)                                                                                               \
    {                                                                                                                  \
        *reg##bits(c, o->reg) = (uint##bits##_t)ea(c, o);                                                              \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_xchga##bits##_r)                                                                                         \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, EAX), *b = reg##bits(c, o->reg), v = *a;                                      \
        *a = *b;                                                                                                       \
        *b = v;                                                                                                        \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_cbw##bits)                                                                                               \
    {                                                                                                                  \
        *reg##bits(c, EAX) = (uint##bits##_t)(int##from##_t) * reg##from(c, EAX);                                      \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_cwd##bits)                                                                                               \
    {                                                                                                                  \
        *reg##bits(c, EDX) = *reg##bits(c, EAX) & (sign) ? (uint##bits##_t)UINT32_MAX : 0;                             \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    PUSHING(h_push##bits##_r, bits)                                                                                    \
    {                                                                                                                  \
        return *reg##bits(c, o->reg);                                                                                  \
    }                                                                                                                  \
    PUSHING(h_push##bits##_i, bits)                                                                                    \
    {                                                                                                                  \
        return (uint##bits##_t)o->imm;                                                                                 \
    }                                                                                                                  \
    HANDLER(h_push##bits##_m)                                                                                          \
    {                                                                                                                  \
        push##bits(c, o, load##bits(c, o, o->seg, ea(c, o)));                                                          \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    POPPING(h_pop##bits##_r, bits, v)                                                                                  \
    {                                                                                                                  \
        *reg##bits(c, o->reg) = v;                                                                                     \
    }                                                                                                                  \
    /* The address is computed with ESP already moved (SDM Vol. 2, POP); a fault moves it back. */                     \
    HANDLER(h_pop##bits##_m)                                                                                           \
    {                                                                                                                  \
        uint32_t esp = c->r[ESP], moved, at;                                                                           \
        uint##bits##_t v = pop##bits(c, o);                                                                            \
                                                                                                                       \
        moved = c->r[ESP];                                                                                             \
        at = ea(c, o);                                                                                                 \
        c->r[ESP] = esp;                                                                                               \
        store##bits(c, o, o->seg, at, v);                                                                              \
        c->r[ESP] = moved;                                                                                             \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    /* Each slot is tried, in the order of the pushes, before the first is written: a fault leaves no mark. */         \
    __attribute__((noinline)) static void push_all##bits(struct cpu *c, const struct op *o)                            \
    {                                                                                                                  \
        uint32_t esp = c->r[ESP], mask = stack_mask(c);                                                                \
        uint8_t *slot;                                                                                                 \
                                                                                                                       \
        for (unsigned i = 0; i < 8; i++)                                                                               \
            (void)rmw##bits(c, o, SS, (esp - (i + 1) * (bits / 8)) & mask, &slot);                                     \
        for (unsigned i = 0; i < 8; i++)                                                                               \
            store##bits(c, o, SS, (esp - (i + 1) * (bits / 8)) & mask, *reg##bits(c, i));                              \
        set_esp(c, esp - 8 * (bits / 8));                                                                              \
    }                                                                                                                  \
    HANDLER(h_pusha##bits)                                                                                             \
    {                                                                                                                  \
        push_all##bits(c, o);                                                                                          \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    __attribute__((noinline)) static void pop_all##bits(struct cpu *c, const struct op *o)                             \
    {                                                                                                                  \
        uint##bits##_t v[8];                                                                                           \
                                                                                                                       \
        for (unsigned i = 8; i-- > 0;)                                                                                 \
            v[i] = load##bits(c, o, SS, (c->r[ESP] + (7 - i) * (bits / 8)) & stack_mask(c));                           \
        for (unsigned i = 0; i < 8; i++)                                                                               \
            if (i != ESP)                                                                                              \
                *reg##bits(c, i) = v[i];                                                                               \
        set_esp(c, c->r[ESP] + 8 * (bits / 8));                                                                        \
    }                                                                                                                  \
    HANDLER(h_popa##bits)                                                                                              \
    {                                                                                                                  \
        pop_all##bits(c, o);                                                                                           \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_leave##bits)                                                                                             \
    {                                                                                                                  \
        uint32_t frame = stack32(c) ? c->r[EBP] : (c->r[ESP] & ~0xffffu) | *reg16(c, EBP);                             \
        uint##bits##_t v = load##bits(c, o, SS, frame & stack_mask(c));                                                \
                                                                                                                       \
        c->r[ESP] = frame;                                                                                             \
        set_esp(c, frame + bits / 8);                                                                                  \
        *reg##bits(c, EBP) = v;                                                                                        \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    /* A frame with copies of `level` outer frame pointers (SDM Vol. 2, ENTER). */                                     \
    HANDLER(h_enter##bits)                                                                                             \
    {                                                                                                                  \
        unsigned level = o->disp & 31;                                                                                 \
        uint32_t esp = c->r[ESP] - bits / 8, ebp = c->r[EBP], frame, mask = stack_mask(c);                             \
                                                                                                                       \
        store##bits(c, o, SS, esp &mask, *reg##bits(c, EBP));                                                          \
        frame = esp;                                                                                                   \
        for (unsigned i = 1; i < level; i++) {                                                                         \
            ebp -= bits / 8;                                                                                           \
            esp -= bits / 8;                                                                                           \
            store##bits(c, o, SS, esp &mask, load##bits(c, o, SS, ebp &mask));                                         \
        }                                                                                                              \
        if (level) {                                                                                                   \
            esp -= bits / 8;                                                                                           \
            store##bits(c, o, SS, esp &mask, (uint##bits##_t)frame);                                                   \
        }                                                                                                              \
        esp -= o->imm;                                                                                                 \
        /* The new top must be writable, though nothing is written there yet. */                                       \
        begin(c, o);                                                                                                   \
        lin_probe_write(c, segment_linear(c, NULL, SS, esp &mask, bits / 8, true), bits / 8, c->cpl == 3);             \
        *reg##bits(c, EBP) = (uint##bits##_t)frame;                                                                    \
        set_esp(c, esp);                                                                                               \
        return finish(c, o);                                                                                           \
    }

BY_SIZE(16, 8, 0x8000)
BY_SIZE(32, 16, 0x80000000)

HANDLER(h_bswap32_r)
{
    c->r[o->reg] = __builtin_bswap32(c->r[o->reg]);
    NEXT;
}

/* Undefined in the SDM; processors clear the register. */
HANDLER(h_bswap16_r)
{
    *reg16(c, o->reg) = 0;
    NEXT;
}

HANDLER(h_xlat)
{
    uint32_t at = c->r[EBX] + *reg8(c, EAX);

    *reg8(c, EAX) = load8(c, o, o->seg, o->addr16 ? at & 0xffff : at);
    NEXT;
}

HANDLER(h_sahf)
{
    uint32_t of = flag_of(c) * FL_OF;

    flags_set(c, *reg8(c, EAX + 1) | of);
    NEXT;
}

HANDLER(h_lahf)
{
    *reg8(c, EAX + 1) = (uint8_t)(flags_get(c) | FL_1);
    NEXT;
}

HANDLER(h_salc)
{
    *reg8(c, EAX) = flag_cf(c) ? 0xff : 0;
    NEXT;
}

HANDLER(h_cmc)
{
    flags_cf(c, !flag_cf(c));
    NEXT;
}

HANDLER(h_clc)
{
    flags_cf(c, 0);
    NEXT;
}

HANDLER(h_stc)
{
    flags_cf(c, 1);
    NEXT;
}

HANDLER(h_cld)
{
    c->eflags &= ~(uint32_t)FL_DF;
    NEXT;
}

HANDLER(h_std)
{
    c->eflags |= FL_DF;
    NEXT;
}

HANDLER(h_nop)
{
    NEXT;
}

HANDLER(h_pause)
{
    if (!LIKELY(!(c->vmx.proc & PROC_PAUSE)))
        vmx_exit_here(c, o, VMX_PAUSE);
    NEXT;
}
