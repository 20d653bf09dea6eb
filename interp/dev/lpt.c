/* SPDX-License-Identifier: MIT */
#include "interp/dev/lpt.h"

#include "interp/dev/host.h"
#include "interp/state.h"

enum { DATA, STATUS, CONTROL };
/* Bits 2:0 are not wired and read as ones. Not busy, no acknowledge in progress, selected, no error; paper is there. */
enum { STATUS_READY = 0x80 | 0x40 | 0x10 | 0x08 | 0x07 };
enum { CONTROL_STROBE = 0x01, CONTROL_INIT = 0x04, CONTROL_IRQ = 0x10, CONTROL_WRITABLE = 0x1f, CONTROL_ONES = 0xc0 };

uint8_t lpt_in(void *lpt, uint16_t port)
{
    const struct lpt *l = lpt;

    switch (port - LPT_PORT) {
    case DATA: return l->data;
    case STATUS: return STATUS_READY;
    default: return l->control | CONTROL_ONES;
    }
}

/* With the strobe the printer takes the byte, and says so by a pulse of ACK, which is the interrupt where it is enabled. */
static void write_control(struct lpt *l, uint8_t v)
{
    bool strobe = v & ~l->control & CONTROL_STROBE;

    l->control = v & CONTROL_WRITABLE;
    if (!strobe || !(v & CONTROL_IRQ))
        return;
    l->host->irq(l->host->irq_ctx, LPT_IRQ, false);
    l->host->irq(l->host->irq_ctx, LPT_IRQ, true);
}

void lpt_out(void *lpt, uint16_t port, uint8_t v)
{
    struct lpt *l = lpt;

    if (port - LPT_PORT == DATA)
        l->data = v;
    else if (port - LPT_PORT == CONTROL)
        write_control(l, v);
}

/* As firmware leaves it: initialised and selected. */
void lpt_init(struct lpt *l, const struct dev_host *host)
{
    *l = (struct lpt){.control = CONTROL_INIT | 0x08, .host = host};
}

void lpt_state(struct state *s, struct lpt *l)
{
    state_section(s, "LPT ", 1);
    state_u8(s, &l->data);
    state_u8(s, &l->control);
    l->control &= CONTROL_WRITABLE;
}
