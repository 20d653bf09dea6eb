/* SPDX-License-Identifier: MIT */
/* What a drive does when it is told to: addresses, blocks between disk and buffer, and the commands by table. */
#include "interp/dev/ata_inside.h"

static void fail(struct ata *a, uint8_t error, uint8_t status)
{
    a->drive[a->active].reg[ATA_ERROR] = error;
    ata_idle(a, READY | ERR | status);
    ata_interrupt(a);
}

/* ---- where a command's sectors are (ATA/ATAPI-4, 6.2) ---- */

/* The address in the registers; UINT32_MAX: none that a disk can have. */
static uint32_t address_in(const struct ata_drive *d)
{
    const uint8_t *r = d->reg;
    uint32_t middle = (uint32_t)r[ATA_LBA2] << 8 | r[ATA_LBA1], head = r[ATA_DEVICE] & LBA_HIGH;

    if (r[ATA_DEVICE] & DEVICE_LBA)
        return head << 24 | middle << 8 | r[ATA_LBA0];
    if (!r[ATA_LBA0] || r[ATA_LBA0] > d->sectors || head >= d->heads)
        return UINT32_MAX;
    return (middle * d->heads + head) * d->sectors + r[ATA_LBA0] - 1;
}

static void address_out(struct ata_drive *d, uint32_t lba)
{
    uint8_t *r = d->reg;
    uint32_t track = lba / d->sectors, head = lba >> 24, middle = lba >> 8, low = lba;

    if (!(r[ATA_DEVICE] & DEVICE_LBA)) {
        low = lba % d->sectors + 1;
        head = track % d->heads;
        middle = track / d->heads;
    }
    r[ATA_LBA0] = (uint8_t)low;
    r[ATA_LBA1] = (uint8_t)middle;
    r[ATA_LBA2] = (uint8_t)(middle >> 8);
    r[ATA_DEVICE] = (uint8_t)((r[ATA_DEVICE] & ~LBA_HIGH) | (head & LBA_HIGH));
}

/* Takes address and count from the registers, where 0 stands for 256. False: there is no such sector; the command failed. */
static bool aim(struct ata *a, unsigned block)
{
    const struct ata_drive *d = &a->drive[a->active];

    a->lba = address_in(d);
    a->left = d->reg[ATA_COUNT] ? d->reg[ATA_COUNT] : 256;
    a->block = (uint8_t)block;
    if (a->lba < d->disk->sectors)
        return true;
    fail(a, IDNF, 0);
    return false;
}

/* ---- blocks ---- */

static unsigned sectors_of_block(const struct ata *a)
{
    return a->left < a->block ? a->left : a->block;
}

/* One sector between disk and buffer. False: the command failed, and the registers say where. */
static bool move_sector(struct ata *a, uint8_t *bytes, bool write)
{
    struct ata_drive *d = &a->drive[a->active];
    bool there = a->lba < d->disk->sectors;

    if (there && (write ? d->disk->write(d->disk, a->lba, bytes) : d->disk->read(d->disk, a->lba, bytes)) == 0) {
        address_out(d, a->lba++);
        d->reg[ATA_COUNT] = (uint8_t)--a->left;
        return true;
    }
    address_out(d, a->lba);
    if (!there)
        fail(a, IDNF, 0);
    else
        fail(a, write ? ABRT : UNC, write ? DF : 0);
    return false;
}

static bool move_block(struct ata *a, unsigned sectors, bool write)
{
    for (unsigned i = 0; i < sectors; i++)
        if (!move_sector(a, a->buffer + i * SECTOR, write))
            return false;
    return true;
}

void ata_next_in(struct ata *a)
{
    unsigned n = sectors_of_block(a);

    if (!n) /* IDENTIFY, which is answered without the disk */
        ata_identify(&a->drive[a->active], a->active, a->buffer);
    else if (!move_block(a, n, false))
        return;
    ata_offer(a, n ? n * SECTOR : SECTOR);
    ata_interrupt(a);
}

void ata_next_out(struct ata *a)
{
    if (!move_block(a, a->filled / SECTOR, true))
        return;
    if (a->left)
        ata_offer(a, sectors_of_block(a) * SECTOR);
    else
        ata_idle(a, READY);
    ata_interrupt(a);
}

/* ---- commands ---- */

static void read_sectors(struct ata *a)
{
    if (aim(a, 1))
        ata_busy(a, ATA_IN, COMMAND_US);
}

static void read_multiple(struct ata *a)
{
    unsigned block = a->drive[a->active].multiple;

    if (!block)
        fail(a, ABRT, 0);
    else if (aim(a, block))
        ata_busy(a, ATA_IN, COMMAND_US);
}

