/* SPDX-License-Identifier: MIT */
/* A bare machine in VMX root operation, with a VMCS whose guest could be entered: tests then change what they are about. */
#ifndef TESTS_SUPPORT_HYPER_H
#define TESTS_SUPPORT_HYPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/vmx.h"
#include "tests/support/metal.h"

/* Where things lie, beside those of metal.h. The first 4 MiB are mapped one to one. */
enum {
    HYPER_VMXON = 0x40000,
    HYPER_VMCS = 0x41000,
    HYPER_OTHER = 0x42000,  /* another VMCS */
    HYPER_LIST = 0x43000,   /* MSR lists */
    HYPER_BITMAP = 0x44000, /* bitmaps, zeros: two pages */
    HYPER_EPT = 0x48000,    /* hyper_ept(): four pages */
    HYPER_HOST = 0x50000,   /* the host's EIP: a HLT */
    HYPER_HOST_STACK = 0x52000,
    HYPER_GUEST = 0x60000, /* the guest's EIP */
    HYPER_GUEST_STACK = 0x62000,
    HYPER_DATA = 0x64000
};

/* Ring 0, paging on, interrupts off, the VMCS current and clear, the guest flat at ring 0 and without code. */
struct machine *hyper_create(void);
/* Fields and processor as hyper_create() left them; memory apart from the VMCS stays. */
void hyper_again(struct machine *m);
uint64_t hyper_get(struct machine *m, enum vmcs_field f);
void hyper_set(struct machine *m, enum vmcs_field f, uint64_t v);
void hyper_or(struct machine *m, enum vmcs_field f, uint64_t bits);
/* One instruction of the host. */
void hyper_host(struct machine *m, const void *code, size_t n);
/* VMLAUNCH, or VMRESUME where the VMCS is launched: one step. */
void hyper_enter(struct machine *m);
/* Puts code where the guest begins, enters, and runs until the host has control again, at most `steps` steps. */
void hyper_run(struct machine *m, const void *code, size_t n, unsigned steps);
/* The guest at ring 3, with IOPL 0. */
void hyper_user(struct machine *m);
/* EPT for the first 4 MiB, one to one, in pages of 4 KiB; returns the address of the entry of page `page`. */
uint64_t hyper_ept(struct machine *m, uint32_t page);
/* Is it the host that runs, as an exit leaves it? */
bool hyper_at_host(const struct machine *m);

#endif
