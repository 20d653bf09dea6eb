/* SPDX-License-Identifier: MIT */
/*
 * Lazy arithmetic flags: an instruction leaves its result and its carries, and whoever asks for a flag derives it.
 *
 *      f_res: the result, sign-extended to 32 bits
 *      f_aux: 31 carry out of the top bit (CF) | 30 carry into the top bit (OF = 31 ^ 30) | 15:8 parity change
 *             | 3 carry out of bit 3 (AF) | 0 sign change
 *
 * The two "change" fields are zero after every ALU instruction; they let any combination of flags be expressed, even
 * ZF and SF together, as POPF and SAHF can demand. (SDM Vol. 1, 3.4.3.1 defines the flags.)
 */
#ifndef INTERP_FLAGS_H
#define INTERP_FLAGS_H

#include <stdint.h>

#include "interp/cpu.h"

enum { AUX_SIGN = 1, AUX_AF = 1 << 3, AUX_PARITY_SHIFT = 8 };
#define AUX_CF (1u << 31)
#define AUX_PO (1u << 30)

static inline uint32_t flag_cf(const struct cpu *c)
{
    return c->f_aux >> 31;
}

static inline uint32_t flag_zf(const struct cpu *c)
{
    return c->f_res == 0;
}

static inline uint32_t flag_sf(const struct cpu *c)
{
    return (c->f_res >> 31) ^ (c->f_aux & AUX_SIGN);
}

static inline uint32_t flag_of(const struct cpu *c)
{
    return (c->f_aux >> 31 ^ c->f_aux >> 30) & 1;
}

static inline uint32_t flag_af(const struct cpu *c)
{
    return c->f_aux >> 3 & 1;
}

static inline uint32_t flag_pf(const struct cpu *c)
{
    uint32_t v = (c->f_res ^ c->f_aux >> AUX_PARITY_SHIFT) & 0xff;

    v ^= v >> 4;
    return 0x9669u >> (v & 15) & 1; /* bit n: has n an even number of ones? */
}

/* The carry vector's bits that are kept, for a 32-bit operation; narrower ones shift their top bits up first. */
static inline uint32_t aux_of(uint32_t carries, unsigned bits)
{
    if (bits == 32)
        return carries & (AUX_CF | AUX_PO | AUX_AF);
    return (carries << (32 - bits) & (AUX_CF | AUX_PO)) | (carries & AUX_AF);
}

/* Sign extension to 32 bits: what f_res wants. */
static inline uint32_t widen(uint32_t v, unsigned bits)
{
    return bits == 8 ? (uint32_t)(int8_t)v : bits == 16 ? (uint32_t)(int16_t)v : v;
}

/* After r = a + b + carry-in. A bit carries out where both are set, or one is and the sum is not. */
static inline void flags_add(struct cpu *c, uint32_t a, uint32_t b, uint32_t r, unsigned bits)
{
    c->f_res = widen(r, bits);
    c->f_aux = aux_of((a & b) | ((a | b) & ~r), bits);
}

/* After r = a - b - borrow-in: the same with borrows. */
static inline void flags_sub(struct cpu *c, uint32_t a, uint32_t b, uint32_t r, unsigned bits)
{
    c->f_res = widen(r, bits);
    c->f_aux = aux_of((~a & b) | ((~a | b) & r), bits);
}

/* After AND, OR, XOR, TEST: CF = OF = 0. */
static inline void flags_logic(struct cpu *c, uint32_t r, unsigned bits)
{
    c->f_res = widen(r, bits);
    c->f_aux = 0;
}

/* Result flags from r, CF and OF as given (0 or 1), AF clear: shifts, rotates, multiplications. */
static inline void flags_result(struct cpu *c, uint32_t r, unsigned bits, uint32_t cf, uint32_t of)
{
    c->f_res = widen(r, bits);
    c->f_aux = cf << 31 | (cf ^ of) << 30;
}

/* CF and OF alone. */
static inline void flags_cf_of(struct cpu *c, uint32_t cf, uint32_t of)
{
    c->f_aux = (c->f_aux & ~(AUX_CF | AUX_PO)) | cf << 31 | (cf ^ of) << 30;
}

/* CF alone: OF is stored relative to CF, so both bits flip. */
static inline void flags_cf(struct cpu *c, uint32_t cf)
{
    flags_cf_of(c, cf, flag_of(c));
}

/* ZF alone; SF and PF keep their values. */
void flags_set_zf(struct cpu *c, uint32_t zf);
/* The six arithmetic flags, in EFLAGS positions. */
uint32_t flags_get(const struct cpu *c);
void flags_set(struct cpu *c, uint32_t eflags);

/* The sixteen conditions of Jcc, SETcc and CMOVcc (SDM Vol. 2, appendix B.1.4.7). `cc` is a constant where it matters. */
static inline uint32_t condition(const struct cpu *c, unsigned cc)
{
    uint32_t v;

    switch (cc >> 1) {
    case 0: v = flag_of(c); break;
    case 1: v = flag_cf(c); break;
    case 2: v = flag_zf(c); break;
    case 3: v = flag_cf(c) | flag_zf(c); break;
    case 4: v = flag_sf(c); break;
    case 5: v = flag_pf(c); break;
    case 6: v = flag_sf(c) ^ flag_of(c); break;
    default: v = (flag_sf(c) ^ flag_of(c)) | flag_zf(c); break;
    }
    return v ^ (cc & 1);
}

#endif
