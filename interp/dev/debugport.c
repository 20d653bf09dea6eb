/* SPDX-License-Identifier: MIT */
#include "interp/dev/debugport.h"

#include "interp/dev/host.h"

void debugport_init(struct debugport *d, const struct dev_host *host)
{
    d->host = host;
}

uint8_t debugport_in(void *debugport, uint16_t port)
{
    (void)debugport;
    (void)port;
    return 0;
}

void debugport_out(void *debugport, uint16_t port, uint8_t v)
{
    struct debugport *d = debugport;

    if (port == DEBUGPORT)
        d->host->exit(d->host->ctx, v);
}
