/* SPDX-License-Identifier: MIT */
/*
 * VMX: root and non-root operation (SDM Vol. 3, chapters 23 to 28 and 30; sections by the numbers of its editions from 2016
 * to 2022).
 *
 *      VMXON ──> root ──VMLAUNCH, VMRESUME──> non-root        vmx_entry.c   checks: vmx_check.def
 *      VMXOFF <──  ^ <────────VM exit──────────┘              vmx_exit.c    who exits: vmx_control.c, vmx_cr.c, vmx_event.c
 *                  └── VMREAD, VMWRITE: fields of the current VMCS, bytes in machine memory (vmcs.def)
 *
 * A VMCS is 4 KiB of memory that its owner can scribble on: nothing in it is trusted further than what a VM entry checks,
 * and a host address is never made from it. The processor keeps no copy but the few controls in `struct vmx`, which are read
 * at VM entry; the rest is read when it is wanted. What comes of edits while the guest runs the SDM leaves open (24.11.1).
 */
#ifndef INTERP_VMX_H
#define INTERP_VMX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct cpu;
struct machine;
struct op;

/* ---- fields ---- */

enum vmcs_width { VMCS_W16, VMCS_W64, VMCS_W32, VMCS_NAT }; /* bits 14:13 of an encoding */
enum vmcs_group { VMCS_GUEST, VMCS_HOST, VMCS_EXEC, VMCS_EXIT, VMCS_ENTRY, VMCS_INFO, VMCS_GROUPS };

/* In the order of vmcs.def: VMCS_GUEST_CR0 and so on. */
enum vmcs_field {
#define FIELD(encoding, name, width, group, doc) VMCS_##name,
#include "interp/vmcs.def"
#undef FIELD
    VMCS_FIELDS
};

struct vmcs_info {
    uint16_t encoding;
    uint16_t offset; /* in the region */
    uint8_t size;    /* in bytes: 2, 4, 8 */
    uint8_t width, group;
    const char *name, *doc;
};

extern const struct vmcs_info vmcs_info[VMCS_FIELDS];

/* The field of an encoding, its access bit apart; or -1. */
int vmcs_find(uint32_t encoding);

/*
 * A field of the VMCS at a physical address, as VMREAD and VMWRITE find it, with no check: for the processor, monitors that
 * charge the instruction's cost themselves, and screens. Where no RAM is, reads give ones and writes are lost.
 */
uint64_t vmcs_read(struct machine *m, uint64_t vmcs, enum vmcs_field f);
void vmcs_write(struct machine *m, uint64_t vmcs, enum vmcs_field f, uint64_t v);

/* The head of a region. */
enum { VMCS_REVISION_AT = 0, VMCS_ABORT_AT = 4, VMCS_LAUNCHED_AT = 8, VMCS_FIELDS_AT = 16 };
enum { VMCS_BYTES = VMCS_FIELDS_AT + VMCS_FIELDS * 8 }; /* more than all fields take */
#define VMX_REVISION 0x52690001u                        /* bits 30:0 of IA32_VMX_BASIC */
#define VMCS_NONE UINT64_MAX                            /* no current VMCS */

/* ---- controls ---- */

enum vmx_pin { PIN_INTERRUPT = 1 << 0, PIN_NMI = 1 << 3, PIN_VIRTUAL_NMI = 1 << 5, PIN_TIMER = 1 << 6 };
enum vmx_proc {
    PROC_INTR_WINDOW = 1 << 2,
    PROC_TSC_OFFSET = 1 << 3,
    PROC_HLT = 1 << 7,
    PROC_INVLPG = 1 << 9,
    PROC_MWAIT = 1 << 10, /* without effect: there is no MWAIT */
    PROC_RDPMC = 1 << 11,
    PROC_RDTSC = 1 << 12,
    PROC_CR3_LOAD = 1 << 15,
    PROC_CR3_STORE = 1 << 16,
    PROC_NMI_WINDOW = 1 << 22,
    PROC_DR = 1 << 23,
    PROC_IO = 1 << 24,
    PROC_IO_BITMAPS = 1 << 25,
    PROC_MTF = 1 << 27,
    PROC_MSR_BITMAPS = 1 << 28,
    PROC_MONITOR = 1 << 29, /* without effect: there is no MONITOR */
    PROC_PAUSE = 1 << 30
};
#define PROC_SECONDARY (1u << 31)
enum vmx_proc2 { PROC2_EPT = 1 << 1, PROC2_TABLES = 1 << 2, PROC2_VPID = 1 << 5, PROC2_WBINVD = 1 << 6 };
enum vmx_exit_control { EXIT_SAVE_DEBUG = 1 << 2, EXIT_ACK = 1 << 15, EXIT_SAVE_TIMER = 1 << 22 };
enum vmx_entry_control { ENTRY_LOAD_DEBUG = 1 << 2 };

/* Reserved bits that must be 1 (the "default1" class, appendix A.2, less those that the TRUE MSRs free), and all that may be. */
#define PIN_MUST 0x16u
#define PIN_MAY (PIN_MUST | PIN_INTERRUPT | PIN_NMI | PIN_VIRTUAL_NMI | PIN_TIMER)
#define PROC_MUST 0x04006172u
#define PROC_MAY                                                                                                       \
    (PROC_MUST | PROC_INTR_WINDOW | PROC_TSC_OFFSET | PROC_HLT | PROC_INVLPG | PROC_MWAIT | PROC_RDPMC | PROC_RDTSC |  \
     PROC_CR3_LOAD | PROC_CR3_STORE | PROC_NMI_WINDOW | PROC_DR | PROC_IO | PROC_IO_BITMAPS | PROC_MTF |               \
     PROC_MSR_BITMAPS | PROC_MONITOR | PROC_PAUSE | PROC_SECONDARY)
