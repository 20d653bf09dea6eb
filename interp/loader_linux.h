/* SPDX-License-Identifier: MIT */
/*
 * The Linux boot protocol, entered in its 32-bit way (Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol"): how
 * bzImages of kernels, and of memtest86+, are started.
 */
#ifndef INTERP_LOADER_LINUX_H
#define INTERP_LOADER_LINUX_H

#include <stdbool.h>
#include <stddef.h>

struct boot;
struct machine;

/* Does an image have the setup header of such a kernel? */
bool linux_image(const struct boot *b);
/* As loader_boot(). The first module is the initial RAM disk; there is room for no second one. */
int linux_boot(struct machine *m, const struct boot *b, char *error, size_t room);

#endif
