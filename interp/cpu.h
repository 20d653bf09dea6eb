/* SPDX-License-Identifier: MIT */
/*
 * One IA-32 processor. The same struct is the physical CPU (what the hardware holds) and each VM's virtual CPU (what the
 * guest believes). Members up to `activity` are architectural; those after it are caches that a load or a technique may
 * drop at any instruction boundary without a visible effect other than time.
 */
#ifndef INTERP_CPU_H
#define INTERP_CPU_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "interp/tlb.h"
#include "interp/vmx.h"

enum reg { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, REG_ZERO, REG_EA, REG_SLOTS };
enum seg_reg { ES, CS, SS, DS, FS, GS, SEGS, LDTR = SEGS, TR, SEGS_ALL };

/* What CPUID says of the processor (SDM Vol. 2, CPUID): a P6 without x87, and with an APIC and VMX. */
enum {
    CPUID_DE = 1 << 2,
    CPUID_PSE = 1 << 3,
    CPUID_TSC = 1 << 4,
    CPUID_MSR = 1 << 5,
    CPUID_CX8 = 1 << 8,
    CPUID_APIC = 1 << 9,
    CPUID_SEP = 1 << 11,
    CPUID_PGE = 1 << 13,
    CPUID_CMOV = 1 << 15,
    CPUID_VMX = 1 << 5, /* in ECX */
    CPU_SIGNATURE = 0x650,
    CPU_FEATURES =
        CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_CX8 | CPUID_APIC | CPUID_SEP | CPUID_PGE | CPUID_CMOV
};

/* EFLAGS (SDM Vol. 1, 3.4.3). */
enum {
    FL_CF = 1 << 0,
    FL_1 = 1 << 1, /* always set */
    FL_PF = 1 << 2,
    FL_AF = 1 << 4,
    FL_ZF = 1 << 6,
    FL_SF = 1 << 7,
    FL_TF = 1 << 8,
    FL_IF = 1 << 9,
    FL_DF = 1 << 10,
    FL_OF = 1 << 11,
    FL_IOPL = 3 << 12,
    FL_NT = 1 << 14,
    FL_RF = 1 << 16,
    FL_VM = 1 << 17,
    FL_AC = 1 << 18,
    FL_VIF = 1 << 19,
    FL_VIP = 1 << 20,
    FL_ID = 1 << 21,
    FL_STATUS = FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF
};

/* Control registers (SDM Vol. 3, 2.5). */
#define CR0_PE (1u << 0)
#define CR0_MP (1u << 1)
#define CR0_EM (1u << 2)
#define CR0_TS (1u << 3)
#define CR0_ET (1u << 4)
#define CR0_NE (1u << 5)
#define CR0_WP (1u << 16)
#define CR0_AM (1u << 18)
#define CR0_NW (1u << 29)
#define CR0_CD (1u << 30)
#define CR0_PG (1u << 31)
#define CR4_TSD (1u << 2)
#define CR4_DE (1u << 3)
#define CR4_PSE (1u << 4)
#define CR4_PGE (1u << 7)
#define CR4_PCE (1u << 8)
#define CR4_VMXE (1u << 13)
/* What MOV to CR keeps: the bits that this processor has (of CR4 all others are #GP). */
#define CR0_DEFINED (CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG)
#define CR3_DEFINED 0xfffff018u
#define CR4_DEFINED (CR4_TSD | CR4_DE | CR4_PSE | CR4_PGE | CR4_PCE | CR4_VMXE)
/* DR6 and DR7 (SDM Vol. 3, 18.2.3 and 18.2.4); FIXED: bits that read as ones. */
#define DR6_B 0xfu        /* the breakpoints that were met */
#define DR6_BD (1u << 13) /* an access to a debug register that GD forbids */
#define DR6_BS (1u << 14) /* the single step that TF asked for */
#define DR6_WRITABLE 0x0000e00fu
#define DR6_FIXED 0xffff0ff0u
#define DR7_GD (1u << 13)
#define DR7_WRITABLE 0xffff23ffu
#define DR7_FIXED 0x00000400u
/* Ours: every sensitive instruction traps at CPL > 0, as on a machine that Popek and Goldberg would call virtualizable. */
#define CR4_VIRTUALIZABLE (1u << 31)

