/* SPDX-License-Identifier: MIT */
#include "interp/pc.h"

#include "interp/state.h"

static void to_pin(void *irq_ctx, bool level)
{
    const struct pc *p = irq_ctx;

    p->host.pin(p->host.ctx, level);
}

static void to_pic(void *irq_ctx, unsigned line, bool level)
{
    pic_line(&((struct pc *)irq_ctx)->pic, line, level);
}

/* Ports by the PC/AT's map (82371AB data sheet, table 6; VGA and COM1 as on every PC since). */
static void claim_ports(struct pc *p, struct bus *b)
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
}

void pc_init(struct pc *p, struct bus *b, const struct dev_host *host)
{
    p->host = *host;
    p->host.irq = to_pic;
    p->host.intr = to_pin;
    p->host.irq_ctx = p;
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
    claim_ports(p, b);
}

bool pc_can_wake(const struct pc *p)
{
    const struct {
        const struct timer *timer;
        unsigned irq;
    } source[] = {{&p->pit.timer, 0},        {&p->kbd.wire, 1},        {&p->kbd.release, 1},
                  {&p->uart.idle, UART_IRQ}, {&p->rtc.timer, RTC_IRQ}, {&p->ata.timer, ATA_IRQ}};

    for (unsigned i = 0; i < sizeof source / sizeof *source; i++)
        if (source[i].timer->when != CLOCK_NEVER && pic_passes(&p->pic, source[i].irq))
            return true;
    return false;
}

void pc_state(struct pc *p, struct state *s)
{
    pic_state(s, &p->pic);
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
