/* SPDX-License-Identifier: MIT */
/*
 * The seam between Ringside and a piece of monitor that you write: one C file that includes this header and defines
 *
 *      enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *trap);
 *
 * It is called each time the guest does something that is yours to handle. The hardware's registers have been loaded into
 * the virtual CPU by then; your function emulates one instruction on it; when it returns, the monitor loads the hardware
 * again and the guest goes on.
 *
 *      guest ──trap──> monitor ── struct lab_trap ──> lab_on_trap()
 *                         ^  <── struct lab_call ───     │  lab_set(), lab_read(), lab_in(), ...
 *                         │   ── its result ─────>       │  one message each
 *                         └───── enum lab_next ──────────┘
 *
 * Everything passes as messages of a fixed size, so the same file runs in two ways: built as a shared object it is a
 * plug-in of the program (ringside run GUEST --mode ./FILE.so), where a call is a function call and a debugger reaches
 * everything; and when it is graded it is a process of its own, which can send messages and do nothing else.
 */
#ifndef RINGSIDE_LAB_H
#define RINGSIDE_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the guest believes: the virtual CPU. Those marked * can be read only. */
enum lab_reg {
    LAB_EAX,
    LAB_ECX,
    LAB_EDX,
    LAB_EBX,
    LAB_ESP,
    LAB_EBP,
    LAB_ESI,
    LAB_EDI,
    LAB_EIP, /* of the instruction that trapped, until you set it */
    LAB_EFLAGS,
    LAB_CR0,
    LAB_CR2,
    LAB_CR3, /* setting it flushes, even if the value is the old one */
    LAB_CR4,
    LAB_GDT_BASE,
    LAB_GDT_LIMIT,
    LAB_IDT_BASE,
    LAB_IDT_LIMIT,
    LAB_TSS_BASE, /* * linear address of the TSS in the task register */
    LAB_ES,       /* selectors: setting one loads the descriptor, with the processor's checks */
    LAB_CS,       /*   the privilege level becomes the selector's RPL, which the code segment's DPL must be */
    LAB_SS,
    LAB_DS,
    LAB_FS,
    LAB_GS,
    LAB_CPL,    /* * 0: the guest's kernel; 3: its user programs */
    LAB_SHADOW, /* 1: no interrupt before the next instruction has run (STI); the monitor ends it */
    LAB_HALTED, /* * the virtual CPU sleeps until an interrupt comes (lab_halt()) */
    LAB_REGS
};

/* Bits of EFLAGS (SDM Vol. 1, 3.4.3). */
enum { LAB_TF = 1 << 8, LAB_IF = 1 << 9, LAB_IOPL = 3 << 12, LAB_NT = 1 << 14, LAB_RF = 1 << 16, LAB_VM = 1 << 17 };

/* What can be yours to handle. A lab says which of these are; the monitor sees to all others itself. */
enum lab_duty {
    LAB_CLI,
    LAB_STI,
    LAB_LGDT,
    LAB_LIDT,
    LAB_MOV_TO_CR,   /* MOV CRn, register */
    LAB_MOV_FROM_CR, /* MOV register, CRn */
    LAB_IN,
    LAB_OUT,
    LAB_HLT,
    LAB_IRET,
    LAB_INTERRUPT,  /* no instruction: a device asks for an interrupt */
    LAB_PAGE_FAULT, /* no instruction: the shadow page tables did not allow an access */
    LAB_DUTIES
};

/* Why you are called. */
struct lab_trap {
    uint32_t duty;   /* enum lab_duty */
    uint32_t vector; /* of the hardware's trap, its error code, */
    uint32_t error;
    uint32_t cr2;       /* and, for a page fault, the linear address */
    uint32_t length;    /* bytes of the instruction */
    uint32_t size;      /* of its operand: 1, 2 or 4 bytes */
    uint32_t reg;       /* the general register of MOV CR */
    uint32_t cr;        /* the control register of MOV CR: 0, 2, 3 or 4 */
    uint32_t address;   /* LGDT, LIDT: linear address of the operand in memory */
    uint32_t immediate; /* IN, OUT: the port, */
    uint32_t by_dx;     /* unless this is 1: then the port is in DX */
    uint32_t hw_cs;     /* what the hardware really held: ring 1 where the guest believes in ring 0, */
    uint32_t hw_eflags; /* and IF always set */
    uint8_t bytes[16];  /* the instruction itself */
};

/* What your function did. */
enum lab_next {
    LAB_DONE,  /* the instruction is emulated, or the event delivered: go on */
    LAB_HOLD,  /* LAB_INTERRUPT only: not now */
    LAB_DEFER, /* nothing: the monitor shall handle it, which it does only if that was not your duty */
    LAB_NEXTS
};

enum lab_what {
    LAB_SAY_NEXT, /* a: enum lab_next; ends the trap */
    LAB_SET,      /* a: enum lab_reg, b: value */
    LAB_READ,     /* a: linear address, b: bytes, at most LAB_DATA */
    LAB_WRITE,
    LAB_PORT_IN, /* a: port, b: size */
    LAB_PORT_OUT,
    LAB_HALT,
    LAB_ACK,
    LAB_INJECT, /* a: vector, b: error code */
    LAB_MAP,    /* a: linear address, b: 1 for a write */
    LAB_WHATS
};

