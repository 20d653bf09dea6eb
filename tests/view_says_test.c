/* SPDX-License-Identifier: MIT */
/* Views one by one: what they say of guests that stand. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/segment.h"
#include "tests/support/seat.h"
#include "ui/i18n.h"
#include "ui/place.h"
#include "ui/view/view.h"

/* The kernel has just written CR3, under a monitor. */
Test(view, a_trapped_mov_to_cr3)
{
    static struct seat g;
    char text[64];

    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_writes_cr3");
    SAYS(&g, "code", "=>   00100309 P 0f 22 d8");
    seat_go(&g, GOAL_STEP, 1);
    (void)snprintf(text, sizeof text, "%08x*", seat_address(&g, "second_directory"));
    cr_assert(strstr(seat_line(&g, "registers", "CR3"), text), "%s", g.text);
    (void)snprintf(text, sizeof text, "%08x", vm_hardware_cr3(g.d.s.vm));
    cr_assert(strstr(seat_line(&g, "registers", "CR3"), text), "%s", g.text);
    SAYS(&g, "registers", "IF=0 IOPL=0");
    SAYS(&g, "code", "kernel_goes_on:\n=>");
    SAYS(&g, "log", "cr_access, #GP(0) at kernel_writes_cr3");
    SAYS(&g, "log", "CR3: 00103000 -> 00108000");
    SAYS(&g, "log", "empties the shadow; guest CR3 00108000");
    SAYS(&g, "console", "the kernel gets #GP, error code 00000000\n");
    SAYS(&g, "shadow", "fc000000-fc005fff");
    SAYS_NOT(&g, "shadow", "00101000-");
    SAYS(&g, "pt", "00400000-00400fff -> 0010c000");
    SAYS(&g, "exits", "cr_access                   4");
    SAYS(&g, "vmm", "07c0  code  00000000+ffffffff DPL0");
    SAYS(&g, "vmm", "0788  code  00000000+fbffffff DPL1");
    SAYS(&g, "devices", "text 80 x 25 from b8000");
    SAYS(&g, "symbols", "kernel_writes_cr3");
    SAYS(&g, "backtrace", "=>#0  0010030c kernel_goes_on");
    seat_close(&g);
}

Test(view, native_has_one_cpu_and_no_shadow)
{
    static struct seat g;

    seat_open(&g, "cr3", "native");
    seat_step_to(&g, "kernel_writes_cr3");
    seat_go(&g, GOAL_STEP, 1);
    SAYS(&g, "registers", "CR3    00108000*");
    cr_assert_eq(strstr(seat_line(&g, "registers", "CR3"), "01001000"), NULL);
    SAYS(&g, "shadow", "There is no shadow");
    SAYS(&g, "p2m", "There is no p2m");
    SAYS(&g, "log", "CR3: 00103000 -> 00108000");
    SAYS_NOT(&g, "log", "cr_access");
    SAYS_NOT(&g, "walk", "p2m");
    seat_close(&g);
}

/* A page of the new space: its walk, before and after the access that makes the monitor fill its shadow. */
Test(view, a_walk_by_micro_steps)
{
    static struct seat g;
    char fault[200];

    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_goes_on");
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    g.d.walk.shown = WALK_ALL;
    SAYS(&g, "walk", "A hidden page fault");
    SAYS(&g, "walk", "does not hold the page");
    SAYS(&g, "walk", "0010a000: 0010c003");
    SAYS(&g, "walk", "0010c000: 22222222");
    cr_assert_eq(view_walk_steps(&g.d), 11);
    (void)snprintf(fault, sizeof fault, "%s", seat_line(&g, "walk", "directory 001"));
    cr_assert(strstr(fault, "01001004: 00000000 not present") || strstr(fault, "01001004: 00000000"), "%s", fault);
    seat_go(&g, GOAL_STEP, 1);
    cr_assert_eq(view_walk_steps(&g.d), 13);
    SAYS(&g, "walk", "no trap");
    SAYS(&g, "walk", "00400 -> 00ef9");
    SAYS(&g, "walk", "00ef9000: 22222222");
    SAYS(&g, "tlb", "00400 -> 00ef9");
    SAYS(&g, "log", "fills 00400000 -> hpa 00ef9000, by gpa 0010c000");
    seat_close(&g);
}

