/* SPDX-License-Identifier: MIT */
/* selftest: the list of cases. What it prints is the same on every machine: no times, no sizes of memory. */
#include "guests/bantam/user/selftest/selftest.h"

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
/* From abi.h's own table: a call without a case does not link. */
#define SYSCALL(number, name, arguments, doc) {#name, test_##name},
    SYSCALLS
#undef SYSCALL
    {"library", test_library},
    {"copy on write", test_copy_on_write},
    {"memory on first touch", test_demand_zero},
    {"preemption", test_preemption},
    {"faults end the process", test_faults},
    {"orphans", test_orphans},
    {"shell", test_shell},
    {"disk", test_disk},
};

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cases[i].run();
        printf("selftest: %s: ok\n", cases[i].name);
    }
    printf("selftest: ok\n");
    return 0;
}
