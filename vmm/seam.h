/* SPDX-License-Identifier: MIT */
/*
 * A technique whose emulation is done by somebody else: a plug-in in this process, or a student's process that is being
 * judged. Both see the same messages (labs/include/ringside_lab.h); this is the side that answers them. The hardware side
 * of trap-and-emulate (shadows, descriptors, deadlines) stays the monitor's.
 */
#ifndef VMM_SEAM_H
#define VMM_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "labs/include/ringside_lab.h"
#include "vmm/technique.h"

struct vm;

#define SEAM_ALL ((1u << LAB_DUTIES) - 1)

enum { SEAM_WRITES = 16 };

/* The trap that is being handled, and what was done to it so far. */
struct seam_event {
    unsigned duty;
    uint32_t eip; /* of the guest, when it began */
    bool acked, injected, halted, shadowed, mapped, must_interpret, resume;
    uint8_t vector; /* acked, injected */
    uint32_t error;
    struct {
        uint32_t linear, size;
    } write[SEAM_WRITES];
    unsigned writes; /* may be more than were kept */
};

struct seam {
    struct technique technique; /* what vm_config gets; it is the first member */
    uint32_t duties;            /* bits of enum lab_duty: what is asked for */
    /* Asks: the answer, after any number of seam_call()s. A back end that fails calls mon_complain(). */
    enum lab_next (*ask)(struct seam *s, struct vm *vm, const struct lab_trap *t);
    /* May be NULL: a trap has been handled, and the guest is between two instructions. */
    void (*after)(struct seam *s, struct vm *vm, const struct lab_trap *t);
    void *ctx;
    uint64_t asked[LAB_DUTIES];
    struct seam_event now;
};

/* A seam that asks for `duties`; the caller then sets ask, after and ctx. */
void seam_init(struct seam *s, const char *name, uint32_t duties);
/* Answers one message. Whatever is in it, nothing but the guest's own machine can change. */
void seam_call(struct seam *s, struct vm *vm, struct lab_call *c);
/* The virtual CPU as a plug-in sees it. */
void seam_registers(struct vm *vm, uint32_t reg[LAB_REGS]);

/* "cli", "mov-to-cr", ...; the duty of that name, or LAB_DUTIES. */
extern const char *const seam_duty_name[LAB_DUTIES];
unsigned seam_duty(const char *name, size_t length);

/* plugin.c: how much of the text is the file of "FILE.so" or "FILE.so,cli,sti"; 0: it names no plug-in. Commas may be in it. */
size_t plugin_length(const char *what);
/* A technique from a shared object. "FILE.so", or "FILE.so,cli,sti" for some duties only. NULL: see `error`. */
const struct technique *plugin_open(const char *what, char *error, size_t room);

#endif