/* Exceptions (SDM Vol. 3, 6.3.1). */
enum vector {
    VEC_DE = 0,
    VEC_DB = 1,
    VEC_NMI = 2,
    VEC_BP = 3,
    VEC_OF = 4,
    VEC_BR = 5,
    VEC_UD = 6,
    VEC_NM = 7,
    VEC_DF = 8,
    VEC_TS = 10,
    VEC_NP = 11,
    VEC_SS = 12,
    VEC_GP = 13,
    VEC_PF = 14,
    VEC_MF = 16,
    VEC_AC = 17
};

/*
 * A segment register: the selector, and the hidden part that the last load filled.
 * `attr` is bits 8 to 23 of the descriptor's high word: type 3:0, S 4, DPL 6:5, P 7, AVL 12, D/B 14, G 15; limit is in bytes.
 * `fast` is what an access adds to its offset to find a TLB tag: the base, when nothing about the segment needs a look
 * (present, right type, expand-up, limit at or past 0xFBFFFFFF); otherwise a number no tag can match, which sends the
 * access to the slow path (access.c). [0] for reads, [1] for writes.
 */
struct seg {
    uint16_t sel, attr;
    uint32_t base, limit;
    uint64_t fast[2];
};

enum {
    ATTR_TYPE = 0x000f,
    ATTR_ACCESSED = 0x0001,
    ATTR_RW = 0x0002, /* code: readable; data: writable */
    ATTR_DC = 0x0004, /* code: conforming; data: expand-down */
    ATTR_CODE = 0x0008,
    ATTR_S = 0x0010, /* code or data, not a system descriptor */
    ATTR_DPL_SHIFT = 5,
    ATTR_P = 0x0080,
    ATTR_D = 0x4000, /* D/B: 32-bit */
    ATTR_G = 0x8000
};

static inline unsigned attr_dpl(unsigned attr)
{
    return attr >> ATTR_DPL_SHIFT & 3;
}

struct dtr {
    uint32_t base;
    uint16_t limit;
};

/* Why interrupts are held off until the next instruction has run. */
enum { SHADOW_STI = 1, SHADOW_SS = 2 };

enum activity { ACTIVE, HALTED, SHUTDOWN };

/* The model-specific registers that exist (SDM Vol. 4); everything else is #GP(0). */
struct msrs {
    uint32_t sysenter_cs, sysenter_esp, sysenter_eip;
    int64_t tsc_offset; /* TSC = clock + offset, set by WRMSR to IA32_TIME_STAMP_COUNTER */
};

/* The breakpoints that DR7 enables, by kind: a bit for each of DR0 to DR3 (debugreg.h). */
struct breaks {
    uint8_t code, data, port;
};

struct op;
struct code_page;
struct machine;

/* Where the last fetch was: within its page no TLB is consulted (DESIGN: a one-entry latch). */
struct fetch_latch {
    uint32_t lin;           /* linear page; LATCH_EMPTY when dropped */
    uint32_t eip_base;      /* EIP of an instruction = eip_base + its offset in the page */
    struct code_page *page; /* NULL: not RAM */
    struct code_page *code; /* the same, or NULL: no block may run here (page not whole inside CS's limit) */
};
#define LATCH_EMPTY 1u

/* A read-modify-write that could not go the fast way: its bytes, and where they will be written back. */
struct staged {
    uint8_t bytes[8];
    uint32_t lin;
    uint64_t pa[2]; /* of the first byte; of the first byte in the second page */
    unsigned first; /* bytes that lie in the first page */
};

struct cpu {
    uint32_t r[REG_SLOTS]; /* [REG_ZERO] is always 0, [REG_EA] holds a 16-bit effective address within an instruction */
    uint32_t eip;          /* of the next instruction; while a block runs, see op.h */
    uint32_t f_res, f_aux; /* lazy arithmetic flags (flags.h) */
    uint32_t eflags;       /* all the other flags; the arithmetic ones are 0 here */
    uint64_t t[2];         /* [0]: ticks of the clock; [1]: the other of {cycles, instructions} */
    uint64_t soft;         /* t[0] at which no further block may be entered: deadline less the longest block */
    struct lookaside *la;  /* of the current privilege (tlb.h) */
    struct seg seg[SEGS_ALL];
    uint8_t cpl;
    uint8_t shadow; /* interrupts held off until after the next instruction: 1 by STI, 2 by MOV/POP SS */
    bool nmi;       /* one has come and waits, */
    bool nmi_blocked;
    uint8_t activity; /* enum activity */
    uint32_t cr0, cr2, cr3, cr4;
    uint32_t dr[8];
    uint32_t debug_hit; /* bits of DR6: a #DB trap to come when the instruction, or what MOV SS shields, is complete */
    uint64_t rf_until;  /* FL_RF is in force while no more instructions have retired (cpu_eflags()) */
    struct dtr gdtr, idtr;
    struct msrs msr;
    struct vmx vmx;
    bool intr; /* the INTR pin */

