/* SPDX-License-Identifier: MIT */
/*
 * The physical GDT while a guest runs: the guest's descriptors as far as it has loaded them, cut so that none reaches the
 * monitor's top 64 MB and with DPL 0 raised to 1, and behind them the monitor's own.
 *
 *      index 0 .. 239   shadows of the guest's, all zero until needed
 *            240 .. 245 one for each segment register, for hidden parts that stand in no table of the guest's
 *            248 ..     monitor code, data, TSS
 *
 * A shadow stays true because the pages of the guest's GDT are traced: a write to them drops it.
 */
#ifndef VMM_GDT_H
#define VMM_GDT_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/machine.h"
#include "interp/segment.h"

enum { GDT_GUEST = 240, GDT_SLOTS = 240, GDT_CODE = 248, GDT_DATA, GDT_TSS, GDT_ENTRIES = 256 };

struct shadow_gdt {
    struct machine *guest;
    uint8_t *table; /* the physical GDT's bytes */
    bool valid[GDT_GUEST];
    struct desc origin[GDT_GUEST]; /* the guest's descriptor a valid entry was made from */
    struct desc slot[SEGS];        /* what stands in the registers' own slots */
    uint64_t made;                 /* entries made, for the cost of making them */
};

void gdt_init(struct shadow_gdt *g, struct machine *guest, uint8_t *table);
void gdt_put(struct shadow_gdt *g, unsigned index, uint32_t lo, uint32_t hi);
/* All shadows go (the guest's tables may have moved). */
void gdt_drop(struct shadow_gdt *g);

/* Makes a shadow for the selector if the guest's descriptor can be represented. */
bool gdt_shadow(struct shadow_gdt *g, unsigned sel);
/* Is this register's hidden part what a load of its selector would give, here and in the shadow? */
bool gdt_reversible(struct shadow_gdt *g, const struct seg *s);

/*
 * Puts a hidden part into its register's own slot and returns the selector (RPL 0), or 0 when it cannot be cut. Only for
 * a CPU on which no selector can be read or loaded without a trap: the guest must not see it.
 */
uint16_t gdt_slot(struct shadow_gdt *g, unsigned seg, const struct seg *s);

/* The guest's selector as the hardware must hold it in CS and SS, and back: ring 0 is played in ring 1. */
uint16_t gdt_sel_out(unsigned sel);
uint16_t gdt_sel_in(unsigned sel);

#endif
