/* SPDX-License-Identifier: MIT */
#include "interp/dev/ata_inside.h"

#include "interp/dev/host.h"
#include "interp/state.h"

enum { CONTROL_NIEN = 0x02, CONTROL_SRST = 0x04 };

static unsigned selected(const struct ata *a)
{
    return a->drive[0].reg[ATA_DEVICE] & DEV ? 1 : 0;
}

static void update(struct ata *a)
{
    bool level = a->drive[selected(a)].irq && !(a->control & CONTROL_NIEN);

    if (level != a->line)
        a->host->irq(a->host->irq_ctx, ATA_IRQ, level);
    a->line = level;
}

static void set_status(struct ata *a, uint8_t status)
{
    a->drive[a->active].reg[ATA_STATUS] = status;
}

void ata_interrupt(struct ata *a)
{
    a->drive[a->active].irq = true;
    update(a);
}

void ata_busy(struct ata *a, enum ata_phase phase, unsigned us)
{
    a->phase = (uint8_t)phase;
    set_status(a, BSY);
    a->host->at(a->host->ctx, &a->timer, a->host->now(a->host->ctx) + a->host->hz * us / 1000000 + 1);
}

void ata_idle(struct ata *a, uint8_t status)
{
    a->phase = ATA_IDLE;
    set_status(a, status);
    a->host->at(a->host->ctx, &a->timer, CLOCK_NEVER);
}

void ata_offer(struct ata *a, unsigned bytes)
{
    a->at = 0;
    a->filled = (uint16_t)bytes;
    set_status(a, READY | DRQ);
    a->host->at(a->host->ctx, &a->timer, CLOCK_NEVER);
}

/* ---- reset and diagnosis ---- */

static void both_busy(struct ata *a, enum ata_phase phase)
{
    a->active = 0;
    ata_busy(a, phase, COMMAND_US);
    for (unsigned i = 0; i < ATA_DRIVES; i++) {
        a->drive[i].reg[ATA_STATUS] = BSY;
        a->drive[i].reg[ATA_DEVICE] = DEVICE_ONES; /* drive 0 is selected */
        a->drive[i].irq = false;
    }
    update(a);
}

/* The signature of a disk (ATA/ATAPI-4, 9.12), and the diagnosis: nothing found. */
static void sign(struct ata_drive *d)
{
    const uint8_t signature[ATA_REGISTERS] = {
        [ATA_ERROR] = DIAGNOSED, [ATA_COUNT] = 1, [ATA_LBA0] = 1, [ATA_DEVICE] = DEVICE_ONES, [ATA_STATUS] = READY};

    for (unsigned i = 0; i < ATA_REGISTERS; i++)
        d->reg[i] = signature[i];
}

static void diagnosed(struct ata *a)
{
    for (unsigned i = 0; i < ATA_DRIVES; i++)
        sign(&a->drive[i]);
    ata_idle(a, READY);
}

/* SRST stops everything while it is set (9.2). */
static void write_control(struct ata *a, uint8_t v)
{
    uint8_t changed = v ^ a->control;

    a->control = v & (CONTROL_NIEN | CONTROL_SRST);
    if (changed & CONTROL_SRST) {
        both_busy(a, ATA_RESET);
        if (v & CONTROL_SRST)
            a->host->at(a->host->ctx, &a->timer, CLOCK_NEVER);
    }
    update(a);
}

static void fire(void *dev)
{
    struct ata *a = dev;

    switch (a->phase) {
    case ATA_NO_DATA:
        ata_idle(a, READY);
        ata_interrupt(a);
        break;
    case ATA_IN: ata_next_in(a); break;
    case ATA_OUT: ata_next_out(a); break;
    case ATA_RESET: diagnosed(a); break;
    case ATA_DIAGNOSE:
        diagnosed(a);
        ata_interrupt(a);
        break;
    default: break;
    }
}

/* ---- registers ---- */

static void command(struct ata *a, uint8_t opcode)
{
    enum { DIAGNOSTIC = 0x90 };
    struct ata_drive *d = &a->drive[selected(a)];

    if (a->phase == ATA_RESET || a->phase == ATA_DIAGNOSE || d->reg[ATA_STATUS] & (BSY | DRQ))
        return;
    if (opcode == DIAGNOSTIC) { /* goes to both, whichever is selected, and drive 0 says how it went (8.9) */
        both_busy(a, ATA_DIAGNOSE);
        return;
    }
    if (!d->disk)
        return;
    a->active = (uint8_t)selected(a);
    d->irq = false;
    d->reg[ATA_ERROR] = 0;
    update(a);
    ata_execute(a, opcode);
}

/*
 * Where no drive is, status is 0: neither busy nor ready. For drive 1 drive 0 says so, and shows its other registers (9.16.1);
 * with both absent the bus is at rest.
 */
uint8_t ata_in(void *ata, uint16_t port)
{
    struct ata *a = ata;
    struct ata_drive *d = &a->drive[selected(a)];
    unsigned reg = port == ATA_CONTROL ? ATA_STATUS : port & 7;

    if (!d->disk)
        return reg == ATA_STATUS || !a->drive[0].disk ? 0 : a->drive[0].reg[reg];
    if (port == ATA_COMMAND) {
        d->irq = false;
        update(a);
    }
    return d->reg[reg];
}

static void write_register(struct ata *a, unsigned reg, uint8_t v)
{
    for (unsigned i = 0; i < ATA_DRIVES; i++) {
        struct ata_drive *d = &a->drive[i];

        if (reg == ATA_FEATURES)
            d->features = v;
        else
            d->reg[reg] = reg == ATA_DEVICE ? v | DEVICE_ONES : v;
    }
    update(a);
}

