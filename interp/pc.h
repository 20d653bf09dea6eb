/* SPDX-License-Identifier: MIT */
/* The devices of a PC/AT, as far as they are built, and how they are wired. */
#ifndef INTERP_PC_H
#define INTERP_PC_H

#include "interp/bus.h"
#include "interp/dev/ata.h"
#include "interp/dev/debugport.h"
#include "interp/dev/host.h"
#include "interp/dev/ioapic.h"
#include "interp/dev/kbd.h"
#include "interp/dev/lapic.h"
#include "interp/dev/lpt.h"
#include "interp/dev/pci.h"
#include "interp/dev/pic.h"
#include "interp/dev/pit.h"
#include "interp/dev/rtc.h"
#include "interp/dev/system.h"
#include "interp/dev/uart.h"
#include "interp/dev/vga.h"

struct state;

struct pc {
    struct dev_host host;
    struct pic_pair pic;
    struct lapic lapic;
    struct ioapic ioapic;
    struct pit pit;
    struct rtc rtc;
    struct uart uart;
    struct lpt lpt;
    struct ata ata;
    struct kbd kbd;
    struct vga vga;
    struct pci pci;
    struct system system;
    struct debugport debugport;
};

/*
 * Devices as firmware leaves them; claims the ports. `host` is copied; its `irq` and `irq_ctx` are set here. The struct
 * may not move afterwards: devices and timers point into it.
 */
void pc_init(struct pc *p, struct bus *b, const struct dev_host *host);
/* The INTA cycle: the vector of the interrupt that INTR stands for. */
uint8_t pc_ack(struct pc *p);
/* Can the devices by themselves, by time passing, raise INTR? If not, a halted processor waits forever. */
bool pc_can_wake(const struct pc *p);
/* The same with IF clear: an NMI would be needed. */
bool pc_can_nmi(const struct pc *p);
void pc_state(struct pc *p, struct state *s);

#endif
