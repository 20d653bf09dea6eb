/* SPDX-License-Identifier: MIT */
/* The ATA channel against ATA/ATAPI-4 (T13/1153D): registers, commands, blocks, errors, absent drives, reset, state. */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/dev/ata.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { HZ = 1000000, SECTORS = 4 * 16 * 63 };
enum { FEATURES = 0x1f1, COUNT, LBA0, LBA1, LBA2, DEVICE, COMMAND, CONTROL = 0x3f6 };

static struct fake_host f;
static struct ata a;

/* A disk whose sectors are full of their number until they are written. */
static uint8_t surface[2][SECTORS][SECTOR];
static bool broken;

struct medium {
    struct disk disk;
    uint8_t (*sector)[SECTOR];
    unsigned flushes;
};

static int medium_read(struct disk *d, uint64_t lba, uint8_t to[SECTOR])
{
    memcpy(to, ((struct medium *)d)->sector[lba], SECTOR);
    return broken ? -1 : 0;
}

static int medium_write(struct disk *d, uint64_t lba, const uint8_t from[SECTOR])
{
    if (broken)
        return -1;
    memcpy(((struct medium *)d)->sector[lba], from, SECTOR);
    return 0;
}

static int medium_flush(struct disk *d)
{
    ((struct medium *)d)->flushes++;
    return 0;
}

static void medium_state(struct state *s, struct disk *d)
{
    (void)s;
    (void)d;
}

static struct medium medium[2];

static void start(unsigned drives)
{
    fake_host_init(&f, HZ);
    broken = false;
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned lba = 0; lba < SECTORS; lba++)
            for (unsigned at = 0; at < SECTOR; at += 2) {
                surface[i][lba][at] = (uint8_t)lba;
                surface[i][lba][at + 1] = (uint8_t)(lba >> 8 | i << 7);
            }
        medium[i] = (struct medium){.disk = {SECTORS, medium_read, medium_write, medium_flush, medium_state},
                                    .sector = surface[i]};
        f.host.disk[i] = i < drives ? &medium[i].disk : NULL;
    }
    ata_init(&a, &f.host);
}

static void out(uint16_t port, uint8_t v)
{
    ata_out(&a, port, v);
}

static uint8_t in(uint16_t port)
{
    return ata_in(&a, port);
}

static uint16_t word(void)
{
    return (uint16_t)ata_data_in_wide(&a, 0x1f0, 2);
}

static void pass(unsigned us)
{
    fake_host_run(&f, f.now + us * (uint64_t)HZ / 1000000 + 2);
}

/* Issues a command by LBA and waits for it: the status. */
static uint8_t command(uint8_t opcode, uint32_t lba, uint8_t count, uint8_t device)
{
    out(DEVICE, (uint8_t)(device | (lba >> 24 & 15)));
    out(COUNT, count), out(LBA0, (uint8_t)lba), out(LBA1, (uint8_t)(lba >> 8)), out(LBA2, (uint8_t)(lba >> 16));
    out(COMMAND, opcode);
    pass(100);
    return in(COMMAND);
}

Test(ata, signature_and_registers)
{
    start(1);
    cr_expect_eq(in(COMMAND), 0x50);
    cr_expect_eq(in(FEATURES), 0x01, "diagnosed: nothing found");
    cr_expect(in(COUNT) == 1 && in(LBA0) == 1 && in(LBA1) == 0 && in(LBA2) == 0, "9.12: a disk");
    for (unsigned v = 0; v < 256; v++) {
        out(COUNT, (uint8_t)v), out(LBA0, (uint8_t)(v ^ 1)), out(LBA1, (uint8_t)(v ^ 2)), out(LBA2, (uint8_t)(v ^ 3));
        cr_assert(in(COUNT) == v && in(LBA0) == (v ^ 1) && in(LBA1) == (v ^ 2) && in(LBA2) == (v ^ 3));
        out(DEVICE, (uint8_t)(v & ~0x10));
        cr_assert_eq(in(DEVICE), (v & ~0x10u) | 0xa0);
    }
}

