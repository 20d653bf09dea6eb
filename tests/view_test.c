/* SPDX-License-Identifier: MIT */
/* Views: what they say of guests that stand, in both languages and all widths, and that drawing them disturbs nothing. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/segment.h"
#include "interp/state.h"
#include "interp/symbols.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/place.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "ui/view/view.h"

enum { TEXT = 1 << 19, PATH = 64 };

struct stage {
    struct debugger d;
    char path[PATH];
    struct sheet s;
    char text[TEXT]; /* the view drawn last */
};

static void open_guest(struct stage *g, const char *guest, const char *technique)
{
    char name[32];
    struct options o;

    options_init(&o);
    (void)sscanf(technique, "%31[^+]", name);
    cr_assert_eq(take_mode(&o, name), TAKEN);
    o.virtualizable = strstr(technique, "+v");
    o.mem = 16 << 20;
    (void)snprintf(g->path, sizeof g->path, "build/guests/micro/%s.elf", guest);
    o.word = g->path;
    memset(&g->s, 0, sizeof g->s);
    cr_assert_eq(debug_open(&g->d, &o), 0);
}

static void close_guest(struct stage *g)
{
    debug_close(&g->d);
    sheet_free(&g->s);
}

static void go(struct stage *g, enum goal_kind kind, uint64_t count)
{
    const struct goal goal = {.kind = kind, .count = count};

    if (debug_start(&g->d, &goal) == 0)
        while (debug_advance(&g->d, 1000000000))
            ;
}

static uint32_t address(const struct stage *g, const char *name)
{
    const struct symbol *y = symbols_find(g->d.s.symbols, name);

    cr_assert_not_null(y, "%s", name);
    return y->addr;
}

/* Steps to an address, so that every step is recorded as one. */
static void step_to(struct stage *g, const char *name)
{
    uint32_t at = address(g, name);

    for (unsigned i = 0; vm_guest(g->d.s.vm)->cpu.eip != at; i++) {
        cr_assert(i < 200000 && !debug_ended(&g->d), "%s", name);
        go(g, GOAL_STEP, 1);
    }
}

/* The text of a view; a line each. */
static const char *shown(struct stage *g, const char *view, int width, int height)
{
    const struct view_room room = {.width = width, .height = height};
    const struct view *v = view_find(view);
    char line[1024];
    size_t n = 0;

    cr_assert_not_null(v, "%s", view);
    sheet_clear(&g->s);
    view_draw(v, &g->d, &room, &g->s);
    g->text[0] = '\0';
    for (size_t i = 0; i < g->s.lines && n + sizeof line < TEXT; i++)
        n += (size_t)snprintf(g->text + n, TEXT - n, "%s\n", sheet_copy(&g->s, i, line, sizeof line));
    return g->text;
}

static bool says(struct stage *g, const char *view, const char *what)
{
    return strstr(shown(g, view, 118, 20), what);
}

#define SAYS(g_, view_, what_) cr_assert(says(g_, view_, what_), "%s: no \"%s\" in\n%s", view_, what_, (g_)->text)
#define SAYS_NOT(g_, view_, what_) cr_assert(!says(g_, view_, what_), "%s: \"%s\" in\n%s", view_, what_, (g_)->text)

/* The first line that contains `what`, or "". */
static const char *line_with(struct stage *g, const char *view, const char *what)
{
    static char line[1024];

    (void)shown(g, view, 118, 20);
    for (size_t i = 0; i < g->s.lines; i++)
        if (strstr(sheet_copy(&g->s, i, line, sizeof line), what))
            return line;
    return "";
}

/* ---- all of them, everywhere ------------------------------------------------------------------------------------- */

/* All of both machines that is not RAM: lookaside, counts and caches too. The digest has the RAM. */
struct moment {
    struct machine guest, hardware;
    struct tlb_entry entry[2][256];
    char digest[2][33];
    uint64_t events;
};

static void take(const struct stage *g, struct moment *m)
{
    struct machine *machine[2] = {vm_guest(g->d.s.vm), vm_hardware(g->d.s.vm)};

    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < 2; i++) {
        machine_digest(machine[i], m->digest[i]);
        memcpy(i ? &m->hardware : &m->guest, machine[i], sizeof *machine[i]);
        memcpy(m->entry[i], machine[i]->cpu.tlb.entry, sizeof m->entry[i]);
    }
    m->events = g->d.events->count;
}

