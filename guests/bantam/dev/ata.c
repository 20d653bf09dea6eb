/* SPDX-License-Identifier: MIT */
/*
 * The first drive of the first ATA channel, by programmed I/O with 28-bit sector numbers (ATA/ATAPI-4, T13/1153D). The file
 * system calls it under a lock, so there is one command at a time.
 *
 * A process that waits for the drive sleeps, and the others run: the drive's interrupt wakes it. Before there are processes, and
 * for good once an interrupt has got lost, the status register is polled, with the drive's interrupts off.
 */
#include "guests/bantam/dev/ata.h"

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/console.h"
#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/process.h"

/* 7.2, "I/O register descriptions" */
enum { DATA = 0x1f0, COUNT = 0x1f2, LBA_LOW, LBA_MID, LBA_HIGH, DEVICE, STATUS, COMMAND = STATUS, CONTROL = 0x3f6 };
enum { ERR = 0x01, DRQ = 0x08, DF = 0x20, BSY = 0x80, FLOATING = 0xff };
enum { NO_INTERRUPTS = 0x02, RESET = 0x04, DEVICE_LBA = 0xe0 };
enum { READ = 0x20, WRITE = 0x30, FLUSH_CACHE = 0xe7, IDENTIFY = 0xec };
/* 8.12, "IDENTIFY DEVICE": words of its answer */
enum { CAPABILITIES = 49, HAS_LBA = 1 << 9, SECTORS = 60, COMMANDS_SET_2 = 83, HAS_FLUSH = 1 << 12 };

enum { LINE = 14, WORDS = 256, SECTORS_A_BLOCK = BLOCK_SIZE / (2 * WORDS) };
enum { POLLS = 10 * 1000 * 1000, PATIENCE = 10 }; /* of status reads, about a microsecond each; of seconds */

static bool by_interrupt; /* the command that runs */
static bool interrupted;
static bool interrupts_get_lost, can_flush;

static void interrupt(void)
{
    counters.interrupts++;
    (void)arch_in8(STATUS); /* takes the request back */
    interrupted = true;
    wake(&interrupted);
}

/* 400 ns, which the status needs to become true after a command or a choice of drive. */
static void settle(void)
{
    for (int i = 0; i < 4; i++)
        (void)arch_in8(CONTROL);
}

/* The status when the drive is not busy any more. E_IO: it stays so. */
static int poll(void)
{
    for (long i = 0; i < POLLS; i++) {
        uint8_t status = arch_in8(CONTROL);

        if (!(status & BSY))
            return status;
    }
    return E_IO;
}

/* The same, for a process that sleeps. When the drive is ready but has said nothing for a second, its word was lost. */
static int sleep(void)
{
    uint32_t saved = arch_irq_save();

    for (int seconds = 0; !interrupted && seconds < PATIENCE;) {
        if (!current->wake_at) /* a kill() wakes us too: that is no second */
            current->wake_at = now() + HZ;
        wait_for(&interrupted);
        if (interrupted || current->wake_at)
            continue;
        seconds++;
        if (!(arch_in8(CONTROL) & BSY)) {
            interrupts_get_lost = true;
            break;
        }
    }
    current->wake_at = 0;
    interrupted = false;
    arch_irq_restore(saved);
    return arch_in8(CONTROL);
}

static int wait_ready(void)
{
    int status = by_interrupt ? sleep() : poll();

    return status < 0 || (status & (BSY | DF | ERR)) ? E_IO : status;
}

static int wait_data(void)
{
    int status = wait_ready();

    return status >= 0 && status & DRQ ? 0 : E_IO;
}

/* A drive that answers no more gets a second chance with the next command. */
static int fail(void)
{
    if (arch_in8(CONTROL) & (BSY | DRQ)) {
        arch_out8(CONTROL, RESET | NO_INTERRUPTS);
        settle();
        arch_out8(CONTROL, NO_INTERRUPTS);
        settle();
        (void)poll();
    }
    return E_IO;
}

static int start(uint8_t command, uint32_t sector, uint8_t count)
{
    by_interrupt = current && !interrupts_get_lost;
    arch_out8(DEVICE, (uint8_t)(DEVICE_LBA | sector >> 24));
    settle();
    if (poll() < 0)
        return E_IO;
    arch_out8(CONTROL, by_interrupt ? 0 : NO_INTERRUPTS);
    interrupted = false;
    arch_out8(COUNT, count);
    arch_out8(LBA_LOW, (uint8_t)sector);
    arch_out8(LBA_MID, (uint8_t)(sector >> 8));
    arch_out8(LBA_HIGH, (uint8_t)(sector >> 16));
    arch_out8(COMMAND, command);
    settle();
    return 0;
}

/* The drive says when each sector can be fetched. */
static int read(struct blockdev *d, uint32_t block, void *to)
{
    int error = block < d->blocks ? start(READ, block * SECTORS_A_BLOCK, SECTORS_A_BLOCK) : E_IO;

    counters.disk_reads++;
    for (int i = 0; !error && i < SECTORS_A_BLOCK; i++) {
        error = wait_data();
        if (!error)
            arch_in16s(DATA, (uint16_t *)to + i * WORDS, WORDS);
    }
    return error ? fail() : 0;
}

/* It asks for the first sector without an interrupt (9.6, "PIO data out commands"), and says when each has been taken. */
static int write(struct blockdev *d, uint32_t block, const void *from)
{
    int error = block < d->blocks ? start(WRITE, block * SECTORS_A_BLOCK, SECTORS_A_BLOCK) : E_IO;
    int status = error ? error : poll();

    counters.disk_writes++;
    for (int i = 0; !error && i < SECTORS_A_BLOCK; i++) {
        if (status < 0 || (status & (ERR | DF)) || !(status & DRQ))
            return fail();
        arch_out16s(DATA, (const uint16_t *)from + i * WORDS, WORDS);
        status = wait_ready();
    }
    return error || status < 0 ? fail() : 0;
}

static int flush(struct blockdev *d)
{
    (void)d;
    if (!can_flush)
        return 0;
    return start(FLUSH_CACHE, 0, 0) || wait_ready() < 0 ? fail() : 0;
}

/* Nobody drives the bus: all ones. A channel without this drive: zeros. A CD-ROM drive aborts the command. */
static bool identify(uint16_t word[WORDS])
{
    arch_out8(DEVICE, DEVICE_LBA);
    settle();
    if (arch_in8(STATUS) == FLOATING || arch_in8(STATUS) == 0)
        return false;
    if (start(IDENTIFY, 0, 0) || wait_data())
        return false;
    arch_in16s(DATA, word, WORDS);
    return word[CAPABILITIES] & HAS_LBA;
}

struct blockdev *ata_start(void)
{
    static struct blockdev disk = {.read = read, .write = write, .flush = flush};
    static uint16_t word[WORDS];

    if (!identify(word))
        return NULL;
    can_flush = word[COMMANDS_SET_2] & HAS_FLUSH;
    disk.blocks = (word[SECTORS] | (uint32_t)word[SECTORS + 1] << 16) / SECTORS_A_BLOCK;
    arch_irq_attach(LINE, interrupt);
    return &disk;
}
