/* SPDX-License-Identifier: MIT */
/*
 * What a guest must leave as it is, whatever it does, kept to be compared: the monitor's pages, VMCS and tables, the hardware's
 * registers and TLB, and frames of others. What the monitor itself changes while it serves the guest has to obey a rule.
 *
 *      bit-identical   stubs, IDT, TSS, the monitor's page table, VMXON region, host state and constant controls of the VMCS,
 *                      p2m, neighbour's frames; and where the guest has its own rings, GDT, stack, the monitor's directory
 *      by rule         the descriptors of ring compression's GDT end below the monitor, at ring 1 or 3; its stack but for
 *                      the frame on top, which returns to ring 1 or 3; the VMCS's other controls; shadow and nested tables
 *                      entry by entry; the TLB and its lookaside
 *
 * Two monitors on one machine there are not yet. So the neighbour is no VM that runs, but frames that the frame table has as
 * another owner's: in the reserve between the monitor's own, and among the guest's, in frames that its p2m does not have.
 */
#ifndef TESTS_SUPPORT_WARD_H
#define TESTS_SUPPORT_WARD_H

#include <stdbool.h>
#include <stdint.h>

struct ward;
struct vm;

/* Structures to reach for. */
enum place {
    PLACE_STUBS,
    PLACE_ENTRY, /* the stubs' second page: escape, IRET, VMRESUME */
    PLACE_IDT,
    PLACE_GDT,
    PLACE_TSS,
    PLACE_STACK,
    PLACE_TABLE, /* the monitor's page table, */
    PLACE_ROOT,  /* and its directory */
    PLACE_SHADOW,
    PLACE_SHADOW_TABLE,
    PLACE_NESTED,
    PLACE_NESTED_TABLE,
    PLACE_VMXON,
    PLACE_VMCS,
    PLACE_CANARY,    /* the neighbour's, in the reserve; */
    PLACE_NEIGHBOUR, /* among the guest's frames */
    PLACES
};
/* The first ones also have a linear address: the monitor's pages from SEG_CUT. */
#define PLACES_LINEAR (PLACE_STACK + 1u)
extern const char *const place_name[PLACES];

/* Of a VM whose monitor stands, and which has not run. NULL: no memory. */
struct ward *ward_take(struct vm *v);
void ward_free(struct ward *w);
/* The frame that a structure is in now; NO_FRAME: there is none. */
uint32_t ward_frame(const struct ward *w, enum place p);
/* What is not as it has to be, in words; NULL: all is. `settled`: the guest has flushed since it last edited its tables. */
const char *ward_broken(struct ward *w, bool settled);
#endif
