/* SPDX-License-Identifier: MIT */
/* What a PC's firmware leaves behind in memory and in devices when it hands over to a boot loader. */
#ifndef INTERP_FIRMWARE_H
#define INTERP_FIRMWARE_H

struct machine;

/*
 *      00400h  BIOS data area
 *      9FC00h  extended BIOS data area, 1 KiB: its size, the MP floating pointer, the MP configuration table
 *      B8000h  the screen, blank
 */
enum { FIRMWARE_BDA = 0x400, FIRMWARE_EBDA = 0x9fc00, FIRMWARE_EBDA_END = 0xa0000 };

void firmware_leave(struct machine *m);

/* mptable.c: writes the floating pointer at `at`, 16-byte aligned, and the table behind it. */
void mptable_write(struct machine *m, unsigned at);

#endif
