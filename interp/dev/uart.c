/* SPDX-License-Identifier: MIT */
#include "interp/dev/uart.h"

#include <string.h>

#include "interp/dev/host.h"
#include "interp/state.h"

/* Registers by offset (PC16550D, table II). */
enum { DATA, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };

enum { IER_RDA = 1, IER_THRE = 2, IER_LINE = 4, IER_MODEM = 8, IER_WRITABLE = 15 };
enum { IIR_NONE = 1, IIR_THRE = 2, IIR_RDA = 4, IIR_LINE = 6, IIR_TIMEOUT = 12, IIR_MODEM = 0, IIR_FIFOS = 0xc0 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_WRITABLE = 0xc9 };
enum { LCR_WORD = 3, LCR_STOP = 4, LCR_PARITY = 8, LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 16, MCR_WRITABLE = 31 };
enum { LSR_DR = 1, LSR_OE = 2, LSR_ERRORS = 0x1e, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { MSR_DELTA = 15, MSR_TERI = 4, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

/* The crystal of 1.8432 MHz, divided by the receiver's 16. */
enum { BAUD_BASE = 115200 };

static bool fifos(const struct uart *u)
{
    return u->fcr & FCR_ENABLE;
}

static unsigned trigger_level(const struct uart *u)
{
    static const uint8_t level[4] = {1, 4, 8, 14}; /* FCR bits 7:6 */

    return fifos(u) ? level[u->fcr >> 6] : 1;
}

/* The pending interrupt of highest priority (PC16550D, table IV). */
static uint8_t identify(const struct uart *u)
{
    if (u->ier & IER_LINE && u->lsr & LSR_ERRORS)
        return IIR_LINE;
    if (u->ier & IER_RDA && u->count >= trigger_level(u))
        return IIR_RDA;
    if (u->ier & IER_RDA && u->timeout)
        return IIR_TIMEOUT;
    if (u->ier & IER_THRE && u->thre)
        return IIR_THRE;
    if (u->ier & IER_MODEM && u->msr & MSR_DELTA)
        return IIR_MODEM;
    return IIR_NONE;
}

/*
 * On IBM's adapter OUT2 connects the chip's INTR to the line. Here, as on QEMU, it always is: kernels that were only ever
 * run there (xv6 is one) never set OUT2, and wait for their interrupts all the same.
 */
static void update(struct uart *u)
{
    bool level = identify(u) != IIR_NONE;

    if (level != u->irq)
        u->host->irq(u->host->irq_ctx, UART_IRQ, level);
    u->irq = level;
}

static uint64_t character_ticks(const struct uart *u)
{
    unsigned bits = 1 + 5 + (u->lcr & LCR_WORD) + (u->lcr & LCR_PARITY ? 1 : 0) + (u->lcr & LCR_STOP ? 2 : 1);
    uint64_t bit = u->host->hz * (u->divisor ? u->divisor : 65536u) / BAUD_BASE;

    return bits * bit + 1;
}

/* "No character removed from or put into the FIFO for four character times, and it is not empty" (PC16550D, 8.4.2). */
static void restart_timeout(struct uart *u)
{
    uint64_t when = CLOCK_NEVER;

    u->timeout = false;
    if (fifos(u) && u->count)
        when = u->host->now(u->host->ctx) + 4 * character_ticks(u);
    u->host->at(u->host->ctx, &u->idle, when);
}

static void idle_fires(void *dev)
{
    struct uart *u = dev;

    u->timeout = fifos(u) && u->count;
    update(u);
}

static void clear_received(struct uart *u)
{
    u->count = 0;
    u->lsr &= (uint8_t)~LSR_DR;
    restart_timeout(u);
}

/* False when there is no room. */
static bool accept(struct uart *u, uint8_t byte)
{
    if (u->count >= (fifos(u) ? UART_FIFO : 1))
        return false;
    u->fifo[u->count++] = byte;
    u->lsr |= LSR_DR;
    restart_timeout(u);
    return true;
}

bool uart_receive(struct uart *u, uint8_t byte)
{
    if (u->mcr & MCR_LOOP || !accept(u, byte))
        return false;
    update(u);
    return true;
}

static uint8_t read_data(struct uart *u)
{
    uint8_t byte = u->fifo[0];

    if (!u->count)
        return 0;
    memmove(u->fifo, u->fifo + 1, --u->count);
    if (!u->count)
        u->lsr &= (uint8_t)~LSR_DR;
    restart_timeout(u);
    return byte;
}

static void transmit(struct uart *u, uint8_t byte)
{
    u->thre = true; /* it is empty again already */
    if (!(u->mcr & MCR_LOOP))
        u->host->serial(u->host->ctx, byte);
    else if (!accept(u, byte))
        u->lsr |= LSR_OE;
}

/* Reading IIR ends the transmitter's interrupt, if that is what it showed (PC16550D, table IV). */
static uint8_t read_iir(struct uart *u)
{
    uint8_t id = identify(u);

    if (id == IIR_THRE)
        u->thre = false;
    return id | (fifos(u) ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct uart *u)
{
    uint8_t v = u->lsr;

    u->lsr &= (uint8_t)~LSR_ERRORS;
    return v;
}

static uint8_t read_msr(struct uart *u)
{
    uint8_t v = u->msr;

    u->msr &= (uint8_t)~MSR_DELTA;
    return v;
}

/* The modem's inputs: the good line, or in loopback the chip's own outputs (PC16550D, 8.6, "MCR bit 4"). */
static uint8_t modem_inputs(const struct uart *u)
{
    uint8_t m = u->mcr;

    if (!(m & MCR_LOOP))
        return MSR_CTS | MSR_DSR | MSR_DCD;
    return (uint8_t)((m & MCR_RTS ? MSR_CTS : 0) | (m & MCR_DTR ? MSR_DSR : 0) | (m & MCR_OUT1 ? MSR_RI : 0) |
                     (m & MCR_OUT2 ? MSR_DCD : 0));
}

/* Changes show in the low half; of RI only its end does (TERI). */
static void update_modem(struct uart *u)
{
    uint8_t in = modem_inputs(u), changed = (uint8_t)((in ^ u->msr) & ~MSR_DELTA);

    if (in & MSR_RI)
        changed &= (uint8_t)~MSR_RI;
    u->msr = (uint8_t)(in | (u->msr & MSR_DELTA) | changed >> 4);
}

static void write_ier(struct uart *u, uint8_t v)
{
    /* Enabled while the transmitter is empty, which it always is, the interrupt comes at once. */
    if (v & ~u->ier & IER_THRE)
        u->thre = true;
    u->ier = v & IER_WRITABLE;
}

static void write_fcr(struct uart *u, uint8_t v)
{
    bool toggled = (v ^ u->fcr) & FCR_ENABLE;

    /* The other bits count only while bit 0 is set (PC16550D, 8.4). */
    u->fcr = v & FCR_ENABLE ? v & FCR_WRITABLE : 0;
    if (toggled || (fifos(u) && v & FCR_CLEAR_RX))
        clear_received(u);
}

static void write_divisor(struct uart *u, unsigned high, uint8_t v)
{
    u->divisor = (uint16_t)(high ? (u->divisor & 0x00ff) | v << 8 : (u->divisor & 0xff00) | v);
}

uint8_t uart_in(void *uart, uint16_t port)
{
    struct uart *u = uart;
    bool dlab = u->lcr & LCR_DLAB;
    uint8_t v;

    switch (port & 7) {
    case DATA: v = dlab ? (uint8_t)u->divisor : read_data(u); break;
    case IER: v = dlab ? (uint8_t)(u->divisor >> 8) : u->ier; break;
    case IIR_FCR: v = read_iir(u); break;
    case LCR: v = u->lcr; break;
    case MCR: v = u->mcr; break;
    case LSR: v = read_lsr(u); break;
    case MSR: v = read_msr(u); break;
    default: v = u->scr; break;
    }
    update(u);
    return v;
}

static void write_data(struct uart *u, uint8_t v)
{
    if (u->lcr & LCR_DLAB)
        write_divisor(u, 0, v);
    else
        transmit(u, v);
}

static void write_mcr(struct uart *u, uint8_t v)
{
    u->mcr = v & MCR_WRITABLE;
    update_modem(u);
}

void uart_out(void *uart, uint16_t port, uint8_t v)
{
    struct uart *u = uart;

    switch (port & 7) {
    case DATA: write_data(u, v); break;
    case IER:
        if (u->lcr & LCR_DLAB)
            write_divisor(u, 1, v);
        else
            write_ier(u, v);
        break;
    case IIR_FCR: write_fcr(u, v); break;
    case LCR: u->lcr = v; break;
    case MCR: write_mcr(u, v); break;
    case LSR: break; /* read-only, but for the factory's tests */
    case MSR: break;
    default: u->scr = v; break;
    }
    update(u);
}

/* Reset (PC16550D, table III); the divisor and the frame are what a PC's firmware sets: 9600 8N1. */
void uart_init(struct uart *u, const struct dev_host *host)
{
    *u = (struct uart){.host = host, .divisor = 12, .lcr = 3, .lsr = LSR_THRE | LSR_TEMT};
    u->idle = (struct timer){.fire = idle_fires, .dev = u};
    u->msr = modem_inputs(u);
    host->add(host->ctx, &u->idle);
}

void uart_state(struct state *s, struct uart *u)
{
    uint8_t *byte[] = {&u->ier, &u->fcr, &u->lcr, &u->mcr, &u->lsr, &u->msr, &u->scr, &u->count};

    state_section(s, "UART", 1);
    for (unsigned i = 0; i < sizeof byte / sizeof *byte; i++)
        state_u8(s, byte[i]);
    state_u16(s, &u->divisor);
    state_bool(s, &u->thre);
    state_bool(s, &u->timeout);
    state_bool(s, &u->irq);
    state_check(s, u->count <= UART_FIFO, "16550A: more in the FIFO than it holds");
    if (u->count > UART_FIFO)
        u->count = 0;
    state_bytes(s, u->fifo, u->count);
    dev_timer_state(s, u->host, &u->idle);
}