#define PROC2_MAY (PROC2_EPT | PROC2_TABLES | PROC2_VPID | PROC2_WBINVD)
#define EXIT_MUST 0x36dfbu
#define EXIT_MAY (EXIT_MUST | EXIT_SAVE_DEBUG | EXIT_ACK | EXIT_SAVE_TIMER)
#define ENTRY_MUST 0x11fbu
#define ENTRY_MAY (ENTRY_MUST | ENTRY_LOAD_DEBUG)

/* CR0 and CR4 in VMX operation (23.8): PE, NE, PG; VMXE. */
#define VMX_CR0_MUST 0x80000021u
#define VMX_CR4_MUST (1u << 13)

enum { VMX_TIMER_SHIFT = 5, VMX_CR3_TARGETS = 4 };

/* IA32_VMX_EPT_VPID_CAP (appendix A.10). Low: execute-only, walks of 4, UC, WB, 2 MiB pages, A and D, INVEPT of one and all. High:
 * INVVPID of an address, one, all, one but its globals. */
#define VMX_EPT_CAP 0x06314141u
#define VMX_VPID_CAP 0x00000f01u
/* EPTP: memory type 2:0 (0 UC, 6 WB), levels less 1 5:3. */
#define EPTP_TYPE 7u
#define EPTP_LEVELS (7u << 3)

/* Segment access rights: as in `struct seg`, and: the register cannot be used. */
#define AR_UNUSABLE (1u << 16)

/* Pending debug exceptions: bits of DR6, and: one of B0 to B3 was enabled (24.4.2). */
#define PENDING_BREAK (1u << 12)

/* Guest interruptibility. */
enum { BLOCKED_STI = 1, BLOCKED_SS = 2, BLOCKED_SMI = 4, BLOCKED_NMI = 8 };

/* Interruption information, of entries, exits and IDT vectoring alike (24.8.3, 24.9.2, 24.9.3). */
enum intr_type {
    INTR_EXTERNAL,
    INTR_RESERVED,
    INTR_NMI,
    INTR_FAULT,
    INTR_SOFTWARE,
    INTR_PRIVILEGED,
    INTR_TRAP,
    INTR_OTHER
};
#define INTR_VECTOR 0xffu
#define INTR_TYPE_SHIFT 8
#define INTR_ERROR (1u << 11)
#define INTR_UNBLOCKED (1u << 12) /* an IRET has ended the blocking of NMIs; of an EPT violation's qualification, too */
#define INTR_VALID (1u << 31)

/* ---- reasons and errors ---- */

enum vmx_reason {
#define REASON(number, name, doc) VMX_##name = number,
#include "interp/vmx_exit.def"
#undef REASON
    VMX_REASONS = 64
};
#define VMX_ENTRY_FAILED (1u << 31) /* in the exit-reason field */

/* Qualification of I/O instructions (table 27-5), behind the size less 1. */
enum { VMX_IO_IN = 1 << 3, VMX_IO_STRING = 1 << 4, VMX_IO_REP = 1 << 5, VMX_IO_IMMEDIATE = 1 << 6 };

enum vmx_error {
#define ERROR(number, name, doc) VMX_E_##name = number,
#include "interp/vmx_error.def"
#undef ERROR
    VMX_ERRORS = 32
};

/* By number; NULL where there is none. */
extern const char *const vmx_reason_name[VMX_REASONS], *const vmx_reason_doc[VMX_REASONS],
                                                           *const vmx_error_doc[VMX_ERRORS];

/* Value of a read-only MSR of vmx_msr.def. False: it is none. */
bool vmx_msr(uint32_t number, uint64_t *v);

/* ---- the processor's part ---- */

/* An event on its way through the IDT: what IDT-vectoring information tells of it. */
struct vmx_event {
    uint32_t info, error; /* info: as in the VMCS */
    uint32_t length;      /* of the instruction, for software events */
    bool injected;        /* by the VM entry */
};

/* In struct cpu. Architectural, and part of the saved state. */
struct vmx {
    bool on, non_root;
    bool mtf;       /* a monitor-trap-flag exit is pending */
    uint64_t vmxon; /* where VMXON's region is */
    uint64_t vmcs;  /* the current VMCS, or VMCS_NONE */
    /* In non-root operation, from the VMCS as the entry found it; in root operation 0. */
    uint32_t pin, proc, proc2, exceptions;
    uint16_t vpid;  /* 0: no VPID */
    uint64_t eptp;  /* 0: no EPT. The walker's and the TLB's to use: interp/ept.h, interp/tlb.h */
    uint64_t timer; /* tick at which the preemption timer is 0; UINT64_MAX: it is off */
};

/* What an exit tells; members that do not apply are 0. */
struct vmx_exit {
    uint32_t reason, qualification;
    uint32_t length;      /* of the instruction */
    uint32_t instruction; /* instruction information */
    uint32_t linear;
    uint64_t physical;
    struct vmx_event event; /* the exception or interrupt itself */
};

/*
 * A VM exit, as raise_fault() is a fault: unwinds to the run loop, which saves the guest's state and loads the host's.
 * Nothing of the instruction has happened, no time of it is counted. `o` as there: the operation that is left, or NULL when
 * EIP is already that of the instruction. An EPT walker raises VMX_EPT_VIOLATION and VMX_EPT_MISCONFIG with it: `reason`,
 * `qualification`, `linear`, `physical`. IDT-vectoring information is filled in here, from cpu.event.
 * Only in non-root operation.
 */
noreturn void vmx_exit(struct cpu *c, const struct op *o, const struct vmx_exit *e);

#endif
