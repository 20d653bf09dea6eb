/* SPDX-License-Identifier: MIT */
/* What random guests did, or tried: counted while a native guest is stepped through, instruction by instruction. */
#ifndef TESTS_SUPPORT_COVERAGE_H
#define TESTS_SUPPORT_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

/* FEATURE(name, what is printed) */
#define FEATURES                                                                                                       \
    FEATURE(INSTRUCTIONS, "instructions")                                                                              \
    FEATURE(FAULTS, "faults")                                                                                          \
    FEATURE(INTERRUPTS, "interrupts")                                                                                  \
    FEATURE(EVERYWHERE, "of these at every boundary of a step")                                                        \
    FEATURE(NMIS, "NMIs")                                                                                              \
    FEATURE(SINGLE_STEP, "single steps")                                                                               \
    FEATURE(BREAK_CODE, "breakpoints on code")                                                                         \
    FEATURE(BREAK_DATA, "on data")                                                                                     \
    FEATURE(GUARDED, "guarded debug registers")                                                                        \
    FEATURE(REP_BROKEN, "REPs interrupted")                                                                            \
    FEATURE(REP_FAULTED, "REPs with a fault between iterations")                                                       \
    FEATURE(SEGMENTS, "segment loads")                                                                                 \
    FEATURE(DOWN, "accesses to expand-down segments")                                                                  \
    FEATURE(FAR, "far transfers")                                                                                      \
    FEATURE(INWARD, "calls through gates to an inner ring")                                                            \
    FEATURE(PARAMETERS, "with parameters")                                                                             \
    FEATURE(OUTWARD, "returns to an outer ring")                                                                       \
    FEATURE(TABLES, "edits of page tables")                                                                            \
    FEATURE(INVLPG, "INVLPGs")                                                                                         \
    FEATURE(CR0, "loads of CR0")                                                                                       \
    FEATURE(CR3, "of CR3")                                                                                             \
    FEATURE(CR4, "of CR4")                                                                                             \
    FEATURE(UNPAGED, "instructions without paging")                                                                    \
    FEATURE(LARGE, "accesses to 4 MiB pages")                                                                          \
    FEATURE(LLDT, "loads of LDTR")                                                                                     \
    FEATURE(LTR, "of TR")                                                                                              \
    FEATURE(CODE16, "instructions of 16-bit code")                                                                     \
    FEATURE(REWRITTEN, "stores into code")

enum feature {
#define FEATURE(name, text) COVER_##name,
    FEATURES
#undef FEATURE
        COVER_FEATURES
};

/* The machine before a step. */
struct before {
    bool counts; /* an instruction of the program's own */
    bool rep;
    bool amid;     /* this REP has gone through an iteration already, */
    bool iterated; /* and now through another */
    bool call;     /* to another segment, */
    unsigned parameters;
    uint32_t eip;
    uint8_t cpl;
    uint64_t deliveries;
};

struct coverage {
    uint64_t n[COVER_FEATURES];
    struct before before;
};

/* Around each step. */
void coverage_before(struct coverage *c, struct machine *g);
void coverage_after(struct coverage *c, struct machine *g);
void coverage_print(const struct coverage *c);
/* The keeper of ring-0 programs runs (tests/ring0/keeper.asm), which is not what is judged. */
bool coverage_keeper(const struct machine *g);

#endif
