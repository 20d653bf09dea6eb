/* SPDX-License-Identifier: MIT */
/* What must not happen: registers, where it was, how it came there, and the end. */
#ifndef BANTAM_PANIC_H
#define BANTAM_PANIC_H

struct arch_frame;

_Noreturn void panic(const struct arch_frame *frame, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define ASSERT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            panic(0, "%s:%d: not so: %s", __FILE__, __LINE__, #condition);                                             \
    } while (0)

#endif
