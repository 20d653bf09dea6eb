/* SPDX-License-Identifier: MIT */
/* Control flow within a segment (SDM Vol. 1, 7.3.8), and what depends on a condition. */
#include "interp/exec_memory.h"

/* Jcc, SETcc, CMOVcc, for one condition code. */
#define CONDITIONAL(cc)                                                                                                \
    HANDLER(h_j##cc)                                                                                                   \
    {                                                                                                                  \
        if (condition(c, cc))                                                                                          \
            JUMP_DIRECT;                                                                                               \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_set##cc##_r)                                                                                             \
    {                                                                                                                  \
        *reg8(c, o->reg) = (uint8_t)condition(c, cc);                                                                  \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    STORING(h_set##cc##_m, 8)                                                                                          \
    {                                                                                                                  \
        return (uint8_t)condition(c, cc);                                                                              \
    }                                                                                                                  \
    CMOV(cc, 16)                                                                                                       \
    CMOV(cc, 32)

/* Memory is read whatever the condition says, and faults are raised (SDM Vol. 2, CMOVcc). */
#define CMOV(cc, bits)                                                                                                 \
    HANDLER(h_cmov##cc##bits##_rr)                                                                                     \
    {                                                                                                                  \
        if (condition(c, cc))                                                                                          \
            *reg##bits(c, o->reg) = *reg##bits(c, o->base);                                                            \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_cmov##cc##bits##_rm, bits, v)                                                                            \
    {                                                                                                                  \
        if (condition(c, cc))                                                                                          \
            *reg##bits(c, o->reg) = v;                                                                                 \
    }

CONDITIONAL(0)
CONDITIONAL(1)
CONDITIONAL(2)
CONDITIONAL(3)
CONDITIONAL(4)
CONDITIONAL(5)
CONDITIONAL(6)
CONDITIONAL(7)
CONDITIONAL(8)
CONDITIONAL(9)
CONDITIONAL(10)
CONDITIONAL(11)
CONDITIONAL(12)
CONDITIONAL(13)
CONDITIONAL(14)
CONDITIONAL(15)

HANDLER(h_jmp32)
{
    JUMP_DIRECT;
}

/* A call and a return are leaves where the stack's line is there (exec_memory.h). */
COLD static HANDLER(h_call32_miss)
{
    check_target(c, o, op_next_eip(c, o) + o->imm);
    push32(c, o, op_next_eip(c, o));
    JUMP_DIRECT;
}

HANDLER(h_call32)
{
    uint32_t next = op_next_eip(c, o);

    if (!stack32(c) || next + o->imm > c->seg[CS].limit)
        GO_TO(h_call32_miss);
    OPERAND(h_call32, 32, SS, c->r[ESP] - 4, 1);
    bytes_store(p, 4, next);
    c->r[ESP] -= 4;
    JUMP_DIRECT;
}

/* With 16-bit operand size EIP is cut to 16 bits; rare, so the way is the long one. */
static uint32_t target16(const struct cpu *c, const struct op *o)
{
    return (op_next_eip(c, o) + o->imm) & 0xffff;
}

#define JUMP_CHECKED(eip_)                                                                                             \
    do {                                                                                                               \
        uint32_t checked_ = (eip_);                                                                                    \
        check_target(c, o, checked_);                                                                                  \
        JUMP_TO(checked_);                                                                                             \
    } while (0)

HANDLER(h_jcc16)
{
    if (condition(c, o->reg))
        JUMP_CHECKED(target16(c, o));
    NEXT;
}

HANDLER(h_jmp16)
{
    JUMP_CHECKED(target16(c, o));
}

HANDLER(h_call16)
{
    check_target(c, o, target16(c, o));
    push16(c, o, (uint16_t)op_next_eip(c, o));
    JUMP_TO(target16(c, o));
}

/* LOOP counts in (E)CX by address size and jumps by operand size. */
static inline bool count_down(struct cpu *c, const struct op *o)
{
    return o->addr16 ? --*reg16(c, ECX) != 0 : --c->r[ECX] != 0;
}

/* A target outside CS is a fault, before the count changes. */
#define LOOP(name, bits, taken)                                                                                        \
    HANDLER(h_##name##bits)                                                                                            \
    {                                                                                                                  \
        uint32_t to = bits == 16 ? target16(c, o) : op_next_eip(c, o) + o->imm;                                        \
        check_target(c, o, to);                                                                                        \
        if (taken)                                                                                                     \
            JUMP_TO(to);                                                                                               \
        NEXT;                                                                                                          \
    }

#define LOOPS(bits)                                                                                                    \
    LOOP(loop, bits, count_down(c, o))                                                                                 \
    LOOP(loope, bits, count_down(c, o) && flag_zf(c))                                                                  \
    LOOP(loopne, bits, count_down(c, o) && !flag_zf(c))                                                                \
    LOOP(jcxz, bits, (o->addr16 ? *reg16(c, ECX) : c->r[ECX]) == 0)

LOOPS(16)
LOOPS(32)

#define INDIRECT(bits)                                                                                                 \
    HANDLER(h_jmpi##bits##_r)                                                                                          \
    {                                                                                                                  \
        JUMP_CHECKED(*reg##bits(c, o->reg));                                                                           \
    }                                                                                                                  \
    HANDLER(h_jmpi##bits##_m)                                                                                          \
    {                                                                                                                  \
        JUMP_CHECKED(load##bits(c, o, o->seg, ea(c, o)));                                                              \
    }                                                                                                                  \
    HANDLER(h_calli##bits##_r)                                                                                         \
    {                                                                                                                  \
        uint32_t to = *reg##bits(c, o->reg);                                                                           \
        check_target(c, o, to);                                                                                        \
        push##bits(c, o, (uint##bits##_t)op_next_eip(c, o));                                                           \
        JUMP_TO(to);                                                                                                   \
    }                                                                                                                  \
    HANDLER(h_calli##bits##_m)                                                                                         \
    {                                                                                                                  \
        uint32_t to = load##bits(c, o, o->seg, ea(c, o));                                                              \
        check_target(c, o, to);                                                                                        \
        push##bits(c, o, (uint##bits##_t)op_next_eip(c, o));                                                           \
        JUMP_TO(to);                                                                                                   \
    }                                                                                                                  \
    COLD static HANDLER(h_ret##bits##_miss)                                                                            \
    {                                                                                                                  \
        uint32_t to = load##bits(c, o, SS, c->r[ESP] & stack_mask(c));                                                 \
        check_target(c, o, to);                                                                                        \
        set_esp(c, c->r[ESP] + bits / 8 + o->imm);                                                                     \
        JUMP_TO(to);                                                                                                   \
    }                                                                                                                  \
    HANDLER(h_ret##bits)                                                                                               \
    {                                                                                                                  \
        uint32_t to;                                                                                                   \
        if (!stack32(c))                                                                                               \
            GO_TO(h_ret##bits##_miss);                                                                                 \
        OPERAND(h_ret##bits, bits, SS, c->r[ESP], 0);                                                                  \
        to = bytes_load(p, bits / 8);                                                                                  \
        check_target(c, o, to);                                                                                        \
        c->r[ESP] += bits / 8 + o->imm;                                                                                \
        JUMP_TO(to);                                                                                                   \
    }                                                                                                                  \
    /* The index is signed and must lie within the two bounds (SDM Vol. 2, BOUND). */                                  \
    HANDLER(h_bound##bits)                                                                                             \
    {                                                                                                                  \
        uint32_t at = ea(c, o);                                                                                        \
        int##bits##_t v = (int##bits##_t) * reg##bits(c, o->reg), low = (int##bits##_t)load##bits(c, o, o->seg, at),   \
                      high = (int##bits##_t)load##bits(c, o, o->seg, at + bits / 8);                                   \
        if (v < low || v > high)                                                                                       \
            raise_fault(c, o, VEC_BR, NO_ERROR);                                                                       \
        NEXT;                                                                                                          \
    }

INDIRECT(16)
INDIRECT(32)

HANDLER(h_ud)
{
    raise_fault(c, o, VEC_UD, NO_ERROR);
}

HANDLER(h_gp0)
{
    raise_fault(c, o, VEC_GP, 0);
}

HANDLER(h_ea16)
{
    c->r[REG_EA] = (c->r[o->base] + c->r[o->index] + o->disp) & 0xffff;
    NEXT;
}

/* Stands behind the last instruction of a block; its sums are those of the instruction before it. */
HANDLER(h_end)
{
    retire(c, o);
    c->eip = op_eip(c, o);
    const struct op *n = block_chain(c);
    if (!n)
        LEAVE;
    GO(n);
}

HANDLER(h_attention)
{
    retire(c, o - 1);
    c->eip = op_eip(c, o);
    LEAVE;
}

/* Nothing of it has happened yet, not even its time. */
HANDLER(h_hole)
{
    begin(c, o);
    c->hole_next = true;
    c->shadow = c->shadow_before; /* it has not been executed */
    LEAVE;
}

/* The same; what stands here is looked at by probe_before(). */
HANDLER(h_probe)
{
    begin(c, o);
    c->probe_next = true;
    LEAVE;
}
