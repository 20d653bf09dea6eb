/* SPDX-License-Identifier: MIT */
/*
 * A guest that reaches for one page of the machine. Its tables are made anew for each attempt, by the test and not by
 * instructions of its own, so that every way to the page starts from a sound guest:
 *
 *      00000000  identity, 4 MiB: tables, code, stacks
 *      00400000  a window: its own page, and behind that
 *      00401000  the page that is reached for                      or the window's directory entry leads there itself
 *      00800000  4 MiB around it, in one page
 *      fc000000  where the monitor has its pages in its own address space
 */
#ifndef TESTS_SUPPORT_INTRUDER_H
#define TESTS_SUPPORT_INTRUDER_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/vm.h"

enum { INTRUDER_MEM = 2 << 20 };

/* How the page is to be reached. */
enum way {
    WAY_PAGE,     /* a page-table entry leads to it */
    WAY_TABLE,    /* a directory entry does: the page as a page table */
    WAY_BIG,      /* a page of 4 MiB has it in it */
    WAY_FLAT,     /* paging is off, and segments are flat */
    WAY_LINEAR,   /* the monitor's own linear address, at which the guest has mapped a page of its own */
    WAY_UNMAPPED, /* the same address, at which it has mapped nothing */
    WAYS
};
extern const char *const way_name[WAYS];

/* In the code of an attempt: 32 bits that depend on what is reached for. Other elements are bytes. */
enum operand {
    AT = 0x100, /* linear address of the page */
    BEFORE,     /* two bytes before it */
    HPA,        /* its address in the machine */
    POINTER,    /* where 8 bytes hold that address; 16, ended by zeros */
    PSEUDO,     /* where limit and AT stand, for LGDT and LIDT */
    WRAP,       /* AT less the base of segment SEL_WRAP */
    OWN,        /* where 8 bytes hold the address of the guest's own VMXON region, */
    OWN_VMCS,   /* and of its own VMCS */
    SCRATCH,    /* a page of the guest's own; */
    KERNEL,     /* the same, not the user's; */
    FIXED,      /* not to be written */
    END         /* of the code */
};
enum { CODE_MAX = 40 };

/* Selectors of the guest: flat at rings 0 and 3; at ring 3, a base of 4096 with a limit that wraps; the TSS, one that lies AT; expand-down. */
enum {
    SEL_CS = 0x08,
    SEL_DS = 0x10,
    SEL_CS3 = 0x1b,
    SEL_DS3 = 0x23,
    SEL_WRAP = 0x2b,
    SEL_TR = 0x30,
    SEL_TSS = 0x38,
    SEL_DOWN = 0x43
};

/* What the processor is when the attempt begins. */
enum vmx_state { VMX_ABLE_NOT, VMX_ABLE, VMX_ON }; /* CR4.VMXE clear; set; in VMX operation with a VMCS of its own */

struct attempt {
    const uint16_t *code;
    enum way way;
    unsigned ring;
    enum vmx_state vmx;
    unsigned field;  /* of its own VMCS: holds the page's address; 0: none */
    uint32_t with;   /* and bits below that */
    uint32_t hpa;    /* the page */
    uint32_t linear; /* WAY_LINEAR, WAY_UNMAPPED: where the monitor has it */
};

/* Puts guest and processor where the attempt begins. Before it the VM has stopped, however that was. */
void intruder_begin(struct vm *v, const struct attempt *a);
/* Runs it to its end. */
enum outcome intruder_run(struct vm *v);

#endif
