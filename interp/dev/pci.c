/* SPDX-License-Identifier: MIT */
#include "interp/dev/pci.h"

#include <string.h>

#include "interp/dev/host.h"
#include "interp/state.h"

#define ADDRESS_ENABLE 0x80000000u
#define ADDRESS_DEFINED 0x80fffffcu /* the rest is hardwired to 0 */
#define ADDRESS_FUNCTION 0x00ffff00u

enum { RESET_CONTROL = 0xcf9, RESET_CPU = 0x04, RESET_WRITABLE = 0x06 };

/* The header's fields that are not 0 (PCI 2.1, 6.1; values of the 82441FX, 3.2.1 to 3.2.8). */
static const struct field {
    uint8_t at, value;
} bridge_fields[] = {
    {0x00, 0x86}, {0x01, 0x80}, /* vendor 8086h */
    {0x02, 0x37}, {0x03, 0x12}, /* device 1237h */
    {0x04, 0x06},               /* command: memory and bus master, always on */
    {0x07, 0x02},               /* status: medium DEVSEL timing */
    {0x08, 0x02},               /* revision */
    {0x0b, 0x06},               /* class 060000h: host bridge */
};

/* The byte that CONFIG_DATA + (port & 3) stands for now, or NULL: master abort, ones are read (PCI 2.1, 3.7.4.1). */
static uint8_t *selected(struct pci *p, uint16_t port)
{
    if (!(p->address & ADDRESS_ENABLE) || p->address & ADDRESS_FUNCTION)
        return NULL;
    return &p->bridge[(p->address & 0xfc) | (port & 3)];
}

uint8_t pci_data_in(void *pci, uint16_t port)
{
    const uint8_t *byte = selected(pci, port);

    return byte ? *byte : 0xff;
}

/* Nothing that this bridge does can be configured: its registers are read-only. */
void pci_data_out(void *pci, uint16_t port, uint8_t v)
{
    (void)pci;
    (void)port;
    (void)v;
}

uint8_t pci_address_in(void *pci, uint16_t port)
{
    return port == RESET_CONTROL ? ((struct pci *)pci)->reset_control : 0xff;
}

/* The rise of bit 2 resets; bit 1 chooses between hard and soft, which is one here. */
void pci_address_out(void *pci, uint16_t port, uint8_t v)
{
    struct pci *p = pci;
    bool rises = v & ~p->reset_control & RESET_CPU;

    if (port != RESET_CONTROL)
        return;
    p->reset_control = v & RESET_WRITABLE;
    if (rises)
        p->host->reset(p->host->ctx);
}

uint32_t pci_address_in_wide(void *pci, uint16_t port, unsigned size)
{
    if (port == PCI_ADDRESS && size == 4)
        return ((struct pci *)pci)->address;
    return pci_address_in(pci, port) | (uint32_t)pci_address_in(pci, (uint16_t)(port + 1)) << 8;
}

void pci_address_out_wide(void *pci, uint16_t port, unsigned size, uint32_t v)
{
    if (port == PCI_ADDRESS && size == 4) {
        ((struct pci *)pci)->address = v & ADDRESS_DEFINED;
        return;
    }
    pci_address_out(pci, port, (uint8_t)v);
    pci_address_out(pci, (uint16_t)(port + 1), (uint8_t)(v >> 8));
}

void pci_init(struct pci *p, const struct dev_host *host)
{
    *p = (struct pci){.host = host};
    for (unsigned i = 0; i < sizeof bridge_fields / sizeof *bridge_fields; i++)
        p->bridge[bridge_fields[i].at] = bridge_fields[i].value;
}

void pci_state(struct state *s, struct pci *p)
{
    state_section(s, "PCI ", 1);
    state_u32(s, &p->address);
    state_u8(s, &p->reset_control);
    p->address &= ADDRESS_DEFINED;
}
