/* SPDX-License-Identifier: MIT */
/* The instruction table isa.def as data. */
#ifndef INTERP_ISA_H
#define INTERP_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/op.h"

/*
 * Operand forms: FORM(name, ModRM?, immediate, register operand fixed by the form, ModRM.reg is a byte register, ModRM.rm
 * is a byte register, register form writes ModRM.rm, text). FIX_NONE: no fixed register; FIX_Z: the opcode's low bits.
 */
#define ISA_FORMS                                                                                                      \
    FORM(NONE, 0, IMM_NONE, FIX_NONE, 0, 0, 0, "")                                                                     \
    FORM(X, 0, IMM_NONE, FIX_NONE, 0, 0, 0, "")                                                                        \
    FORM(OP, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "")                                                                       \
    FORM(E8_G8, 1, IMM_NONE, FIX_NONE, 1, 1, 1, "Eb,Gb")                                                               \
    FORM(E_G, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Ev,Gv")                                                                 \
    FORM(G8_E8, 1, IMM_NONE, FIX_NONE, 1, 1, 0, "Gb,Eb")                                                               \
    FORM(G_E, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Gv,Ev")                                                                 \
    FORM(G_E8, 1, IMM_NONE, FIX_NONE, 0, 1, 0, "Gv,Eb")                                                                \
    FORM(G_EW, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Gv,Ew")                                                                \
    FORM(G_M, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Gv,M")                                                                  \
    FORM(G_M_ES, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "ES,Gv,Mp")                                                           \
    FORM(G_M_SS, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "SS,Gv,Mp")                                                           \
    FORM(G_M_DS, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "DS,Gv,Mp")                                                           \
    FORM(G_M_FS, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "FS,Gv,Mp")                                                           \
    FORM(G_M_GS, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "GS,Gv,Mp")                                                           \
    FORM(G_E_I, 1, IMM_V, FIX_NONE, 0, 0, 0, "Gv,Ev,Iz")                                                               \
    FORM(G_E_SI8, 1, IMM_S8, FIX_NONE, 0, 0, 0, "Gv,Ev,Ib")                                                            \
    FORM(E8, 1, IMM_NONE, FIX_NONE, 0, 1, 1, "Eb")                                                                     \
    FORM(E, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Ev")                                                                      \
    FORM(EW, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Ew")                                                                     \
    FORM(E_W, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Rv/Mw")                                                                 \
    FORM(M, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "M")                                                                       \
    FORM(E8_I8, 1, IMM_8, FIX_NONE, 0, 1, 1, "Eb,Ib")                                                                  \
    FORM(E_I8, 1, IMM_8, FIX_NONE, 0, 0, 1, "Ev,Ib")                                                                   \
    FORM(E_SI8, 1, IMM_S8, FIX_NONE, 0, 0, 1, "Ev,Ib")                                                                 \
    FORM(E_I, 1, IMM_V, FIX_NONE, 0, 0, 1, "Ev,Iz")                                                                    \
    FORM(E8_1, 1, IMM_ONE, FIX_NONE, 0, 1, 1, "Eb,1")                                                                  \
    FORM(E_1, 1, IMM_ONE, FIX_NONE, 0, 0, 1, "Ev,1")                                                                   \
    FORM(E8_CL, 1, IMM_NONE, FIX_NONE, 0, 1, 1, "Eb,CL")                                                               \
    FORM(E_CL, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Ev,CL")                                                                \
    FORM(E_G_I8, 1, IMM_8, FIX_NONE, 0, 0, 1, "Ev,Gv,Ib")                                                              \
    FORM(E_G_CL, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Ev,Gv,CL")                                                           \
    FORM(E_S, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Rv/Mw,Sw")                                                              \
    FORM(S_E, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Sw,Ew")                                                                 \
    FORM(R_C, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Rd,Cd")                                                                 \
    FORM(C_R, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Cd,Rd")                                                                 \
    FORM(R_D, 1, IMM_NONE, FIX_NONE, 0, 0, 1, "Rd,Dd")                                                                 \
    FORM(D_R, 1, IMM_NONE, FIX_NONE, 0, 0, 0, "Dd,Rd")                                                                 \
    FORM(Z, 0, IMM_NONE, FIX_Z, 0, 0, 0, "Zv")                                                                         \
    FORM(Z8_I8, 0, IMM_8, FIX_Z, 1, 0, 0, "Zb,Ib")                                                                     \
    FORM(Z_I, 0, IMM_V, FIX_Z, 0, 0, 0, "Zv,Iv")                                                                       \
    FORM(AL_I8, 0, IMM_8, EAX, 1, 0, 0, "AL,Ib")                                                                       \
    FORM(A_I8, 0, IMM_8, EAX, 0, 0, 0, "eAX,Ib")                                                                       \
    FORM(A_I, 0, IMM_V, EAX, 0, 0, 0, "rAX,Iz")                                                                        \
    FORM(AL_O, 0, IMM_MOFFS, EAX, 1, 0, 0, "AL,Ob")                                                                    \
    FORM(A_O, 0, IMM_MOFFS, EAX, 0, 0, 0, "rAX,Ov")                                                                    \
    FORM(O_AL, 0, IMM_MOFFS, EAX, 1, 0, 0, "Ob,AL")                                                                    \
    FORM(O_A, 0, IMM_MOFFS, EAX, 0, 0, 0, "Ov,rAX")                                                                    \
    FORM(I8, 0, IMM_8, FIX_NONE, 0, 0, 0, "Ib")                                                                        \
    FORM(SI8, 0, IMM_S8, FIX_NONE, 0, 0, 0, "Ib")                                                                      \
    FORM(I_, 0, IMM_V, FIX_NONE, 0, 0, 0, "Iz")                                                                        \
    FORM(IW, 0, IMM_16, FIX_NONE, 0, 0, 0, "Iw")                                                                       \
    FORM(IW_I8, 0, IMM_16_8, FIX_NONE, 0, 0, 0, "Iw,Ib")                                                               \
    FORM(J8, 0, IMM_S8, FIX_NONE, 0, 0, 0, "Jb")                                                                       \
    FORM(J, 0, IMM_V, FIX_NONE, 0, 0, 0, "Jz")                                                                         \
    FORM(AP, 0, IMM_FAR, FIX_NONE, 0, 0, 0, "Ap")                                                                      \
    FORM(SEG_ES, 0, IMM_NONE, ES, 0, 0, 0, "ES")                                                                       \
    FORM(SEG_CS, 0, IMM_NONE, CS, 0, 0, 0, "CS")                                                                       \
    FORM(SEG_SS, 0, IMM_NONE, SS, 0, 0, 0, "SS")                                                                       \
    FORM(SEG_DS, 0, IMM_NONE, DS, 0, 0, 0, "DS")                                                                       \
    FORM(SEG_FS, 0, IMM_NONE, FS, 0, 0, 0, "FS")                                                                       \
    FORM(SEG_GS, 0, IMM_NONE, GS, 0, 0, 0, "GS")

enum imm_kind { IMM_NONE, IMM_8, IMM_S8, IMM_16, IMM_V, IMM_16_8, IMM_FAR, IMM_MOFFS, IMM_ONE };
enum { FIX_NONE = 0xfe, FIX_Z = 0xff };

enum form {
#define FORM(name, ...) FORM_##name,
    ISA_FORMS
#undef FORM
        FORMS
};

struct form_info {
    bool modrm;
    uint8_t imm; /* enum imm_kind */
    uint8_t fixed;
    bool reg8, rm8, writes_rm;
    const char *text;
};

extern const struct form_info form_info[FORMS];

/* Popek and Goldberg's classes. */
enum pg_class { CLASS_INNOCUOUS, CLASS_PRIVILEGED, CLASS_HOLE };

enum isa_flag { ISA_LOCK = 1, ISA_REP = 2, ISA_ENDS = 4 };

/* A prefix that is part of the opcode. */
enum isa_prefix { PREFIX_FREE, PREFIX_NONE, PREFIX_66, PREFIX_F3, PREFIX_F2 };

struct isa_entry {
    uint16_t opcode; /* 0x0fNN: two-byte; 0x38NN: 0F 38 NN */
    int8_t digit;    /* ModRM.reg that selects, or -1 */
    uint8_t prefix;  /* enum isa_prefix that selects; PREFIX_FREE: it does not */
    uint8_t modrm;   /* ModRM byte that selects, or 0 */
    uint8_t form;
    const char *mnemonic;
    handler *fn[4]; /* [2 * (32-bit operands) + (memory operand)] */
    uint16_t cost;  /* offset in struct cost */
    uint8_t class;
    uint8_t hole; /* place in Robin and Irvine's list; 0: added here */
    uint8_t flags;
};

extern const struct isa_entry isa[];
extern const unsigned isa_count;

/* The entry for an opcode (its ModRM byte and prefix are used where the opcode needs them), or NULL where nothing is defined. */
const struct isa_entry *isa_find(unsigned opcode, unsigned modrm, enum isa_prefix prefix);
/* Does this opcode have a ModRM byte that selects? */
bool isa_is_group(unsigned opcode);

#endif