static void draw_all(struct stage *g, const char *where)
{
    static const int width[] = {38, 40, 58, 78, 80, 118, 158};

    for (unsigned i = 0; views[i]; i++)
        for (unsigned w = 0; w < sizeof width / sizeof width[0]; w++) {
            const struct view_room room = {.width = width[w], .height = 20, .ascii = w % 2};

            sheet_clear(&g->s);
            view_draw(views[i], &g->d, &room, &g->s);
            cr_assert(g->s.lines > 0 && g->s.text_size > 0, "%s, %s: empty", where, views[i]->name);
            for (size_t l = 0; l < g->s.lines; l++)
                cr_assert_leq(g->s.line[l].width, width[w], "%s, %s at %d: line %zu has %d", where, views[i]->name,
                              width[w], l, g->s.line[l].width);
        }
}

/* In both languages; and nothing of the machines has moved. */
static void look(struct stage *g, const char *where)
{
    static const char *const lang[] = {"en", "zh"};
    static struct moment before, after;
    static const unsigned step[] = {WALK_ALL, 4};

    take(g, &before);
    for (unsigned l = 0; l < 2; l++) {
        g->d.walk.shown = step[l];
        cr_assert(i18n_init(lang[l]));
        draw_all(g, where);
    }
    take(g, &after);
    cr_assert(memcmp(&before, &after, sizeof before) == 0, "%s: drawing has changed something", where);
}

Test(view, every_view_fits_everywhere_and_changes_nothing, .timeout = 120)
{
    static const char *const guest[] = {"cr3", "pagefault", "syscall"};
    static const char *const technique[] = {"native", "emulate", "trap+v", "trap"};
    static struct stage g;
    char where[64];

    place_init(NULL);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned t = 0; t < 4; t++) {
            open_guest(&g, guest[i], technique[t]);
            for (unsigned stop = 0; stop < 3; stop++) {
                snprintf(where, sizeof where, "%s under %s, stop %u", guest[i], technique[t], stop);
                look(&g, where);
                if (stop == 0)
                    go(&g, GOAL_STEP, 900);
                else
                    go(&g, GOAL_RUN, 0);
            }
            close_guest(&g);
        }
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    return *x ^= *x << 17;
}

/* Whatever a guest may have made of its processor, its tables and its screen. */
static void scramble(struct machine *m, uint64_t *x)
{
    struct cpu *c = &m->cpu;

    for (unsigned i = 0; i < 8; i++)
        c->r[i] = (uint32_t)next_random(x);
    c->eip = (uint32_t)next_random(x) & (*x & 1 << 20 ? UINT32_MAX : 0x3fffff);
    c->cr0 = CR0_PE | (*x & 1 << 21 ? CR0_PG : 0) | (*x & 1 << 22 ? CR0_WP : 0);
    c->cr3 = (uint32_t)next_random(x) & (*x & 1 << 23 ? UINT32_MAX : 0xfff000);
    c->cr4 = *x & 1 << 24 ? CR4_PSE | CR4_PGE : 0;
    c->cpl = *x & 3;
    for (unsigned i = 0; i < SEGS_ALL; i++) {
        c->seg[i].base = (uint32_t)next_random(x) & (*x & 1 << 25 ? UINT32_MAX : 0);
        c->seg[i].limit = (uint32_t)next_random(x);
        c->seg[i].attr = (uint16_t)*x;
    }
    for (uint32_t at = 0; at < 1 << 20; at += 4096) {
        uint32_t words[64];

        for (unsigned i = 0; i < 64; i++)
            words[i] = (uint32_t)next_random(x) & 0xffffff;
        (void)machine_write(m, at + (*x & 0xf00), words, sizeof words);
    }
    for (unsigned i = 0; i < sizeof m->pc.vga.crtc; i++)
        m->pc.vga.crtc[i] = (uint8_t)next_random(x);
    m->pc.uart.divisor = *x & 3;
}

Test(view, any_state_can_be_looked_at, .timeout = 120)
{
    static const char *const technique[] = {"native", "trap+v"};
    static struct stage g;
    uint64_t x = 88172645463325252;
    char where[32];

    for (unsigned i = 0; i < 60; i++) {
        open_guest(&g, "cr3", technique[i % 2]);
        go(&g, GOAL_STEP, 500);
        scramble(vm_guest(g.d.s.vm), &x);
        snprintf(where, sizeof where, "random state %u", i);
        g.d.walk = (struct walk_focus){.set = x & 1, .at = gva((uint32_t)(x >> 8)), .write = x & 2, .user = x & 4};
        g.d.walk.shown = x & 8 ? WALK_ALL : (unsigned)(x >> 4 & 15);
        g.d.code_set = x & 16;
        g.d.code = gva((uint32_t)(x >> 16));
        g.d.memory_set = x & 32;
        g.d.memory = gva((uint32_t)(x >> 24));
        draw_all(&g, where);
        close_guest(&g);
    }
}

