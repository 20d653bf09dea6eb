/* SPDX-License-Identifier: MIT */
/* A VM to try something on. */
#ifndef TESTS_SUPPORT_TESTVM_H
#define TESTS_SUPPORT_TESTVM_H

#include "vmm/vm.h"

/* Counts its time in instructions. What `k` leaves open: 16 sets of 4 ways, the first costs. The test fails if none can be made. */
struct vm *testvm(const struct technique *t, struct vm_config k);

#endif