    /* -- not architectural from here on -- */
    struct breaks breaks;
    uint64_t deadline; /* exact tick at which the run loop must have control */
    uint32_t code_key; /* which variant of decoded code fits the current mode (block.h) */
    struct fetch_latch fetch;
    struct op *pool;    /* of ram.code, less one: slots count from 1 */
    struct op *patched; /* the operation whose handler is replaced to get attention, or NULL */
    const struct op *(*patched_fn)(struct cpu *, const struct op *);
    uint64_t fast_hits; /* lookaside hits; those with paging on are TLB hits (tlb_count()) */
    struct tlb tlb;
    const struct op *running; /* within a block, on a slow path: whose time so far is not yet in t[] */
    struct staged staged;
    const struct op *staged_op;
    bool armed;           /* the hole class reports to the machine's owner before it runs */
    bool hole_next;       /* such an instruction stands at eip */
    bool probe_next;      /* an instruction with a probe stands at eip: to be executed by itself */
    bool mid_rep;         /* a REP was left with iterations to come */
    bool stepping;        /* one instruction (or one REP iteration) and back */
    bool delivering;      /* an event is being delivered: faults in it combine (trap.c) */
    bool pending;         /* fault_vector waits to be delivered: before anything else happens */
    int fault_first;      /* the exception that is being delivered, or -1: an interrupt, INT n */
    uint8_t fault_vector; /* filled by raise_fault() */
    uint32_t fault_error;
    uint32_t fault_detail;  /* #PF: the linear address; #DB: bits of DR6 */
    uint8_t shadow_before;  /* the interrupt shadow in which the instruction began, */
    bool nmi_before;        /* whether NMIs were blocked then (an IRET that is through clears it), */
    uint32_t debug_before;  /* and debug_hit */
    bool external;          /* the event being delivered is external: EXT in error codes */
    struct vmx_event event; /* the event being delivered */
    struct vmx_exit exit;   /* filled by vmx_exit() */
    jmp_buf *unwind;        /* where raise_fault() lands: set by the run loop only */
    struct op *step_op;     /* where a single instruction outside any block is decoded to */
    struct machine *m;
};

/* Does memory lie behind translations, of page tables, EPT, or both? */
static inline bool cpu_translates(const struct cpu *c)
{
    return c->cr0 & CR0_PG || c->vmx.eptp;
}

/* Bits of t[]: which of the two is cycles. */
uint64_t cpu_cycles(const struct cpu *c);
uint64_t cpu_insns(const struct cpu *c);

/* Power-on or INIT state as Multiboot hands it over: protected mode, flat segments, no paging (Multiboot 0.6.96, 3.2). */
void cpu_reset(struct cpu *c, struct machine *m);

/*
 * Everything derived from architectural state (fast segment bases, code key, lookaside, latch) is made anew: to be
 * called after members were written from outside. Does not touch the TLB.
 */
void cpu_refresh(struct cpu *c);
/* The part of it that CPL, CR4 and CS.D bear upon. */
void cpu_refresh_mode(struct cpu *c);

/*
 * The whole EFLAGS register, arithmetic flags included. Every completed instruction clears RF (SDM Vol. 3, 18.3.1.1): so
 * that none has to, RF is kept with the count of instructions up to which it is in force. VM cannot be set.
 */
uint32_t cpu_eflags(const struct cpu *c);
void cpu_set_eflags(struct cpu *c, uint32_t v);
/* RF passes the instruction behind the one that is being executed. */
void cpu_resume_next(struct cpu *c);

/* CR writes with the side effects of MOV CR, checks apart: the caller has checked. Charges the flush, not the instruction. */
void cpu_set_cr0(struct cpu *c, uint32_t v);
void cpu_set_cr3(struct cpu *c, uint32_t v);
void cpu_set_cr4(struct cpu *c, uint32_t v);

#endif