/* The same steps, with and without somebody who looks after each. */
static uint64_t play(const char *technique, bool watched, char digest[33])
{
    static struct stage g;
    uint64_t sum = 0;

    open_guest(&g, "pagefault", technique);
    for (unsigned i = 0; i < 700; i++) {
        go(&g, GOAL_STEP, 1);
        for (unsigned v = 0; watched && i > 600 && views[v]; v++)
            (void)shown(&g, views[v]->name, 80, 20);
    }
    go(&g, GOAL_RUN, 0);
    for (uint64_t i = recorder_first(g.d.events); i < g.d.events->count; i++) {
        const struct event *e = &recorder_at(g.d.events, i)->event;

        sum = sum * 31 + (uint64_t)e->kind + e->cycles * 7 + e->insns + e->field[0];
    }
    machine_digest(vm_guest(g.d.s.vm), digest);
    sum += debug_cycles(&g.d);
    close_guest(&g);
    return sum;
}

Test(view, looking_changes_no_run)
{
    static const char *const technique[] = {"native", "trap+v"};
    char a[33], b[33];

    for (unsigned t = 0; t < 2; t++) {
        cr_assert_eq(play(technique[t], false, a), play(technique[t], true, b), "%s", technique[t]);
        cr_assert_str_eq(a, b);
    }
}

/* ---- what they say ----------------------------------------------------------------------------------------------- */

/* The kernel has just written CR3, under a monitor. */
Test(view, a_trapped_mov_to_cr3)
{
    static struct stage g;
    char text[64];

    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_writes_cr3");
    SAYS(&g, "code", "=>   00100309 P 0f 22 d8");
    go(&g, GOAL_STEP, 1);
    (void)snprintf(text, sizeof text, "%08x*", address(&g, "second_directory"));
    cr_assert(strstr(line_with(&g, "registers", "CR3"), text), "%s", g.text);
    (void)snprintf(text, sizeof text, "%08x", vm_hardware_cr3(g.d.s.vm));
    cr_assert(strstr(line_with(&g, "registers", "CR3"), text), "%s", g.text);
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
    close_guest(&g);
}

Test(view, native_has_one_cpu_and_no_shadow)
{
    static struct stage g;

    open_guest(&g, "cr3", "native");
    step_to(&g, "kernel_writes_cr3");
    go(&g, GOAL_STEP, 1);
    SAYS(&g, "registers", "CR3    00108000*");
    cr_assert_eq(strstr(line_with(&g, "registers", "CR3"), "01001000"), NULL);
    SAYS(&g, "shadow", "There is no shadow");
    SAYS(&g, "p2m", "There is no p2m");
    SAYS(&g, "log", "CR3: 00103000 -> 00108000");
    SAYS_NOT(&g, "log", "cr_access");
    SAYS_NOT(&g, "walk", "p2m");
    close_guest(&g);
}

/* A page of the new space: its walk, before and after the access that makes the monitor fill its shadow. */
Test(view, a_walk_by_micro_steps)
{
    static struct stage g;
    char fault[200];

    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_goes_on");
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    g.d.walk.shown = WALK_ALL;
    SAYS(&g, "walk", "A hidden page fault");
    SAYS(&g, "walk", "does not hold the page");
    SAYS(&g, "walk", "0010a000: 0010c003");
    SAYS(&g, "walk", "0010c000: 22222222");
    cr_assert_eq(view_walk_steps(&g.d), 11);
    (void)snprintf(fault, sizeof fault, "%s", line_with(&g, "walk", "directory 001"));
    cr_assert(strstr(fault, "01001004: 00000000 not present") || strstr(fault, "01001004: 00000000"), "%s", fault);
    go(&g, GOAL_STEP, 1);
    cr_assert_eq(view_walk_steps(&g.d), 13);
    SAYS(&g, "walk", "no trap");
    SAYS(&g, "walk", "00400 -> 00ef9");
    SAYS(&g, "walk", "00ef9000: 22222222");
    SAYS(&g, "tlb", "00400 -> 00ef9");
    SAYS(&g, "log", "fills 00400000 -> hpa 00ef9000, by gpa 0010c000");
    close_guest(&g);
}

