/* SPDX-License-Identifier: MIT */
/* The devices of a PC/AT, as far as they are built, and how they are wired. */
#ifndef INTERP_PC_H
#define INTERP_PC_H

#include "interp/bus.h"
#include "interp/dev/debugport.h"
#include "interp/dev/host.h"
#include "interp/dev/kbd.h"
#include "interp/dev/pic.h"
#include "interp/dev/pit.h"
#include "interp/dev/uart.h"
#include "interp/dev/vga.h"

struct state;

struct pc {
    struct dev_host host;
    struct pic_pair pic;
    struct pit pit;
    struct uart uart;
    struct kbd kbd;
    struct vga vga;
    struct debugport debugport;
};

/* Power-on state; claims the ports. `host` is copied; its `irq` and `intr` members are set by this function's wiring. */
void pc_init(struct pc *p, struct bus *b, const struct dev_host *host);
void pc_state(struct pc *p, struct state *s);

#endif
