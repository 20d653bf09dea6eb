/* SPDX-License-Identifier: MIT */
/*
 * A 16550A serial port (National Semiconductor PC16550D data sheet), COM1 of a PC: ports 3F8h to 3FFh, IRQ 4.
 *
 * What is sent leaves at once: the transmitter is never seen busy. What is received comes from uart_receive(), byte by
 * byte, as fast as the owner likes. The line is always good: CTS, DSR and DCD are on, there are no framing errors.
 */
#ifndef INTERP_DEV_UART_H
#define INTERP_DEV_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"

struct dev_host;
struct state;

enum { UART_FIFO = 16, UART_PORT = 0x3f8, UART_IRQ = 4 };

struct uart {
    uint8_t ier, fcr, lcr, mcr, lsr, msr, scr;
    uint16_t divisor;
    uint8_t fifo[UART_FIFO]; /* received, oldest first */
    uint8_t count;
    bool thre;         /* the transmitter-empty interrupt is pending */
    bool timeout;      /* characters wait below the trigger level: pending */
    bool irq;          /* level of the line */
    struct timer idle; /* until the timeout */
    const struct dev_host *host;
};

void uart_init(struct uart *u, const struct dev_host *host);
void uart_state(struct state *s, struct uart *u);

/* A byte arrives on the line. False: no room, or in loopback; the byte was not taken. */
bool uart_receive(struct uart *u, uint8_t byte);

/* Ports UART_PORT + 0 to 7. */
uint8_t uart_in(void *uart, uint16_t port);
void uart_out(void *uart, uint16_t port, uint8_t value);

#endif
