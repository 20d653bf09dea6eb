/* SPDX-License-Identifier: MIT */
/*
 * Kernels that nobody here wrote, unmodified, under every technique: GNU Mach up to where it wants the floating point unit
 * that this machine does not have, and memtest86+ (by the Linux boot protocol) into its tests.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/thirdparty.h"

static const char *const technique[] = {"native", "emulate", "trap", "vtx"};

enum { TECHNIQUES = sizeof technique / sizeof *technique, CONSOLE_ROOM = 4096 };

struct console {
    char text[CONSOLE_ROOM];
    size_t n;
};

static void print(void *ctx, uint8_t byte)
{
    struct console *c = ctx;

    if (c->n + 1 < CONSOLE_ROOM)
        c->text[c->n++] = (char)byte;
}

/* What it prints here it prints on QEMU too (tests/mach.sh compares), the memory map apart. */
static const char *const mach_lines[] = {
    "GNU Mach 1.8",
    "biosmem: 000000000000000000:00000000000009f000, available",
    "biosmem: 000000000000100000:000000000004000000, available",
    "vm_page: DMA: pages: 4080 (15M), free: 0 (0M)",
    "vm_page: DIRECTMAP: pages: 12288 (48M)",
    "panic ../i386/i386/fpu.c:244: init_fpu: No FPU!",
};

Test(kernels, gnu_mach_boots_until_it_wants_a_coprocessor)
{
    struct console console[TECHNIQUES];
    char digest[TECHNIQUES][33];
    struct thirdparty mach;

    thirdparty_open(&mach, "gnumach");
    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct vm *v = thirdparty_boot(&mach, technique[t], true, "console=com0");

        console[t] = (struct console){.n = 0};
        vm_serial(v, print, &console[t]);
        cr_assert_eq(vm_run(v, 200000000), OUTCOME_LIMIT, "%s", technique[t]);
        for (unsigned i = 0; i < sizeof mach_lines / sizeof *mach_lines; i++)
            cr_expect_not_null(strstr(console[t].text, mach_lines[i]), "%s: no '%s' in:\n%s", technique[t],
                               mach_lines[i], console[t].text);
        machine_digest(vm_guest(v), digest[t]);
        cr_expect_str_eq(console[t].text, console[0].text, "%s", technique[t]);
        cr_expect_str_eq(digest[t], digest[0], "%s", technique[t]);
        vm_destroy(v);
    }
    thirdparty_close(&mach);
}

Test(kernels, memtest86_draws_and_tests)
{
    char digest[TECHNIQUES][33];
    struct thirdparty memtest;

    thirdparty_open(&memtest, "memtest");
    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct vm *v = thirdparty_boot(&memtest, technique[t], true, NULL);
        struct screen s;

        screen_at(v, 16000000, &s);
        cr_expect_eq(screen_find(&s, "Memtest86+ v6.10"), 0, "%s: no title", technique[t]);
        cr_expect_geq(screen_find(&s, "Test #0  [Address test, walking ones"), 0, "%s: no first test", technique[t]);
        screen_at(v, 20000000, &s);
        cr_expect_geq(screen_find(&s, "Test #2  [Address test, own address"), 0, "%s: no progress", technique[t]);
        cr_expect_geq(screen_find(&s, "[60MB of 63.6MB]"), 0, "%s: it does not see the memory", technique[t]);
        cr_expect_geq(screen_find(&s, "Errors: 0"), 0, "%s: it finds errors", technique[t]);
        machine_digest(vm_guest(v), digest[t]);
        cr_expect_str_eq(digest[t], digest[0], "%s", technique[t]);
        vm_destroy(v);
    }
    thirdparty_close(&memtest);
}
