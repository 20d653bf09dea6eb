/* SPDX-License-Identifier: MIT */
/*
 * The small registers of a PC's board: PCI configuration mechanism 1 and its host bridge (PCI 2.1, 3.7.4.1, 6.1; 82441FX),
 * the reset control register (82371SB, 2.5.2.3), the printer port, port 80h, and port 92h (82371AB, 4.2.7.3).
 */
#include <criterion/criterion.h>

#include "interp/dev/lpt.h"
#include "interp/dev/pci.h"
#include "interp/dev/system.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

static struct fake_host f;

static uint32_t config(struct pci *p, uint32_t address)
{
    uint32_t v = 0;

    pci_address_out_wide(p, 0xcf8, 4, address);
    for (unsigned i = 0; i < 4; i++)
        v |= (uint32_t)pci_data_in(p, (uint16_t)(0xcfc + i)) << 8 * i;
    return v;
}

Test(board, pci_has_one_bridge)
{
    struct pci p;

    fake_host_init(&f, 1000);
    pci_init(&p, &f.host);
    cr_expect_eq(config(&p, 0x80000000), 0x12378086);
    cr_expect_eq(config(&p, 0x80000008), 0x06000002, "a host bridge");
    cr_expect_eq(config(&p, 0x8000000c), 0, "header type 0, one function");
    cr_expect_eq(config(&p, 0x00000000), 0xffffffff, "not enabled");
    for (uint32_t function = 1; function < 65536; function++)
        cr_assert_eq(config(&p, 0x80000000 | function << 8), 0xffffffff, "bus.device.function %x", function);
    pci_address_out_wide(&p, 0xcf8, 4, 0xffffffff);
    cr_expect_eq(pci_address_in_wide(&p, 0xcf8, 4), 0x80fffffc, "reserved bits are 0");
    pci_address_out(&p, 0xcf8, 0x55);
    pci_address_out_wide(&p, 0xcf8, 2, 0x5555);
    cr_expect_eq(pci_address_in_wide(&p, 0xcf8, 4), 0x80fffffc, "less than a double word is none of its business");
    pci_address_out_wide(&p, 0xcf8, 4, 0x80000000);
    pci_data_out(&p, 0xcfc, 0);
    cr_expect_eq(config(&p, 0x80000000), 0x12378086, "read-only");
}

Test(board, reset_control_resets_at_the_rise_of_its_bit)
{
    struct pci p;

    fake_host_init(&f, 1000);
    pci_init(&p, &f.host);
    pci_address_out(&p, 0xcf9, 0x02);
    cr_expect_eq(f.resets, 0);
    pci_address_out(&p, 0xcf9, 0x06);
    cr_expect_eq(f.resets, 1);
    cr_expect_eq(pci_address_in(&p, 0xcf9), 0x06);
    pci_address_out(&p, 0xcf9, 0x06);
    cr_expect_eq(f.resets, 1);
    pci_address_out_wide(&p, 0xcf8, 2, 0);
    pci_address_out_wide(&p, 0xcf8, 2, 0x0400);
    cr_expect_eq(f.resets, 2, "reached by a word, too");
}

Test(board, printer_swallows)
{
    struct lpt l;

    fake_host_init(&f, 1000);
    lpt_init(&l, &f.host);
    cr_expect_eq(lpt_in(&l, 0x379), 0xdf, "ready");
    cr_expect_eq(lpt_in(&l, 0x37a), 0xcc, "initialised, selected");
    for (unsigned v = 0; v < 256; v++) {
        lpt_out(&l, 0x378, (uint8_t)v);
        cr_assert_eq(lpt_in(&l, 0x378), v);
        lpt_out(&l, 0x37a, (uint8_t)v);
        cr_assert_eq(lpt_in(&l, 0x37a), (v & 0x1f) | 0xc0);
    }
    f.rises[7] = 0;
    for (unsigned i = 0; i < 3; i++)
        lpt_out(&l, 0x37a, 0x0d), lpt_out(&l, 0x37a, 0x0c);
    cr_expect_eq(f.rises[7], 0, "no interrupt unless asked for");
    for (unsigned i = 0; i < 3; i++)
        lpt_out(&l, 0x37a, 0x1d), lpt_out(&l, 0x37a, 0x1c);
    cr_expect_eq(f.rises[7], 3, "one a byte");
}

Test(board, system_ports)
{
    struct system y;

    fake_host_init(&f, 1000);
    system_init(&y, &f.host);
    system_out(&y, 0x80, 0xa5);
    cr_expect_eq(system_in(&y, 0x80), 0xa5);
    cr_expect_eq(system_in(&y, 0x92), 0x02, "A20 is open");
    system_out(&y, 0x92, 0x00);
    cr_expect_not(f.a20);
    system_out(&y, 0x92, 0x02);
    cr_expect(f.a20);
    cr_expect_eq(f.resets, 0);
    system_out(&y, 0x92, 0x03);
    system_out(&y, 0x92, 0x03);
    cr_expect_eq(f.resets, 1);
    cr_expect_eq(system_in(&y, 0x92), 0x03);
}