/* Each micro-step adds to the picture, side by side and one below the other, and the current one is marked. */
Test(view, each_micro_step_shows_more)
{
    static const char *const technique[] = {"native", "emulate", "trap+v"};
    static const int width[] = {38, 80, 158};
    static struct stage g;

    for (unsigned t = 0; t < 3; t++) {
        open_guest(&g, "cr3", technique[t]);
        step_to(&g, "kernel_goes_on");
        go(&g, GOAL_STEP, 1);
        for (unsigned w = 0; w < 3; w++) {
            unsigned steps = view_walk_steps(&g.d);
            size_t ink = 0;

            for (g.d.walk.shown = 1; g.d.walk.shown <= steps; g.d.walk.shown++) {
                const char *text = shown(&g, "walk", width[w], 20);
                size_t now = 0;

                for (const char *c = text; *c; c++)
                    now += *c != ' ' && *c != '=' && *c != '>' && *c != '\n';
                cr_assert(now > ink, "%s, %d: step %u adds nothing:\n%s", technique[t], width[w], g.d.walk.shown, text);
                cr_assert_eq(!strstr(text, "=>"), g.d.walk.shown == steps, "%s", text);
                ink = now;
            }
        }
        close_guest(&g);
    }
}

/* A true fault: which level refuses, and with which error code. */
Test(view, a_true_page_fault)
{
    static struct stage g;

    open_guest(&g, "pagefault", "trap+v");
    step_to(&g, "touches_page");
    g.d.walk.set = g.d.walk.write = true;
    g.d.walk.at = gva(0x800123);
    SAYS(&g, "walk", "#PF, error code 2: the page-table entry is not present");
    g.d.walk.at = gva(0x40000000);
    SAYS(&g, "walk", "#PF, error code 2: the directory entry is not present");
    g.d.walk.at = gva(address(&g, "main"));
    g.d.walk.user = true;
    SAYS(&g, "walk", "#PF, error code 7: the page-table entry is the supervisor's");
    g.d.walk.at = gva(0xfc001000); /* the monitor's own, but the guest has nothing there */
    SAYS(&g, "walk", "#PF, error code 6: the directory entry is not present");
    go(&g, GOAL_STEP, 1);
    SAYS(&g, "log", "true_fault, #PF(2) at touches_page");
    SAYS(&g, "log", "injects #PF(2) at touches_page");
    SAYS(&g, "code", "page_fault:\n=>");
    SAYS(&g, "registers", "CR2    00800123*");
    close_guest(&g);
}

/* Tables that software changes without telling the TLB. */
Test(view, stale_entries_are_flagged)
{
    static struct stage g;
    const uint32_t nothing = 0;

    open_guest(&g, "cr3", "native");
    step_to(&g, "kernel_writes_cr3");
    cr_assert(strstr(line_with(&g, "tlb", "00400 -> "), "W---"), "%s", g.text);
    cr_assert_null(strstr(g.text, "stale"), "%s", g.text);
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    SAYS_NOT(&g, "walk", "older translation");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), address(&g, "window_table_1"), &nothing, sizeof nothing), 0);
    cr_assert(strstr(line_with(&g, "tlb", "00400 -> "), "stale"), "%s", g.text);
    SAYS(&g, "walk", "The TLB still holds an older translation");
    close_guest(&g);
}

/* Who ran: what the chart's legend counts is what the accounts say. */
Test(view, the_chart_counts_every_cycle)
{
    static const char *const technique[] = {"native", "emulate", "trap+v"};
    static struct stage g;
    struct vm_stats stats;
    char idles[64];
    unsigned letters;

    for (unsigned t = 0; t < 3; t++) {
        uint64_t idle = 0, all = 0;

        open_guest(&g, "timer", technique[t]);
        go(&g, GOAL_RUN, 0);
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
        close_guest(&g);
    }
    open_guest(&g, "syscall", "native");
    go(&g, GOAL_RUN, 0);
    letters = 0;
    for (const char *c = strchr(shown(&g, "chart", 100, 20), '\n') + 1; *c != '\n'; c++)
        letters += *c == 'u';
    cr_assert(letters >= 22 && letters <= 26, "%u of 100 for 24.3 %%:\n%s", letters, g.text);
    close_guest(&g);
}

Test(view, predictions_are_scored)
{
    static struct stage g;

    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_writes_cr3");
    SAYS(&g, "predict", "`mov cr3, eax` comes next");
    g.d.predict.said = FORECAST_TRAPS;
    g.d.predict.vector = -1;
    SAYS(&g, "predict", "=> 2");
    go(&g, GOAL_STEP, 1);
    SAYS(&g, "predict", "a trap, emulated (#GP). Right.");
    g.d.predict.said = FORECAST_RUNS;
    go(&g, GOAL_STEP, 1);
    SAYS(&g, "predict", "a hidden page fault (#PF). Not so.");
    SAYS(&g, "predict", "score: 1 of 2");
    close_guest(&g);
}