/* Each micro-step adds to the picture, side by side and one below the other, and the current one is marked. */
Test(view, each_micro_step_shows_more)
{
    static const char *const technique[] = {"native", "emulate", "trap+v"};
    static const int width[] = {38, 80, 158};
    static struct seat g;

    for (unsigned t = 0; t < 3; t++) {
        seat_open(&g, "cr3", technique[t]);
        seat_step_to(&g, "kernel_goes_on");
        seat_go(&g, GOAL_STEP, 1);
        for (unsigned w = 0; w < 3; w++) {
            unsigned steps = view_walk_steps(&g.d);
            size_t ink = 0;

            for (g.d.walk.shown = 1; g.d.walk.shown <= steps; g.d.walk.shown++) {
                const char *text = seat_shows(&g, "walk", width[w], 20);
                size_t now = 0;

                for (const char *c = text; *c; c++)
                    now += *c != ' ' && *c != '=' && *c != '>' && *c != '\n';
                cr_assert(now > ink, "%s, %d: step %u adds nothing:\n%s", technique[t], width[w], g.d.walk.shown, text);
                cr_assert_eq(!strstr(text, "=>"), g.d.walk.shown == steps, "%s", text);
                ink = now;
            }
        }
        seat_close(&g);
    }
}

/* A true fault: which level refuses, and with which error code. */
Test(view, a_true_page_fault)
{
    static struct seat g;

    seat_open(&g, "pagefault", "trap+v");
    seat_step_to(&g, "touches_page");
    g.d.walk.set = g.d.walk.write = true;
    g.d.walk.at = gva(0x800123);
    SAYS(&g, "walk", "#PF, error code 2: the page-table entry is not present");
    g.d.walk.at = gva(0x40000000);
    SAYS(&g, "walk", "#PF, error code 2: the directory entry is not present");
    g.d.walk.at = gva(seat_address(&g, "main"));
    g.d.walk.user = true;
    SAYS(&g, "walk", "#PF, error code 7: the page-table entry is the supervisor's");
    g.d.walk.at = gva(0xfc001000); /* the monitor's own, but the guest has nothing there */
    SAYS(&g, "walk", "#PF, error code 6: the directory entry is not present");
    seat_go(&g, GOAL_STEP, 1);
    SAYS(&g, "log", "true_fault, #PF(2) at touches_page");
    SAYS(&g, "log", "injects #PF(2) at touches_page");
    SAYS(&g, "code", "page_fault:\n=>");
    SAYS(&g, "registers", "CR2    00800123*");
    seat_close(&g);
}

/* Tables that software changes without telling the TLB. */
Test(view, stale_entries_are_flagged)
{
    static struct seat g;
    const uint32_t nothing = 0;

    seat_open(&g, "cr3", "native");
    seat_step_to(&g, "kernel_writes_cr3");
    cr_assert(strstr(seat_line(&g, "tlb", "00400 -> "), "W---"), "%s", g.text);
    cr_assert_null(strstr(g.text, "stale"), "%s", g.text);
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    SAYS_NOT(&g, "walk", "older translation");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), seat_address(&g, "window_table_1"), &nothing, sizeof nothing), 0);
    cr_assert(strstr(seat_line(&g, "tlb", "00400 -> "), "stale"), "%s", g.text);
    SAYS(&g, "walk", "The TLB still holds an older translation");
    seat_close(&g);
}