Test(ata, identify)
{
    uint16_t w[256];
    char model[41] = "";

    start(1);
    cr_expect_eq(command(0xec, 0, 0, 0xa0), 0x58);
    for (unsigned i = 0; i < 256; i++)
        w[i] = word();
    cr_expect_eq(in(COMMAND), 0x50);
    cr_expect(w[1] == 4 && w[3] == 16 && w[6] == 63, "cylinders, heads, sectors");
    cr_expect(w[54] == 4 && w[55] == 16 && w[56] == 63 && w[57] == SECTORS && w[58] == 0);
    cr_expect_eq(w[60] | w[61] << 16, SECTORS);
    cr_expect_eq(w[0] & 0x8000, 0, "an ATA device");
    cr_expect_eq(w[49] & 0x0300, 0x0200, "LBA, no DMA");
    cr_expect_eq(w[47] & 0xff, 16);
    for (unsigned i = 0; i < 40; i++)
        model[i] = (char)(i & 1 ? w[27 + i / 2] : w[27 + i / 2] >> 8);
    cr_expect_eq(strncmp(model, "RINGSIDE DISK      ", 19), 0, "%s", model);
    cr_expect_eq(command(0xc6, 0, 8, 0xa0), 0x50);
    (void)command(0xec, 0, 0, 0xa0);
    for (unsigned i = 0; i < 256; i++)
        w[i] = word();
    cr_expect_eq(w[59], 0x0108, "8 sectors a block");
}

/* 9.7: an interrupt with each block, none at the end. */
Test(ata, reads_sector_by_sector)
{
    start(1);
    out(DEVICE, 0xe0), out(COUNT, 3), out(LBA0, 0x34), out(LBA1, 0x02), out(LBA2, 0);
    out(COMMAND, 0x20);
    cr_expect_eq(in(CONTROL), 0x80, "busy");
    cr_expect_not(f.line[14]);
    out(COMMAND, 0x30);
    cr_expect_eq(in(COMMAND), 0x80, "deaf, too");
    for (unsigned n = 0; n < 3; n++) {
        pass(100);
        cr_expect(f.line[14]);
        cr_expect_eq(in(CONTROL), 0x58, "the alternate status leaves the interrupt");
        cr_expect(f.line[14]);
        cr_expect_eq(in(COMMAND), 0x58);
        cr_expect_not(f.line[14]);
        for (unsigned i = 0; i < 256; i++)
            cr_assert_eq(word(), 0x234 + n);
    }
    cr_expect_eq(in(COMMAND), 0x50);
    pass(1000);
    cr_expect_eq(f.rises[14], 3);
    cr_expect(in(COUNT) == 0 && in(LBA0) == 0x36 && in(LBA1) == 2, "the last sector read");
    cr_expect_eq(word(), 0, "nothing is offered");
    out(CONTROL, 2);
    cr_expect_eq(command(0x20, 1, 1, 0xe0), 0x58);
    cr_expect_eq(f.rises[14], 3, "nIEN");
    cr_expect_eq(ata_data_in_wide(&a, 0x1f0, 4), 0x00010001, "two words at once");
}

Test(ata, count_of_zero_is_256)
{
    start(1);
    cr_expect_eq(command(0x20, 100, 0, 0xe0), 0x58);
    for (unsigned n = 0; n < 256; n++) {
        for (unsigned i = 0; i < 256; i++)
            cr_assert_eq(word(), 100 + n);
        pass(100);
    }
    cr_expect_eq(in(COMMAND), 0x50);
}

Test(ata, cylinder_head_sector)
{
    start(1);
    for (unsigned lba = 0; lba < SECTORS; lba += 61) {
        unsigned c = lba / 1008, h = lba / 63 % 16, s = lba % 63 + 1;

        out(DEVICE, (uint8_t)(0xa0 | h)), out(COUNT, 1), out(LBA0, (uint8_t)s), out(LBA1, (uint8_t)c), out(LBA2, 0);
        out(COMMAND, 0x20);
        pass(100);
        cr_assert_eq(word(), lba, "%u/%u/%u", c, h, s);
        for (unsigned i = 1; i < 256; i++)
            (void)word();
        cr_assert(in(LBA0) == s && in(LBA1) == c && (in(DEVICE)&15) == h);
    }
    cr_expect_eq(command(0x20, 0, 1, 0xa0), 0x51, "sector 0");
    cr_expect_eq(in(FEATURES), 0x10, "IDNF");
    out(DEVICE, 0xa3), out(COUNT, 17), out(COMMAND, 0x91);
    pass(100);
    cr_expect_eq(in(COMMAND), 0x50, "4 heads, 17 sectors");
    out(DEVICE, 0xa1), out(COUNT, 1), out(LBA0, 2), out(LBA1, 3), out(LBA2, 0), out(COMMAND, 0x20);
    pass(100);
    cr_expect_eq(word(), (3 * 4 + 1) * 17 + 1);
}

