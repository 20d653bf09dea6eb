/* SPDX-License-Identifier: MIT */
/*
 * The hardware's help: what the monitor keeps for a guest in VMX non-root operation. The VMCS itself is bytes in a frame of
 * the monitor's; here stands what the monitor knows to be in it, so that it reads and writes no field twice.
 *
 *      vtx_world.c   the world switch: VM exit and VM entry, seen from the virtual CPU
 *      vtx_vmcs.c    fields of the VMCS, read and written when needed
 *      vtx_event.c   interrupts and exceptions on their way to the guest
 *      vtx_seen.c    what screens see of the VMCS
 *      vtx.c         the technique: what to do about an exit
 */
#ifndef VMM_VTX_H
#define VMM_VTX_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/vmx.h"
#include "shadowpt/nested.h"

struct monitor;
struct trap;
struct vm;

enum { VTX_VPID = 1 };

/* The VMCS as it was at both ends of the guest's last turn on the hardware, for those who look. */
struct vtx_seen {
    bool exited;                 /* there was a turn that is over; else `entry` and `exit` say nothing */
    uint8_t entered[VMCS_BYTES]; /* at the newest entry: the turn may go on */
    uint8_t entry[VMCS_BYTES], exit[VMCS_BYTES];
};

struct vtx {
    bool nested;             /* --mmu nested; else shadow */
    uint32_t vmxon, vmcs;    /* frames */
    struct nested tables;    /* nested */
    uint64_t a20;            /* as the tables were made */
    bool launched;           /* VMRESUME, not VMLAUNCH, is the way in */
    bool known_guest;        /* the virtual CPU has what the hardware had at the last exit */
    struct vmx_exit exit;    /* the last one; `event` as it came with the exit */
    struct vmx_event broken; /* whose delivery that exit broke off (IDT-vectoring information) */
    struct vmx_event inject; /* with the next entry */
    uint32_t rf;             /* RF as the last entry had it */
    uint32_t dr[4];          /* what the hardware has in DR0 to DR3 */
    uint64_t field[VMCS_FIELDS];
    struct vtx_seen seen;
    bool known[VMCS_FIELDS];
    uint64_t exits[VMX_REASONS];
    uint64_t entries;
};

/* vtx_vmcs.c */
/* VMREAD and VMWRITE, if need be. */
uint32_t vtx_read(struct monitor *n, enum vmcs_field f);
void vtx_write(struct monitor *n, enum vmcs_field f, uint64_t v);
/* The hardware has saved the guest's state: what was known of it is old. */
void vtx_forget(struct monitor *n);
/* All that stays as it is while the guest runs: host state, and controls. */
void vtx_write_constants(struct monitor *n);
/* Guest state from the VMCS into the virtual CPU, and back. */
void vtx_load_guest(struct monitor *n);
void vtx_store_guest(struct monitor *n);
/* RF of the guest where it was left: what an exit saves of it is that of a fault, not the guest's. */
uint32_t vtx_resume_flag(struct monitor *n, const struct vmx_event *broken);
/* The event that goes with the entry; what bears on time and interrupts. The latter goes last: it looks at the clock. */
void vtx_store_event(struct monitor *n);
void vtx_store_execution(struct monitor *n);

/* vtx_world.c */
extern const struct world world_vtx;
/* The virtual CPU learns what the hardware had, unless it has already. */
void vtx_learn(struct vm *vm);
/* Is guest paging the second of two dimensions now? CR0.PG must be set in non-root operation: without, a shadow serves. */
bool vtx_two_dimensions(const struct monitor *n);

/* vtx_seen.c: to be called at each entry and exit, and where a VMCS begins. */
void vtx_seen_begin(struct monitor *n);
void vtx_seen_entry(struct monitor *n);
void vtx_seen_exit(struct monitor *n);

/* vtx_event.c */
/* The event whose delivery the last exit broke off goes on with the next entry. */
void vtx_deliver_again(struct monitor *n);
/* The same event is the virtual CPU's to deliver. */
void vtx_deliver_here(struct monitor *n);
/* An interrupt that the guest may take now goes with the next entry. False: there is none. */
bool vtx_inject(struct vm *vm);

#endif
