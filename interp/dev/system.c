/* SPDX-License-Identifier: MIT */
#include "interp/dev/system.h"

#include "interp/dev/host.h"
#include "interp/state.h"

enum { POST = 0x80, PORT92_RESET = 0x01, PORT92_A20 = 0x02 };

uint8_t system_in(void *system, uint16_t port)
{
    const struct system *y = system;

    return port == POST ? y->post : y->port92;
}

/* Of the two latches that reach the gate, this one and the keyboard controller's, the one written last decides. */
static void write_port92(struct system *y, uint8_t v)
{
    bool resets = v & ~y->port92 & PORT92_RESET;

    y->port92 = v & (PORT92_RESET | PORT92_A20);
    y->host->a20(y->host->ctx, v & PORT92_A20);
    if (resets)
        y->host->reset(y->host->ctx);
}

void system_out(void *system, uint16_t port, uint8_t v)
{
    struct system *y = system;

    if (port == POST)
        y->post = v;
    else
        write_port92(y, v);
}

void system_init(struct system *y, const struct dev_host *host)
{
    *y = (struct system){.port92 = PORT92_A20, .host = host};
}

void system_state(struct state *s, struct system *y)
{
    state_section(s, "SYS ", 1);
    state_u8(s, &y->post);
    state_u8(s, &y->port92);
}