void ata_out(void *ata, uint16_t port, uint8_t v)
{
    struct ata *a = ata;

    if (port == ATA_CONTROL)
        write_control(a, v);
    else if (port == ATA_COMMAND)
        command(a, v);
    else if (!(a->drive[a->active].reg[ATA_STATUS] & BSY))
        write_register(a, port & 7, v);
}

/* May the host move a word now, in this direction? */
static bool offered(const struct ata *a, enum ata_phase phase)
{
    return a->phase == phase && a->active == selected(a) && a->at < a->filled &&
           a->drive[a->active].reg[ATA_STATUS] & DRQ;
}

/* The host has moved the last word of a block. Reading ends without an interrupt (ATA/ATAPI-4, 9.7). */
static void block_done(struct ata *a)
{
    if (a->phase == ATA_OUT)
        ata_busy(a, ATA_OUT, BLOCK_US);
    else if (a->left)
        ata_busy(a, ATA_IN, BLOCK_US);
    else
        ata_idle(a, READY);
}

static uint16_t data_in(struct ata *a)
{
    uint16_t v;

    if (!offered(a, ATA_IN))
        return 0;
    v = (uint16_t)(a->buffer[a->at] | a->buffer[a->at + 1] << 8);
    a->at += 2;
    if (a->at >= a->filled)
        block_done(a);
    return v;
}

static void data_out(struct ata *a, uint16_t v)
{
    if (!offered(a, ATA_OUT))
        return;
    a->buffer[a->at] = (uint8_t)v;
    a->buffer[a->at + 1] = (uint8_t)(v >> 8);
    a->at += 2;
    if (a->at >= a->filled)
        block_done(a);
}

uint8_t ata_data_in(void *ata, uint16_t port)
{
    (void)port;
    return (uint8_t)data_in(ata);
}

void ata_data_out(void *ata, uint16_t port, uint8_t v)
{
    (void)port;
    data_out(ata, v);
}

uint32_t ata_data_in_wide(void *ata, uint16_t port, unsigned size)
{
    uint32_t v = data_in(ata);

    (void)port;
    return size == 4 ? v | (uint32_t)data_in(ata) << 16 : v;
}

void ata_data_out_wide(void *ata, uint16_t port, unsigned size, uint32_t v)
{
    (void)port;
    data_out(ata, (uint16_t)v);
    if (size == 4)
        data_out(ata, (uint16_t)(v >> 16));
}

static void power_on(struct ata *a)
{
    a->active = a->phase = a->control = 0;
    a->left = a->at = a->filled = 0;
    for (unsigned i = 0; i < ATA_DRIVES; i++) {
        struct ata_drive *d = &a->drive[i];

        *d = (struct ata_drive){.disk = d->disk, .heads = ATA_HEADS, .sectors = ATA_SECTORS};
        sign(d);
    }
}

void ata_init(struct ata *a, const struct dev_host *host)
{
    *a = (struct ata){.host = host, .timer = {.fire = fire, .dev = a}};
    host->add(host->ctx, &a->timer);
    for (unsigned i = 0; i < ATA_DRIVES; i++)
        a->drive[i].disk = host->disk[i];
    power_on(a);
}

/* ---- state ---- */

static void drive_state(struct state *s, struct ata_drive *d)
{
    uint64_t sectors = d->disk ? d->disk->sectors : 0, saved = sectors;

    state_u64(s, &saved);
    if (state_loading(s) && saved != sectors)
        state_fail(s, "saved with a disk of %llu sectors, this machine's has %llu", (unsigned long long)saved,
                   (unsigned long long)sectors);
    state_bytes(s, d->reg, sizeof d->reg);
    state_u8(s, &d->features);
    state_u8(s, &d->multiple);
    state_u8(s, &d->heads);
    state_u8(s, &d->sectors);
    state_bool(s, &d->irq);
    state_check(s, d->multiple <= ATA_BLOCK && d->heads && d->heads <= 16 && d->sectors,
                "ATA: no such geometry or block");
    if (d->disk)
        d->disk->state(s, d->disk);
}

static void transfer_state(struct state *s, struct ata *a)
{
    state_u8(s, &a->active);
    state_u8(s, &a->phase);
    state_u8(s, &a->block);
    state_u32(s, &a->lba);
    state_u16(s, &a->left);
    state_u16(s, &a->at);
    state_u16(s, &a->filled);
    state_check(s, a->active < ATA_DRIVES && a->phase <= ATA_DIAGNOSE && a->left <= 256, "ATA: no such transfer");
    state_check(s, a->block <= ATA_BLOCK && (a->block || !a->left), "ATA: no such block");
    state_check(s, a->filled <= sizeof a->buffer && !(a->filled & 1), "ATA: more in the buffer than it holds");
    state_check(s, !(a->at & 1) && a->at <= a->filled, "ATA: no such place in the buffer");
    state_check(s, a->phase != ATA_OUT || a->filled / SECTOR <= a->left, "ATA: more in the buffer than is wanted");
    state_check(s, a->phase == ATA_IDLE || a->drive[a->active & 1].disk || a->phase >= ATA_RESET, "ATA: no such disk");
}

void ata_state(struct state *s, struct ata *a)
{
    state_section(s, "ATA ", 1);
    for (unsigned i = 0; i < ATA_DRIVES; i++)
        drive_state(s, &a->drive[i]);
    state_u8(s, &a->control);
    transfer_state(s, a);
    state_bool(s, &a->line);
    if (s->error[0]) { /* whoever goes on all the same finds the channel as after power-on */
        power_on(a);
        return;
    }
    state_bytes(s, a->buffer, a->filled);
    dev_timer_state(s, a->host, &a->timer);
}
