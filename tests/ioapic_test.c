/* SPDX-License-Identifier: MIT */
/* The I/O APIC against the 82093AA data sheet: registers, edge and level, remote IRR. */
#include <criterion/criterion.h>

#include "interp/dev/ioapic.h"
#include "interp/dev/lapic.h"

static struct ioapic a;
static struct apic_message last;
static unsigned sent;
static bool taken = true;

static bool take(void *ctx, const struct apic_message *m)
{
    (void)ctx;
    last = *m;
    sent++;
    return taken;
}

static void out(uint8_t reg, uint32_t v)
{
    ioapic_store(&a, 0, 4, reg);
    ioapic_store(&a, 0x10, 4, v);
}

static uint32_t in(uint8_t reg)
{
    ioapic_store(&a, 0, 1, reg);
    return ioapic_load(&a, 0x10, 4);
}

static void start(void)
{
    ioapic_init(&a, take, NULL);
    sent = 0;
    taken = true;
}

Test(ioapic, registers)
{
    start();
    cr_expect_eq(in(1), 0x00170011, "24 inputs");
    out(0, 0xffffffff);
    cr_expect_eq(in(0), 0x0f000000);
    cr_expect_eq(in(2), 0x0f000000, "arbitration ID");
    for (uint8_t i = 0; i < 24; i++) {
        cr_expect_eq(in((uint8_t)(0x10 + 2 * i)), 0x00010000, "masked at first");
        out((uint8_t)(0x10 + 2 * i), 0xffffffff);
        out((uint8_t)(0x11 + 2 * i), 0xffffffff);
        cr_expect_eq(in((uint8_t)(0x10 + 2 * i)), 0x0001afff, "delivery status and remote IRR are read-only");
        cr_expect_eq(in((uint8_t)(0x11 + 2 * i)), 0xff000000);
    }
    out(0x40, 0xffffffff);
    cr_expect_eq(in(0x40), 0, "no such register");
    cr_expect_eq(sent, 0);
}

Test(ioapic, edges)
{
    start();
    ioapic_line(&a, 0, true);
    cr_expect_eq(sent, 0);
    out(0x10 + 2 * 2, 0x00000930), out(0x11 + 2 * 2, 0x05000000);
    cr_expect_eq(sent, 0, "the edge was lost");
    ioapic_line(&a, 0, false);
    ioapic_line(&a, 0, true);
    ioapic_line(&a, 0, true);
    cr_expect_eq(sent, 1, "line 0 is input 2");
    cr_expect(last.vector == 0x30 && last.mode == APIC_LOWEST && last.logical && last.destination == 5 && !last.level);
    ioapic_line(&a, 2, true);
    cr_expect_eq(sent, 1, "line 2 is nobody's");
    for (unsigned irq = 1; irq < 16; irq++)
        if (irq != 2) {
            out((uint8_t)(0x10 + 2 * irq), 0x40 + irq);
            cr_expect(ioapic_passes(&a, irq));
            ioapic_line(&a, irq, true);
            cr_expect_eq(last.vector, 0x40 + irq);
        }
    cr_expect_not(ioapic_has_nmi(&a));
    out(0x10 + 2 * 9, 0x400);
    cr_expect(ioapic_has_nmi(&a));
}

Test(ioapic, levels_and_remote_irr)
{
    start();
    out(0x10 + 2 * 11, 0x8050);
    ioapic_line(&a, 11, true);
    cr_expect_eq(sent, 1);
    cr_expect(last.level);
    cr_expect_eq(in(0x10 + 2 * 11), 0xc050, "remote IRR");
    ioapic_line(&a, 11, false);
    ioapic_line(&a, 11, true);
    cr_expect_eq(sent, 1, "not before it was ended");
    ioapic_eoi(&a, 0x51);
    cr_expect_eq(sent, 1);
    ioapic_eoi(&a, 0x50);
    cr_expect_eq(sent, 2, "still up: once more");
    ioapic_line(&a, 11, false);
    ioapic_eoi(&a, 0x50);
    cr_expect_eq(sent, 2);
    cr_expect_eq(in(0x10 + 2 * 11), 0x8050);
    taken = false;
    ioapic_line(&a, 11, true);
    cr_expect_eq(in(0x10 + 2 * 11), 0x8050, "nobody took it");
    taken = true;
    out(0x10 + 2 * 11, 0x18050);
    out(0x10 + 2 * 11, 0x8050);
    cr_expect_eq(sent, 4, "unmasked with its line up");
    out(0x10 + 2 * 11, 0x0050);
    cr_expect_eq(in(0x10 + 2 * 11), 0x0050, "an edge has no remote IRR");
}
