/* SPDX-License-Identifier: MIT */
/* Random entries of descriptor and page tables, mostly sound ones. */
#ifndef TESTS_RING0_TABLES_H
#define TESTS_RING0_TABLES_H

#include "tests/ring0/emit.h"

struct slot {
    uint32_t lo, hi;
};

struct slot random_data(struct maker *m);
struct slot random_code(struct maker *m);
struct slot random_call_gate(struct maker *m);
/* Any of these, or another system descriptor that no transfer may lead to a task by. */
struct slot random_slot(struct maker *m);
/* TSS and LDT descriptors, task gates, reserved types: to be loaded and asked about, never transferred to. */
struct slot random_system(struct maker *m);
struct slot random_idt_gate(struct maker *m, unsigned vector);
uint32_t random_page_entry(struct maker *m);

uint32_t random_rpl(struct maker *m, uint32_t sel);
/* A selector of the GDT's or LDT's random part, of a known segment, or one that cannot be loaded. */
uint32_t random_selector(struct maker *m);
/* One that names known code; an offset where a transfer there finds an INT DONE. */
uint32_t random_code_selector(struct maker *m);
uint32_t landing(struct maker *m, uint32_t sel);
/* Of the segment's descriptor as it is before anything runs; 0 when there is none. */
uint32_t slot_limit(const struct maker *m, uint32_t sel);

/* Fills the tables of a program. */
void tables_randomize(struct maker *m);

#endif