/* 9.8: the first block without an interrupt, one when each is on the disk. */
Test(ata, writes)
{
    start(2);
    out(DEVICE, 0xf0), out(COUNT, 2), out(LBA0, 7), out(LBA1, 0), out(LBA2, 0), out(COMMAND, 0x30);
    cr_expect_eq(in(COMMAND), 0x58, "asked for at once");
    for (unsigned n = 0; n < 2; n++) {
        for (unsigned i = 0; i < 256; i++)
            ata_data_out_wide(&a, 0x1f0, 2, 0x7700 + n);
        cr_expect_eq(in(CONTROL), 0x80);
        pass(10);
        cr_expect(f.line[14]);
        cr_expect_eq(in(COMMAND), n ? 0x50 : 0x58);
    }
    cr_expect(surface[1][7][1] == 0x77 && surface[1][8][0] == 1 && surface[1][9][0] == 9);
    cr_expect_eq(surface[0][7][0], 7, "the other drive's is as it was");
    cr_expect_eq(command(0xe7, 0, 0, 0xf0), 0x50);
    cr_expect_eq(medium[1].flushes, 1);
}

Test(ata, blocks_of_several_sectors)
{
    start(1);
    cr_expect_eq(command(0xc4, 0, 1, 0xe0), 0x51, "no block is set");
    cr_expect_eq(command(0xc6, 0, 3, 0xe0), 0x51, "no power of two");
    cr_expect_eq(command(0xc6, 0, 32, 0xe0), 0x51, "too large");
    cr_expect_eq(command(0xc6, 0, 16, 0xe0), 0x50);
    f.rises[14] = 0;
    cr_expect_eq(command(0xc4, 50, 40, 0xe0), 0x58);
    for (unsigned n = 0; n < 40; n++) {
        for (unsigned i = 0; i < 256; i++)
            cr_assert_eq(word(), 50 + n);
        if (n % 16 == 15) {
            cr_expect_eq(in(COMMAND), 0x80);
            pass(10);
            cr_expect_eq(in(COMMAND), 0x58);
        }
    }
    cr_expect_eq(in(COMMAND), 0x50);
    cr_expect_eq(f.rises[14], 3);
    out(COUNT, 5), out(LBA0, 60), out(COMMAND, 0xc5);
    for (unsigned i = 0; i < 5 * 256; i++)
        ata_data_out_wide(&a, 0x1f0, 2, i / 256);
    pass(10);
    cr_expect_eq(in(COMMAND), 0x50);
    for (unsigned n = 0; n < 5; n++)
        cr_expect_eq(surface[0][60 + n][0], n);
}