/* The first block is asked for at once, and without an interrupt (ATA/ATAPI-4, 9.8). */
static void start_out(struct ata *a, unsigned block)
{
    if (!aim(a, block))
        return;
    a->phase = ATA_OUT;
    ata_offer(a, sectors_of_block(a) * SECTOR);
}

static void write_sectors(struct ata *a)
{
    start_out(a, 1);
}

static void write_multiple(struct ata *a)
{
    unsigned block = a->drive[a->active].multiple;

    if (block)
        start_out(a, block);
    else
        fail(a, ABRT, 0);
}

/* Reads without moving anything: that all sectors are there is what can be said. */
static void verify(struct ata *a)
{
    struct ata_drive *d = &a->drive[a->active];

    if (!aim(a, 1))
        return;
    if (a->left > d->disk->sectors - a->lba) {
        address_out(d, (uint32_t)d->disk->sectors);
        fail(a, IDNF, 0);
        return;
    }
    address_out(d, a->lba + a->left - 1u);
    ata_busy(a, ATA_NO_DATA, COMMAND_US);
}

static void seek(struct ata *a)
{
    if (aim(a, 1))
        ata_busy(a, ATA_NO_DATA, COMMAND_US);
}

static void nothing(struct ata *a)
{
    ata_busy(a, ATA_NO_DATA, COMMAND_US);
}

static void flush(struct ata *a)
{
    struct disk *d = a->drive[a->active].disk;

    if (d->flush(d))
        fail(a, ABRT, DF);
    else
        nothing(a);
}

static void identify(struct ata *a)
{
    a->left = 0;
    ata_busy(a, ATA_IN, COMMAND_US);
}

static void set_multiple(struct ata *a)
{
    struct ata_drive *d = &a->drive[a->active];
    uint8_t n = d->reg[ATA_COUNT];

    if (n > ATA_BLOCK || n & (n - 1)) {
        fail(a, ABRT, 0);
        return;
    }
    d->multiple = n;
    nothing(a);
}

static void set_geometry(struct ata *a)
{
    struct ata_drive *d = &a->drive[a->active];

    if (!d->reg[ATA_COUNT]) {
        fail(a, ABRT, 0);
        return;
    }
    d->sectors = d->reg[ATA_COUNT];
    d->heads = (uint8_t)((d->reg[ATA_DEVICE] & LBA_HIGH) + 1);
    nothing(a);
}

/* CHECK POWER MODE: always active. */
static void power_mode(struct ata *a)
{
    a->drive[a->active].reg[ATA_COUNT] = 0xff;
    nothing(a);
}

/* SET FEATURES (8.37): caches may be switched, to no effect; of transfer modes there are PIO's. */
static void set_features(struct ata *a)
{
    enum {
        CACHE_ON = 0x02,
        MODE = 0x03,
        LOOK_OFF = 0x55,
        KEEP = 0x66,
        CACHE_OFF = 0x82,
        LOOK_ON = 0xaa,
        DEFAULTS = 0xcc
    };
    enum { PIO_DEFAULT_LAST = 0x01, PIO_FLOW = 0x08, PIO_FLOW_LAST = 0x0c };
    const struct ata_drive *d = &a->drive[a->active];
    uint8_t mode = d->reg[ATA_COUNT];

    switch (d->features) {
    case MODE:
        if (mode > PIO_DEFAULT_LAST && (mode < PIO_FLOW || mode > PIO_FLOW_LAST))
            break;
        nothing(a);
        return;
    case CACHE_ON:
    case CACHE_OFF:
    case LOOK_ON:
    case LOOK_OFF:
    case KEEP:
    case DEFAULTS: nothing(a); return;
    default: break;
    }
    fail(a, ABRT, 0);
}

static const struct command {
    uint8_t first, last;
    void (*run)(struct ata *a);
} commands[] = {
    {0x10, 0x1f, nothing}, /* RECALIBRATE */
    {0x20, 0x21, read_sectors}, {0x30, 0x31, write_sectors}, {0x40, 0x41, verify},         {0x70, 0x7f, seek},
    {0x91, 0x91, set_geometry}, {0xc4, 0xc4, read_multiple}, {0xc5, 0xc5, write_multiple}, {0xc6, 0xc6, set_multiple},
    {0xe0, 0xe3, nothing}, /* STANDBY and IDLE, at once or later */
    {0xe5, 0xe5, power_mode},   {0xe7, 0xe7, flush},         {0xec, 0xec, identify},       {0xef, 0xef, set_features},
};

void ata_execute(struct ata *a, uint8_t opcode)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        if (opcode >= commands[i].first && opcode <= commands[i].last) {
            commands[i].run(a);
            return;
        }
    fail(a, ABRT, 0);
}