/* Who ran: what the chart's legend counts is what the accounts say. */
Test(view, the_chart_counts_every_cycle)
{
    static const char *const technique[] = {"native", "emulate", "trap+v"};
    static struct seat g;
    struct vm_stats stats;
    char idles[64];
    unsigned letters;

    for (unsigned t = 0; t < 3; t++) {
        uint64_t idle = 0, all = 0;

        seat_open(&g, "timer", technique[t]);
        seat_go(&g, GOAL_RUN, 0);
        vm_get_stats(g.d.s.vm, &stats);
        for (unsigned i = 0; i < TIMELINE_BINS; i++)
            for (enum who w = 0; w < WHOS; w++) {
                idle += w == WHO_IDLE ? g.d.time->bin[i][w] : 0;
                all += g.d.time->bin[i][w];
            }
        cr_assert(stats.by.idle > 20000000, "%s", technique[t]);
        cr_assert_eq(idle, stats.by.idle, "%s", technique[t]);
        cr_assert_eq(all, stats.cycles - g.d.time->start, "%s", technique[t]);
        (void)snprintf(idles, sizeof idles, ". idle%25" PRIu64 "  99.", stats.by.idle);
        SAYS(&g, "chart", idles);
        seat_close(&g);
    }
    seat_open(&g, "syscall", "native");
    seat_go(&g, GOAL_RUN, 0);
    letters = 0;
    for (const char *c = strchr(seat_shows(&g, "chart", 100, 20), '\n') + 1; *c != '\n'; c++)
        letters += *c == 'u';
    cr_assert(letters >= 22 && letters <= 26, "%u of 100 for 24.3 %%:\n%s", letters, g.text);
    seat_close(&g);
}

Test(view, predictions_are_scored)
{
    static struct seat g;

    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_writes_cr3");
    SAYS(&g, "predict", "`mov cr3, eax` comes next");
    g.d.predict.said = FORECAST_TRAPS;
    g.d.predict.vector = -1;
    SAYS(&g, "predict", "=> 2");
    seat_go(&g, GOAL_STEP, 1);
    SAYS(&g, "predict", "a trap, emulated (#GP). Right.");
    g.d.predict.said = FORECAST_RUNS;
    seat_go(&g, GOAL_STEP, 1);
    SAYS(&g, "predict", "a hidden page fault (#PF). Not so.");
    SAYS(&g, "predict", "score: 1 of 2");
    seat_close(&g);
}

/* What a guest writes into its text memory, and bytes that no terminal may get as they are. */
Test(view, the_text_screen_and_the_console)
{
    static const uint8_t cells[] = {'H', 7, 'i', 15, 0xb0, 7, 0x01, 7, 0x1b, 7};
    static struct seat g;

    cr_assert(i18n_init("zh"));
    cr_assert(i18n_init("en"));
    seat_open(&g, "cr3", "trap+v");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), VGA_TEXT + 160 * 2 + 8, cells, sizeof cells), 0);
    (void)seat_shows(&g, "vga", 80, 25);
    cr_assert(strstr(g.text, "\n    Hi░☺←\n"), "%s", g.text);
    cr_assert_eq(strncmp(g.text, "_\n", 2), 0, "no cursor: %s", g.text);
    for (const char *c = "a\tb\x1b[31mred\x1b[0m\x80\rX\n0123456789"; *c; c++)
        console_byte(&g.d.console, (uint8_t)*c);
    (void)seat_shows(&g, "console", 8, 10);
    cr_assert_str_eq(g.text, "a       \nXred?\n01234567\n89\n");
    (void)seat_shows(&g, "console", 38, 10);
    cr_assert_str_eq(g.text, "X       bred?\n0123456789\n");
    seat_close(&g);
}

/* Before paging is on, what cannot be read is not a matter of tables. */
Test(view, memory_beyond_the_ram)
{
    static struct seat g;

    seat_open(&g, "cr3", "native");
    g.d.memory_set = true;
    g.d.memory = gva(0xe0000000);
    SAYS(&g, "memory", "e0000000 no RAM there\n");
    SAYS_NOT(&g, "memory", "not mapped");
    seat_close(&g);
}

Test(view, memory_by_the_guests_tables)
{
    static struct seat g;

    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_goes_on");
    g.d.memory_set = true;
    g.d.memory = gva(0x400ff8);
    SAYS(&g, "memory", "00400ff8 00 00 00 00 00 00 00 00  ?? ?? ?? ?? ?? ?? ?? ??");
    SAYS(&g, "memory", "00402000 not mapped\n");
    g.d.memory = gva(0x400000);
    SAYS(&g, "memory", "00400000 22 22 22 22 00");
    (void)seat_shows(&g, "memory", 38, 3);
    cr_assert(strstr(g.text, "00400000 2222 2222 0000 0000  \"\"\"\"....\n"), "%s", g.text);
    seat_close(&g);
}

