/* SPDX-License-Identifier: MIT */
/* COM1, a 16550. Bytes that come in interrupt; those that go out wait for room, so that a panic can print. */
#include "guests/bantam/dev/serial.h"

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/counters.h"

enum { COM1 = 0x3f8, DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5, LINE = 4 };
enum { IER_RECEIVED = 1, FCR_ENABLE_CLEAR = 7, LCR_8N1 = 3, LCR_DIVISOR = 0x80, MCR_DTR_RTS_OUT2 = 0x0b };
enum { LSR_RECEIVED = 1, LSR_ROOM = 0x20 };

static void (*listener)(char c);

void serial_start(void)
{
    arch_out8(COM1 + IER, 0);
    arch_out8(COM1 + LCR, LCR_DIVISOR | LCR_8N1);
    arch_out8(COM1 + DATA, 1); /* 115200 / 1 */
    arch_out8(COM1 + IER, 0);
    arch_out8(COM1 + LCR, LCR_8N1);
    arch_out8(COM1 + FCR, FCR_ENABLE_CLEAR);
    arch_out8(COM1 + MCR, MCR_DTR_RTS_OUT2);
}

void serial_put(char c)
{
    while (!(arch_in8(COM1 + LSR) & LSR_ROOM))
        ;
    arch_out8(COM1 + DATA, (uint8_t)c);
}

static void interrupt(void)
{
    counters.interrupts++;
    while (arch_in8(COM1 + LSR) & LSR_RECEIVED)
        listener((char)arch_in8(COM1 + DATA));
}

void serial_listen(void (*take)(char c))
{
    listener = take;
    arch_irq_attach(LINE, interrupt);
    arch_out8(COM1 + IER, IER_RECEIVED);
}