/* What a guest writes into its text memory, and bytes that no terminal may get as they are. */
Test(view, the_text_screen_and_the_console)
{
    static const uint8_t cells[] = {'H', 7, 'i', 15, 0xb0, 7, 0x01, 7, 0x1b, 7};
    static struct stage g;

    cr_assert(i18n_init("zh"));
    cr_assert(i18n_init("en"));
    open_guest(&g, "cr3", "trap+v");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), VGA_TEXT + 160 * 2 + 8, cells, sizeof cells), 0);
    (void)shown(&g, "vga", 80, 25);
    cr_assert(strstr(g.text, "\n    Hi░☺←\n"), "%s", g.text);
    cr_assert_eq(strncmp(g.text, "_\n", 2), 0, "no cursor: %s", g.text);
    for (const char *c = "a\tb\x1b[31mred\x1b[0m\x80\rX\n0123456789"; *c; c++)
        console_byte(&g.d.console, (uint8_t)*c);
    (void)shown(&g, "console", 8, 10);
    cr_assert_str_eq(g.text, "a       \nXred?\n01234567\n89\n");
    (void)shown(&g, "console", 38, 10);
    cr_assert_str_eq(g.text, "X       bred?\n0123456789\n");
    close_guest(&g);
}

Test(view, memory_by_the_guests_tables)
{
    static struct stage g;

    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_goes_on");
    g.d.memory_set = true;
    g.d.memory = gva(0x400ff8);
    SAYS(&g, "memory", "00400ff8 00 00 00 00 00 00 00 00  ?? ?? ?? ?? ?? ?? ?? ??");
    SAYS(&g, "memory", "00402000 not mapped\n");
    g.d.memory = gva(0x400000);
    SAYS(&g, "memory", "00400000 22 22 22 22 00");
    (void)shown(&g, "memory", 38, 3);
    cr_assert(strstr(g.text, "00400000 2222 2222 0000 0000  \"\"\"\"....\n"), "%s", g.text);
    close_guest(&g);
}

/* Device registers as their data sheets have them, in words. */
Test(view, devices_in_words)
{
    static struct stage g;
    struct machine *m;

    open_guest(&g, "timer", "trap+v");
    go(&g, GOAL_RUN, 0);
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
    close_guest(&g);
}

/* Where code is not, or is another one than it seems: unmapped pages, 16 bits, breakpoints, a frame further out. */
Test(view, code_of_all_kinds)
{
    static struct stage g;
    struct stop_point p = {.kind = STOP_AT, .enabled = true, .text = "at kernel_goes_on"};
    struct cpu *c;

    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_writes_cr3");
    p.at = gva(address(&g, "kernel_goes_on"));
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
    c->eip = address(&g, "kernel_writes_cr3") - 5; /* B8 00 80 10 00: mov eax, 108000h in 32 bits */
    SAYS(&g, "code", "b8 00 80                 mov ax, 0x8000");
    close_guest(&g);
}

/* A frame further out, by the chain of EBP that the guest keeps there. */
Test(view, frames_of_the_stack)
{
    static struct stage g;
    struct cpu *c;
    uint32_t link[2] = {0, 0}, at;

    open_guest(&g, "pagefault", "native");
    step_to(&g, "paging_on");
    c = &vm_guest(g.d.s.vm)->cpu;
    at = c->r[EBP] = c->r[ESP] - 64;
    c->r[ESP] = at - 16;
    link[1] = address(&g, "touches_page");
    cr_assert_eq(machine_write(vm_guest(g.d.s.vm), at, link, sizeof link), 0);
    SAYS(&g, "backtrace", "=>#0  ");
    SAYS(&g, "backtrace", "\n  #1  ");
    g.d.frame = 1;
    SAYS(&g, "backtrace", "\n=>#1  ");
    SAYS(&g, "code", "touches_page:\n->   ");
    close_guest(&g);
}

/* ---- in Chinese -------------------------------------------------------------------------------------------------- */

Test(view, the_same_in_chinese)
{
    static struct stage g;

    place_init(NULL);
    cr_assert(i18n_init("zh"));
    open_guest(&g, "cr3", "trap+v");
    step_to(&g, "kernel_goes_on");
    g.d.walk.set = true;
    g.d.walk.at = gva(0x400000);
    SAYS(&g, "registers", "硬件");
    SAYS(&g, "walk", "影子");
    SAYS(&g, "walk", "隐藏");
    SAYS(&g, "log", "模拟 kernel_writes_cr3，下一条 kernel_goes_on");
    close_guest(&g);
}