/* Device registers as their data sheets have them, in words. */
Test(view, devices_in_words)
{
    static struct seat g;
    struct machine *m;

    seat_open(&g, "timer", "trap+v");
    seat_go(&g, GOAL_RUN, 0);
    m = vm_guest(g.d.s.vm);
    SAYS(&g, "devices", "PIC 1     vectors 20-27\n          open: 0\n");
    SAYS(&g, "devices", "IRQ 0: mode 2, 1000.2 Hz");
    SAYS(&g, "devices", "I/O APIC  all inputs masked");
    SAYS(&g, "devices", "disk 0    none");
    m->pc.ioapic.entry[4] = 0x34;
    m->pc.lapic.isr[1] = 1 << 4;
    m->pc.pic.chip[1].irr = 1 << 6;
    m->cpu.dr[0] = 0x12345678;
    SAYS(&g, "devices", "I/O APIC  input 4: vector 34");
    SAYS(&g, "devices", "in service: 24\n");
    SAYS(&g, "devices", "requested: 14\n");
    SAYS_NOT(&g, "registers", "DR0");
    m->cpu.dr[7] |= 1;
    SAYS(&g, "registers", "DR0    12345678*");
    seat_close(&g);
}

/* Where code is not, or is another one than it seems: unmapped pages, 16 bits, breakpoints, a frame further out. */
Test(view, code_of_all_kinds)
{
    static struct seat g;
    struct stop_point p = {.kind = STOP_AT, .enabled = true, .text = "at kernel_goes_on"};
    struct cpu *c;

    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_writes_cr3");
    p.at = gva(seat_address(&g, "kernel_goes_on"));
    cr_assert_eq(stops_add(&g.d, &p), 1);
    SAYS(&g, "code", "\n  *1 0010030c");
    SAYS(&g, "breakpoints", "1   breakpoint  0     at kernel_goes_on");
    stops_enable(&g.d, stops_find(&g.d, 1), false);
    SAYS(&g, "code", "\n  -1 0010030c");
    SAYS(&g, "breakpoints", "1-  breakpoint");
    g.d.code_set = true;
    g.d.code = gva(0x7fffff);
    SAYS(&g, "code", "     007fffff                            not mapped\n");
    g.d.code = gva(UINT32_MAX);
    SAYS(&g, "code", "ffffffff");
    g.d.code_set = false;
    c = &vm_guest(g.d.s.vm)->cpu;
    c->seg[CS].attr &= (uint16_t)~ATTR_D;
    c->eip = seat_address(&g, "kernel_writes_cr3") - 5; /* B8 00 80 10 00: mov eax, 108000h in 32 bits */
    SAYS(&g, "code", "b8 00 80                 mov ax, 0x8000");
    seat_close(&g);
}

/* A frame further out, by the chain of EBP that the guest keeps there. */
Test(view, frames_of_the_stack)
{
    static struct seat g;
    struct cpu *c;
    uint32_t link[2] = {0, 0}, at;

    seat_open(&g, "pagefault", "native");
    seat_step_to(&g, "paging_on");
    c = &vm_guest(g.d.s.vm)->cpu;
    at = c->r[EBP] = c->r[ESP] - 64;
    c->r[ESP] = at - 16;
    link[1] = seat_address(&g, "touches_page");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), at, link, sizeof link), 0);
    SAYS(&g, "backtrace", "=>#0  ");
    SAYS(&g, "backtrace", "\n  #1  ");
    g.d.frame = 1;
    SAYS(&g, "backtrace", "\n=>#1  ");
    SAYS(&g, "code", "touches_page:\n->   ");
    seat_close(&g);
}

/* ---- in Chinese -------------------------------------------------------------------------------------------------- */

Test(view, the_same_in_chinese)
{
    static struct seat g;

    place_init(NULL);
    cr_assert(i18n_init("zh"));
    seat_open(&g, "cr3", "trap+v");
    seat_step_to(&g, "kernel_goes_on");
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    SAYS(&g, "registers", "硬件");
    SAYS(&g, "walk", "影子");
    SAYS(&g, "walk", "隐藏");
    SAYS(&g, "log", "模拟 kernel_writes_cr3，下一条 kernel_goes_on");
    seat_close(&g);
}