enum { LAB_DATA = 64 };

/* The exception that the processor would have raised instead of doing what you asked for. */
struct lab_fault {
    uint32_t vector, error;
};

/* A message: the question goes out, and comes back answered. */
struct lab_call {
    uint32_t what; /* enum lab_what */
    uint32_t a, b, value;
    int32_t result; /* 0, or -1: refused */
    struct lab_fault fault;
    uint8_t data[LAB_DATA];
    uint32_t reg[LAB_REGS]; /* in the answer: the virtual CPU as it is now */
};

struct lab {
    void (*call)(struct lab *lab, struct lab_call *c); /* carries a message to the monitor and back */
    void *host;
    struct lab_fault fault; /* of the last call that was refused */
    uint32_t reg[LAB_REGS];
};

/* -- what you write: in a lab this one function -- */
enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *trap);

/*
 * -- or, as a technique of your own, a struct of this name, filled --
 *
 *      const struct lab_technique lab_technique = {.name = "mine", .doc = "...", .duties = 1u << LAB_CLI, .on_trap = f};
 */
struct lab_technique {
    const char *name, *doc;
    uint32_t duties; /* 1u << enum lab_duty, joined: what comes to on_trap; the monitor sees to all others */
    enum lab_next (*on_trap)(struct lab *lab, const struct lab_trap *trap);
};
extern const struct lab_technique lab_technique;

/* Changes with anything above; a plug-in carries the version that it was compiled with. */
#define LAB_ABI 1u
__attribute__((weak)) extern const uint32_t lab_abi;
const uint32_t lab_abi = LAB_ABI;

/* -- the calls; those that return int return 0, or -1 and set lab->fault -- */

static inline int lab_ask(struct lab *lab, struct lab_call *c)
{
    lab->call(lab, c);
    memcpy(lab->reg, c->reg, sizeof lab->reg);
    if (c->result)
        lab->fault = c->fault;
    return c->result;
}

static inline uint32_t lab_get(const struct lab *lab, enum lab_reg r)
{
    return lab->reg[r];
}

static inline int lab_set(struct lab *lab, enum lab_reg r, uint32_t value)
{
    struct lab_call c = {.what = LAB_SET, .a = r, .b = value};

    return lab_ask(lab, &c);
}

/* Guest memory by linear address, through the guest's page tables, as its kernel would access it. At most LAB_DATA bytes. */
static inline int lab_read(struct lab *lab, uint32_t linear, void *to, uint32_t n)
{
    struct lab_call c = {.what = LAB_READ, .a = linear, .b = n};
    int result = lab_ask(lab, &c);

    if (!result)
        memcpy(to, c.data, n);
    return result;
}

static inline int lab_write(struct lab *lab, uint32_t linear, const void *from, uint32_t n)
{
    struct lab_call c = {.what = LAB_WRITE, .a = linear, .b = n};

    memcpy(c.data, from, n < LAB_DATA ? n : LAB_DATA);
    return lab_ask(lab, &c);
}

/* A port of the virtual devices. Refused where the guest's IOPL and I/O map do not allow it (SDM Vol. 1, 19.5). */
static inline int lab_in(struct lab *lab, uint32_t port, uint32_t size, uint32_t *value)
{
    struct lab_call c = {.what = LAB_PORT_IN, .a = port, .b = size};
    int result = lab_ask(lab, &c);

    if (!result)
        *value = c.value;
    return result;
}

static inline int lab_out(struct lab *lab, uint32_t port, uint32_t size, uint32_t value)
{
    struct lab_call c = {.what = LAB_PORT_OUT, .a = port, .b = size, .value = value};

    return lab_ask(lab, &c);
}

/* The virtual CPU sleeps until an interrupt comes: once your function has returned. */
static inline void lab_halt(struct lab *lab)
{
    struct lab_call c = {.what = LAB_HALT};

    (void)lab_ask(lab, &c);
}

/* Tells the virtual interrupt controller that you take its interrupt, and wakes the virtual CPU; returns the vector. */
static inline uint32_t lab_ack(struct lab *lab)
{
    struct lab_call c = {.what = LAB_ACK};

    (void)lab_ask(lab, &c);
    return c.value;
}

/* The guest gets an exception, at the instruction that trapped, through its own IDT, once your function has returned. */
static inline enum lab_next lab_inject(struct lab *lab, uint32_t vector, uint32_t error)
{
    struct lab_call c = {.what = LAB_INJECT, .a = vector, .b = error};

    (void)lab_ask(lab, &c);
    return LAB_DONE;
}

/* The exception for which the last call was refused. */
static inline enum lab_next lab_inject_fault(struct lab *lab)
{
    return lab_inject(lab, lab->fault.vector, lab->fault.error);
}

/*
 * Enters a page into the shadow page tables, as far as the guest's own tables and the memory that it was given allow.
 * Refused where the guest's tables do not allow the access: that page fault is the guest's own.
 */
static inline int lab_map(struct lab *lab, uint32_t linear, bool write)
{
    struct lab_call c = {.what = LAB_MAP, .a = linear, .b = write};

    return lab_ask(lab, &c);
}

#ifdef __cplusplus
}
#endif

#endif