Test(ata, errors)
{
    static const uint8_t accepted[] = {0x10, 0x1f, 0xe0, 0xe1, 0xe2, 0xe3, 0xe5, 0xe7, 0x70, 0x40, 0x41};

    start(1);
    cr_expect_eq(command(0x20, SECTORS, 1, 0xe0), 0x51);
    cr_expect_eq(in(FEATURES), 0x10, "IDNF");
    cr_expect_eq(command(0x20, SECTORS - 1, 2, 0xe0), 0x58, "the first is there,");
    for (unsigned i = 0; i < 256; i++)
        (void)word();
    pass(10);
    cr_expect_eq(in(COMMAND), 0x51, "the second is not");
    cr_expect_eq((in(LBA1) << 8) + in(LBA0), SECTORS);
    cr_expect_eq(command(0x40, SECTORS - 1, 2, 0xe0), 0x51, "nor to VERIFY");
    broken = true;
    cr_expect_eq(command(0x20, 5, 1, 0xe0), 0x51);
    cr_expect_eq(in(FEATURES), 0x40, "UNC");
    broken = false;
    for (unsigned opcode = 0, good = 0; opcode < 256; opcode++) {
        bool known = opcode == 0x90 || (opcode >= 0x20 && opcode <= 0x31) || opcode == 0xec || opcode == 0xc5;

        if (known || (opcode & 0xf0) == 0x10 || (opcode & 0xf0) == 0x70 || opcode == 0x91 || opcode == 0xc6 ||
            opcode == 0xef || memchr(accepted, (int)opcode, sizeof accepted))
            continue;
        cr_assert_eq(command((uint8_t)opcode, 1, 1, 0xe0), 0x51, "%02x", opcode);
        cr_assert_eq(in(FEATURES), 0x04, "%02x: ABRT", opcode);
        cr_assert_eq(good++ > 256, 0);
    }
    for (unsigned i = 0; i < sizeof accepted; i++)
        cr_assert_eq(command(accepted[i], 1, 1, 0xe0), 0x50, "%02x", accepted[i]);
    out(FEATURES, 3);
    cr_expect_eq(command(0xef, 0, 0x0c, 0xe0), 0x50, "PIO 4");
    cr_expect_eq(command(0xef, 0, 0x20, 0xe0), 0x51, "no DMA");
    out(FEATURES, 0x99);
    cr_expect_eq(command(0xef, 0, 0, 0xe0), 0x51);
}

Test(ata, absent_drives)
{
    start(0);
    for (unsigned device = 0xa0; device <= 0xb0; device += 0x10) {
        out(DEVICE, (uint8_t)device);
        for (uint16_t port = FEATURES; port <= COMMAND; port++)
            cr_expect_eq(in(port), 0, "%x", port);
        cr_expect_eq(command(0xec, 0, 0, (uint8_t)device), 0);
    }
    start(1);
    cr_expect_eq(command(0xec, 0, 0, 0xb0), 0, "drive 0 says for drive 1 that it is not there");
    cr_expect_eq(f.rises[14], 0);
    out(DEVICE, 0xa0);
    cr_expect_eq(in(COMMAND), 0x50, "and has not listened");
}

Test(ata, reset_and_diagnosis)
{
    start(2);
    (void)command(0x20, 9, 2, 0xf0);
    out(CONTROL, 4);
    cr_expect_eq(in(CONTROL), 0x80);
    pass(100000);
    cr_expect_eq(in(CONTROL), 0x80, "as long as SRST is set");
    out(CONTROL, 0);
    cr_expect_eq(in(CONTROL), 0x80);
    pass(100);
    cr_expect_eq(in(COMMAND), 0x50);
    cr_expect(in(DEVICE) == 0xa0 && in(COUNT) == 1 && in(LBA0) == 1 && in(FEATURES) == 1);
    f.rises[14] = 0;
    out(DEVICE, 0xb0), out(COMMAND, 0x90);
    pass(100);
    cr_expect_eq(f.rises[14], 1);
    cr_expect(in(COMMAND) == 0x50 && in(DEVICE) == 0xa0 && in(FEATURES) == 1);
}

/* A transfer cut in two by save and load goes on where it was. */
Test(ata, state_in_mid_transfer)
{
    struct state s, l;

    start(1);
    (void)command(0xc6, 0, 4, 0xe0);
    (void)command(0xc4, 20, 8, 0xe0);
    for (unsigned i = 0; i < 700; i++)
        (void)word();
    state_init_save(&s);
    ata_state(&s, &a);
    start(1);
    state_init_load(&l, s.data, s.size);
    ata_state(&l, &a);
    cr_assert_eq(l.error[0], 0, "%s", l.error);
    for (unsigned i = 700; i < 1024; i++)
        cr_assert_eq(word(), 20 + i / 256);
    pass(10);
    cr_expect_eq(word(), 24);
    for (size_t at = 0; at < s.size && at < 80; at++) { /* whatever a state says, the buffer is not left */
        uint8_t was = s.data[at];

        for (unsigned v = 0; v < 256; v += 5) {
            s.data[at] = (uint8_t)v;
            state_init_load(&l, s.data, s.size);
            ata_state(&l, &a);
            for (unsigned i = 0; i < 5000; i++)
                (void)word(), ata_data_out_wide(&a, 0x1f0, 2, 0);
        }
        s.data[at] = was;
    }
    state_free(&s);
}
