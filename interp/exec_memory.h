/* SPDX-License-Identifier: MIT */
/*
 * Handlers with one memory operand, by what they do with it. Each is written once, as a function of the operand's value:
 *
 *      LOADING(h_mov32_rm, 32, v)          CHANGING(h_not32_m, 32, v)        STORING(h_mov32_mr, 32)
 *      {                                   {                                 {
 *          c->r[o->reg] = v;                   return ~v;                        return c->r[o->reg];
 *      }                                   }                                 }
 *
 * and compiled twice: with the access that hits the lookaside, and as the cold twin to which that jumps when it does not.
 * Without a call in it the hot one saves no register.
 */
#ifndef INTERP_EXEC_MEMORY_H
#define INTERP_EXEC_MEMORY_H

#include "interp/exec.h"

#define INLINED static inline __attribute__((always_inline))
#define BODY_ARGS __attribute__((unused)) struct cpu *c, __attribute__((unused)) const struct op *o

/* In a hot handler: `p` is where the operand lies, or the cold one is to find it. */
#define OPERAND(name, bits, seg, off, write)                                                                           \
    uint8_t *p;                                                                                                        \
                                                                                                                       \
    if (!hit(c, seg, off, bits / 8, write, &p))                                                                        \
        GO_TO(name##_miss);                                                                                            \
    c->fast_hits++

#define LOADING(name, bits, v)                                                                                         \
    INLINED void name##_body(BODY_ARGS, uint##bits##_t v);                                                             \
    COLD static HANDLER(name##_miss)                                                                                   \
    {                                                                                                                  \
        name##_body(c, o, (uint##bits##_t)load_miss(c, o, o->seg, ea(c, o), bits / 8));                                \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        OPERAND(name, bits, o->seg, ea(c, o), 0);                                                                      \
        name##_body(c, o, (uint##bits##_t)bytes_load(p, bits / 8));                                                    \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    INLINED void name##_body(BODY_ARGS, uint##bits##_t v)

#define STORING(name, bits)                                                                                            \
    INLINED uint##bits##_t name##_body(BODY_ARGS);                                                                     \
    COLD static HANDLER(name##_miss)                                                                                   \
    {                                                                                                                  \
        store_miss(c, o, o->seg, ea(c, o), bits / 8, name##_body(c, o));                                               \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        OPERAND(name, bits, o->seg, ea(c, o), 1);                                                                      \
        bytes_store(p, bits / 8, name##_body(c, o));                                                                   \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    INLINED uint##bits##_t name##_body(BODY_ARGS)

/* A read-modify-write: one access, checked as a write before anything changes. */
#define CHANGING(name, bits, v)                                                                                        \
    INLINED uint##bits##_t name##_body(BODY_ARGS, uint##bits##_t v);                                                   \
    COLD static HANDLER(name##_miss)                                                                                   \
    {                                                                                                                  \
        uint8_t *p = rmw_miss(c, o, o->seg, ea(c, o), bits / 8);                                                       \
                                                                                                                       \
        rmw_done##bits(c, p, name##_body(c, o, (uint##bits##_t)bytes_load(p, bits / 8)));                              \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        OPERAND(name, bits, o->seg, ea(c, o), 1);                                                                      \
        bytes_store(p, bits / 8, name##_body(c, o, (uint##bits##_t)bytes_load(p, bits / 8)));                          \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    INLINED uint##bits##_t name##_body(BODY_ARGS, uint##bits##_t v)

/* The same for what is pushed and popped; the hot one is for a 32-bit stack. The body of POPPING finds ESP moved. */
#define PUSHING(name, bits)                                                                                            \
    INLINED uint##bits##_t name##_body(BODY_ARGS);                                                                     \
    COLD static HANDLER(name##_miss)                                                                                   \
    {                                                                                                                  \
        push##bits(c, o, name##_body(c, o));                                                                           \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        if (!stack32(c))                                                                                               \
            GO_TO(name##_miss);                                                                                        \
        OPERAND(name, bits, SS, c->r[ESP] - bits / 8, 1);                                                              \
        bytes_store(p, bits / 8, name##_body(c, o));                                                                   \
        c->r[ESP] -= bits / 8;                                                                                         \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    INLINED uint##bits##_t name##_body(BODY_ARGS)

#define POPPING(name, bits, v)                                                                                         \
    INLINED void name##_body(BODY_ARGS, uint##bits##_t v);                                                             \
    COLD static HANDLER(name##_miss)                                                                                   \
    {                                                                                                                  \
        name##_body(c, o, pop##bits(c, o));                                                                            \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        if (!stack32(c))                                                                                               \
            GO_TO(name##_miss);                                                                                        \
        OPERAND(name, bits, SS, c->r[ESP], 0);                                                                         \
        c->r[ESP] += bits / 8;                                                                                         \
        name##_body(c, o, (uint##bits##_t)bytes_load(p, bits / 8));                                                    \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    INLINED void name##_body(BODY_ARGS, uint##bits##_t v)

#endif
