/* SPDX-License-Identifier: MIT */
#include "interp/pc.h"

#include "interp/state.h"

/* The PICs' INT goes to the local APIC's pin LINT0, */
static void to_lint0(void *irq_ctx, bool level)
{
    lapic_extint(&((struct pc *)irq_ctx)->lapic, level);
}

/* and an ISA line to the PICs and to the I/O APIC. Whoever does not want it has it masked. */
static void to_controllers(void *irq_ctx, unsigned line, bool level)
{
    struct pc *p = irq_ctx;

    pic_line(&p->pic, line, level);
    ioapic_line(&p->ioapic, line, level);
}

static bool apic_bus(void *ctx, const struct apic_message *m)
{
    return lapic_message(ctx, m);
}

/* Ports by the PC/AT's map (82371AB data sheet, table 6; VGA and COM1 as on every PC since), and the APICs' pages. */
static void claim(struct pc *p, struct bus *b)
{
    const struct port_range map[] = {
        {0x20, 2, pic_in, pic_out, &p->pic},
        {0xa0, 2, pic_in, pic_out, &p->pic},
        {0x4d0, 2, pic_elcr_in, pic_elcr_out, &p->pic},
        {0x40, 4, pit_in, pit_out, &p->pit},
        {0x61, 1, pit_port61_in, pit_port61_out, &p->pit},
        {0x60, 1, kbd_in, kbd_out, &p->kbd},
        {0x64, 1, kbd_in, kbd_out, &p->kbd},
        {0x3c0, 16, vga_in, vga_out, &p->vga},
        {0x3d4, 2, vga_in, vga_out, &p->vga},
        {0x3da, 1, vga_in, vga_out, &p->vga},
        {UART_PORT, 8, uart_in, uart_out, &p->uart},
        {LPT_PORT, 3, lpt_in, lpt_out, &p->lpt},
        {RTC_PORT, 2, rtc_in, rtc_out, &p->rtc},
        {ATA_DATA + 1, 7, ata_in, ata_out, &p->ata},
        {ATA_CONTROL, 1, ata_in, ata_out, &p->ata},
        {0x80, 1, system_in, system_out, &p->system},
        {0x92, 1, system_in, system_out, &p->system},
        {PCI_DATA, 4, pci_data_in, pci_data_out, &p->pci},
        {DEBUGPORT, DEBUGPORT_COUNT, debugport_in, debugport_out, &p->debugport},
    };

    for (unsigned i = 0; i < sizeof map / sizeof *map; i++)
        bus_claim(b, &map[i]);
    bus_claim_wide(b, &(struct port_range){PCI_ADDRESS, 4, pci_address_in, pci_address_out, &p->pci},
                   &(struct port_wide){pci_address_in_wide, pci_address_out_wide});
    bus_claim_wide(b, &(struct port_range){ATA_DATA, 1, ata_data_in, ata_data_out, &p->ata},
                   &(struct port_wide){ata_data_in_wide, ata_data_out_wide});
    bus_claim_page(b, &(struct mmio_page){LAPIC_PAGE, lapic_load, lapic_store, &p->lapic});
    bus_claim_page(b, &(struct mmio_page){IOAPIC_PAGE, ioapic_load, ioapic_store, &p->ioapic});
}

void pc_init(struct pc *p, struct bus *b, const struct dev_host *host)
{
    p->host = *host;
    p->host.irq = to_controllers;
    p->host.intr = to_lint0;
    p->host.irq_ctx = p;
    lapic_init(&p->lapic, &p->host);
    ioapic_init(&p->ioapic, apic_bus, &p->lapic);
    p->lapic.eoi = ioapic_eoi;
    p->lapic.eoi_ctx = &p->ioapic;
    pic_init(&p->pic, &p->host);
    pit_init(&p->pit, &p->host);
    rtc_init(&p->rtc, &p->host);
    uart_init(&p->uart, &p->host);
    lpt_init(&p->lpt, &p->host);
    ata_init(&p->ata, &p->host);
    kbd_init(&p->kbd, &p->host);
    vga_init(&p->vga, &p->host);
    pci_init(&p->pci, &p->host);
    system_init(&p->system, &p->host);
    debugport_init(&p->debugport, &p->host);
    pic_settle(&p->pic);
    claim(p, b);
}

uint8_t pc_ack(struct pc *p)
{
    int vector = lapic_ack(&p->lapic);

    return vector < 0 ? pic_ack(&p->pic) : (uint8_t)vector;
}

static bool passes(const struct pc *p, unsigned irq)
{
    return (lapic_passes_extint(&p->lapic) && pic_passes(&p->pic, irq)) || ioapic_passes(&p->ioapic, irq);
}

bool pc_can_wake(const struct pc *p)
{
    const struct {
        const struct timer *timer;
        unsigned irq;
    } source[] = {{&p->pit.timer, 0},        {&p->kbd.wire, 1},        {&p->kbd.release, 1},
                  {&p->uart.idle, UART_IRQ}, {&p->rtc.timer, RTC_IRQ}, {&p->ata.timer, ATA_IRQ}};

    for (unsigned i = 0; i < sizeof source / sizeof *source; i++)
        if (source[i].timer->when != CLOCK_NEVER && passes(p, source[i].irq))
            return true;
    return lapic_timer_wakes(&p->lapic);
}

bool pc_can_nmi(const struct pc *p)
{
    return ioapic_has_nmi(&p->ioapic);
}

void pc_state(struct pc *p, struct state *s)
{
    pic_state(s, &p->pic);
    lapic_state(s, &p->lapic);
    ioapic_state(s, &p->ioapic);
    pit_state(s, &p->pit);
    rtc_state(s, &p->rtc);
    uart_state(s, &p->uart);
    lpt_state(s, &p->lpt);
    ata_state(s, &p->ata);
    kbd_state(s, &p->kbd);
    vga_state(s, &p->vga);
    pci_state(s, &p->pci);
    system_state(s, &p->system);
}
