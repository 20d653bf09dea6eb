/* SPDX-License-Identifier: MIT */
/*
 * PCI configuration mechanism 1 (PCI Local Bus Specification 2.1, 3.7.4.1): CONFIG_ADDRESS at CF8h, CONFIG_DATA at CFCh; and
 * on the bus one function, 0:0.0, a host bridge that says it is Intel's 440FX (82441FX data sheet, 3.2) and bridges nothing.
 * The reset control register of its south bridge lies in the middle, at CF9h (82371SB data sheet, 2.5.2.3).
 *
 *      CONFIG_ADDRESS   31 enable   23:16 bus   15:11 device   10:8 function   7:2 register
 */
#ifndef INTERP_DEV_PCI_H
#define INTERP_DEV_PCI_H

#include <stdint.h>

struct dev_host;
struct state;

enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc, PCI_CONFIG = 256 };

struct pci {
    uint32_t address;
    uint8_t bridge[PCI_CONFIG]; /* configuration space of 0:0.0 */
    uint8_t reset_control;
    const struct dev_host *host;
};

void pci_init(struct pci *p, const struct dev_host *host);
void pci_state(struct state *s, struct pci *p);

/* Ports CF8h to CFBh: CONFIG_ADDRESS is there for double words only. */
uint8_t pci_address_in(void *pci, uint16_t port);
void pci_address_out(void *pci, uint16_t port, uint8_t value);
uint32_t pci_address_in_wide(void *pci, uint16_t port, unsigned size);
void pci_address_out_wide(void *pci, uint16_t port, unsigned size, uint32_t value);
/* Ports CFCh to CFFh. */
uint8_t pci_data_in(void *pci, uint16_t port);
void pci_data_out(void *pci, uint16_t port, uint8_t value);

#endif
