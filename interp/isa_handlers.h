/* SPDX-License-Identifier: MIT */
/*
 * Which handlers serve a line of isa.def: each macro expands to four names, for (16-bit, register), (16-bit, memory),
 * (32-bit, register), (32-bit, memory). The same expansion declares them and fills the table.
 *
 * Suffixes of handlers say where operands are: rr, mr, rm, ri, mi: destination, source; r, m: the only one; rc, mc: shift
 * count in CL; i: immediate only.
 */
#ifndef INTERP_ISA_HANDLERS_H
#define INTERP_ISA_HANDLERS_H

#include "interp/op.h"

#define FOUR(r16, m16, r32, m32) r16, m16, r32, m32
#define ONE(h) FOUR(h, h, h, h)
#define M_ONLY(h) FOUR(h_ud, h, h_ud, h)
#define PAIR8(n, a, b) FOUR(h_##n##8_##a, h_##n##8_##b, h_##n##8_##a, h_##n##8_##b)
#define PAIRV(n, a, b) FOUR(h_##n##16_##a, h_##n##16_##b, h_##n##32_##a, h_##n##32_##b)
#define B_EG(n) PAIR8(n, rr, mr)
#define V_EG(n) PAIRV(n, rr, mr)
#define B_GE(n) PAIR8(n, rr, rm)
#define V_GE(n) PAIRV(n, rr, rm)
#define B_EI(n) PAIR8(n, ri, mi)
#define V_EI(n) PAIRV(n, ri, mi)
#define B_ECL(n) PAIR8(n, rc, mc)
#define V_ECL(n) PAIRV(n, rc, mc)
#define B_E(n) PAIR8(n, r, m)
#define V_E(n) PAIRV(n, r, m)
#define B_RI(n) PAIR8(n, ri, ri)
#define V_RI(n) PAIRV(n, ri, ri)
#define B_RM(n) PAIR8(n, rm, rm)
#define V_RM(n) PAIRV(n, rm, rm)
#define B_MR(n) PAIR8(n, mr, mr)
#define V_MR(n) PAIRV(n, mr, mr)
#define V_Z(n) PAIRV(n, r, r)
#define V_I(n) PAIRV(n, i, i)
#define V_1(n) FOUR(h_##n##16, h_##n##16, h_##n##32, h_##n##32)
#define V_M(n) FOUR(h_ud, h_##n##16, h_ud, h_##n##32)
#define W_E(n) FOUR(h_##n##_r, h_##n##_m, h_##n##_r, h_##n##_m)
#define W_EG(n) FOUR(h_##n##_rr, h_##n##_mr, h_##n##_rr, h_##n##_mr)
#define J_CC(cc) FOUR(h_jcc16, h_jcc16, h_j##cc, h_j##cc)

extern handler h_ud;
#define I(opcode, digit, mnemonic, form, handlers, ...) extern handler handlers;
#include "interp/isa.def"
#undef I

#endif
