/* SPDX-License-Identifier: MIT */
/*
 * The boot loader: Multiboot 0.6.96, images in ELF32 or by address fields, as QEMU's `-kernel` and GRUB load them. An
 * ELF32 image without a Multiboot header is loaded too and started in the same state.
 */
#ifndef INTERP_LOADER_H
#define INTERP_LOADER_H

#include <stddef.h>
#include <stdint.h>

struct machine;

struct boot_module {
    const char *name, *append; /* its string is NAME, or "NAME APPEND"; append may be NULL */
    const uint8_t *data;
    size_t size;
};

struct boot {
    const char *name; /* as the user gave it: begins error lines and the guest's command line */
    const uint8_t *image;
    size_t size;
    const char *append; /* may be NULL */
    const struct boot_module *module;
    unsigned modules;
};

enum { BOOT_MODULES = 64 };

/*
 * Fills memory and sets the processor for the guest's first instruction. -1: the image or a module does not fit, one line
 * in `error`, and nothing was changed.
 */
int loader_boot(struct machine *m, const struct boot *b, char *error, size_t room);

#endif
