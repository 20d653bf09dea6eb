/* SPDX-License-Identifier: MIT */
/* The Linux boot protocol (Documentation/arch/x86/boot.rst, zero-page.rst) with a kernel of our own: header, state, refusals. */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/loader.h"
#include "interp/loader_linux.h"
#include "interp/machine.h"

enum { MIB = 1 << 20, SIZE = 512 * 3 + 1000, PAYLOAD = 512 * 3 };

static uint8_t image[SIZE];
static char error[200];

static void put(unsigned at, unsigned size, uint32_t v)
{
    for (unsigned i = 0; i < size; i++)
        image[at + i] = (uint8_t)(v >> 8 * i);
}

/* Two sectors of setup, then a kernel that counts up. */
static void make(void)
{
    memset(image, 0, sizeof image);
    for (unsigned i = PAYLOAD; i < SIZE; i++)
        image[i] = (uint8_t)i;
    put(0x1f1, 1, 2);
    put(0x1fe, 2, 0xaa55);
    put(0x201, 1, 0x66);
    memcpy(image + 0x202, "HdrS", 4);
    put(0x206, 2, 0x20c);
    put(0x211, 1, 1);
    put(0x214, 4, 0x100000);
    put(0x22c, 4, 0x37ffffff);
    put(0x238, 4, 255);
    put(0x260, 4, 0x8000);
}

static struct machine *fresh(void)
{
    static struct machine *m;

    if (!m)
        m = machine_create(&(struct machine_config){.ram = ram_create(16 * MIB >> 12),
                                                    .mem = 16 * MIB,
                                                    .tlb_sets = 64,
                                                    .tlb_ways = 4,
                                                    .cost = &cost_presets[0]});
    cr_assert_not_null(m);
    machine_reset(m);
    return m;
}

static int boot(struct machine *m, const char *append, const struct boot_module *modules, unsigned n)
{
    const struct boot b = {
        .name = "k", .image = image, .size = sizeof image, .append = append, .module = modules, .modules = n};

    cr_assert(linux_image(&b));
    return loader_boot(m, &b, error, sizeof error);
}

static uint32_t peek(struct machine *m, uint32_t pa)
{
    uint32_t v;

    cr_assert_eq(machine_read(m, pa, &v, 4), 0);
    return v;
}

Test(loader_linux, boots)
{
    static uint8_t disk[5000] = {7, 8, 9};
    const struct boot_module ramdisk = {.name = "initrd", .data = disk, .size = sizeof disk};
    struct machine *m = fresh();
    const struct cpu *c = &m->cpu;
    uint8_t bytes[1000];
    char line[16];
    uint32_t p;

    make();
    cr_assert_eq(boot(m, "a=b c", &ramdisk, 1), 0, "%s", error);
    cr_expect_eq(machine_read(m, 0x100000, bytes, sizeof bytes), 0);
    cr_expect_arr_eq(bytes, image + PAYLOAD, sizeof bytes);
    cr_expect(c->eip == 0x100000 && !(cpu_eflags(c) & FL_IF) && c->cr0 & CR0_PE && !(c->cr0 & CR0_PG));
    cr_expect(c->seg[CS].sel == 0x10 && c->seg[DS].sel == 0x18 && c->seg[ES].sel == 0x18 && c->seg[SS].sel == 0x18);
    cr_expect(c->seg[CS].base == 0 && c->seg[CS].limit == UINT32_MAX && c->seg[DS].limit == UINT32_MAX);
    cr_expect(c->r[EBP] == 0 && c->r[EDI] == 0 && c->r[EBX] == 0);
    cr_expect_eq(peek(m, c->gdtr.base + 0x14) & 0x00cf9a00, 0x00cf9a00, "the GDT has them: code,");
    cr_expect_eq(peek(m, c->gdtr.base + 0x1c) & 0x00cf9200, 0x00cf9200, "and data");
    p = c->r[ESI];
    cr_expect_eq(peek(m, p + 0x202), 0x53726448, "the header was copied");
    cr_expect_eq(peek(m, p + 0x210) & 0xff, 0xff);
    cr_expect_eq(machine_read(m, peek(m, p + 0x228), line, 6), 0);
    cr_expect_str_eq(line, "a=b c");
    cr_expect(peek(m, p + 0x218) == 0x108000 && peek(m, p + 0x21c) == 5000, "behind what the kernel unpacks into");
    cr_expect_eq(peek(m, 0x108000) & 0xffffff, 0x090807);
    cr_expect_eq(peek(m, p + 0x1e8) & 0xff, 3);
    cr_expect(peek(m, p + 0x2d0) == 0 && peek(m, p + 0x2d8) == 0x9fc00 && peek(m, p + 0x2e0) == 1);
    cr_expect(peek(m, p + 0x2e4) == 0x9fc00 && peek(m, p + 0x2ec) == 0x60400 && peek(m, p + 0x2f4) == 2);
    cr_expect(peek(m, p + 0x2f8) == 0x100000 && peek(m, p + 0x300) == 15 * MIB && peek(m, p + 0x308) == 1);
    cr_expect_eq(peek(m, p + 0x1e0), 15 * 1024);
    cr_expect_eq(peek(m, p + 0x06) & 0xffff, 80 << 8 | 3);
    cr_expect_eq(peek(m, p + 0x0e) & 0xffff, 1 << 8 | 25);
}

#define REFUSED(what, ...)                                                                                             \
    do {                                                                                                               \
        cr_expect_eq(boot(fresh(), __VA_ARGS__), -1, what);                                                            \
        cr_expect_not_null(strstr(error, what), "%s", error);                                                          \
        make();                                                                                                        \
    } while (0)

Test(loader_linux, refuses)
{
    static uint8_t disk[16];
    static char line[300];
    const struct boot_module two[] = {{.name = "a", .data = disk, .size = 16}, {.name = "b", .data = disk, .size = 16}};
    const struct boot_module huge = {.name = "huge", .data = disk, .size = 64u << 20};

    make();
    put(0x206, 2, 0x201);
    REFUSED("2.02 or later", NULL, NULL, 0);
    put(0x211, 1, 0);
    REFUSED("zImage", NULL, NULL, 0);
    put(0x1f1, 1, 200);
    REFUSED("truncated", NULL, NULL, 0);
    put(0x214, 4, 0x200000);
    REFUSED("entry", NULL, NULL, 0);
    put(0x260, 4, 0x2000000);
    REFUSED("the machine has 16384 KiB", NULL, NULL, 0);
    put(0x22c, 4, 0x108000);
    REFUSED("a: ends above", NULL, two, 1);
    REFUSED("one, its RAM disk", NULL, two, 2);
    REFUSED("huge: needs", NULL, &huge, 1);
    memset(line, 'x', sizeof line - 1);
    REFUSED("299 characters", line, NULL, 0);
    for (size_t size = 0; size < PAYLOAD; size++) { /* cut short anywhere it is refused, one way or another */
        const struct boot b = {.name = "k", .image = image, .size = size};

        cr_assert_eq(loader_boot(fresh(), &b, error, sizeof error), -1);
    }
}
