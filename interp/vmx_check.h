/* SPDX-License-Identifier: MIT */
/* The checks of VM entry, as tables (vmx_check.def). */
#ifndef INTERP_VMX_CHECK_H
#define INTERP_VMX_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct vmx_area;

struct vmx_check {
    const char *name, *section, *doc;
    bool (*holds)(const struct vmx_area *v);
};

enum vmx_check_part { CHECK_CONTROL, CHECK_HOST, CHECK_GUEST, CHECK_PARTS };
struct vmx_check_table {
    const struct vmx_check *check;
    unsigned count;
};
extern const struct vmx_check_table vmx_checks[CHECK_PARTS];

/* The first check of a part that the current VMCS fails, or NULL. */
const struct vmx_check *vmx_check(struct cpu *c, enum vmx_check_part part);
/* The exit qualification with which a failed check of the guest's state is told (26.8). */
uint32_t vmx_check_qualification(const struct vmx_check *k);

/* Also INVEPT's question. */
bool vmx_eptp_valid(uint64_t eptp);

#endif
