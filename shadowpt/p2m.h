/* SPDX-License-Identifier: MIT */
/* gpa -> hpa: the map of a virtual machine's memory. It is the `map` of the VM's struct machine, filled here. */
#ifndef SHADOWPT_P2M_H
#define SHADOWPT_P2M_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"

struct frames;
struct machine;

/* Pages of physical address space that `mem` bytes of RAM need (VGA text memory lies above the first 640 KiB). */
uint32_t p2m_pages(uint64_t mem);
/* Gives the guest its frames, scattered, with the PC's hole left open. */
void p2m_fill(struct machine *guest, const struct frames *f);
/*
 * Moves every page to the frame of its own number, so that the guest can have the machine for itself. The TLB of its CPU is
 * the caller's. Returns how many pages were moved; -1: out of memory, and nothing was.
 */
int64_t p2m_home(struct machine *guest);
/* False: not RAM. */
bool p2m_lookup(const struct machine *guest, gpa_t gpa, hpa_t *hpa);

#endif
