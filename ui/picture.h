/* SPDX-License-Identifier: MIT */
/* Pictures of a virtual machine as text: both CPUs side by side, a walk through both kinds of tables, the TLB. */
#ifndef UI_PICTURE_H
#define UI_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/tlb.h"

struct machine;
struct vm;

enum { PICTURE_WIDTH = 79, TLB_SHOWN = 4096 };

struct registers {
    uint32_t cr3, eip, esp, eflags;
    uint16_t cs;
    uint8_t cpl;
};

/* Both CPUs at one moment. */
struct registers_shot {
    bool taken;
    struct registers guest, hardware;
};

struct tlb_shot {
    struct tlb_entry entry[TLB_SHOWN]; /* the valid ones, by linear page */
    unsigned count;
};

void picture_take_registers(struct registers_shot *s, struct vm *v);
/* What differs from `since` (NULL: nothing to compare with) is marked. */
void picture_registers(const struct registers_shot *s, const struct registers_shot *since);

void picture_take_tlb(struct tlb_shot *t, struct machine *m);
void picture_tlb(const struct tlb_shot *before, const struct tlb_shot *after);

/* How an address is found: by the guest's tables and the p2m, and by those that the hardware walks. */
void picture_walk(struct vm *v, gva_t at);

#endif
