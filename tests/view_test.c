/* SPDX-License-Identifier: MIT */
/* All views: that they fit, in both languages and all widths, whatever the guest has done, and that drawing disturbs nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/seat.h"
#include "ui/i18n.h"
#include "ui/place.h"
#include "ui/view/view.h"

/* All of both machines that is not RAM: lookaside, counts and caches too. The digest has the RAM. */
struct moment {
    struct machine guest, hardware;
    struct tlb_entry entry[2][256];
    char digest[2][33];
    uint64_t events;
};

static void take(const struct seat *g, struct moment *m)
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

static void draw_all(struct seat *g, const char *where)
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
static void look(struct seat *g, const char *where)
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
    static const char *const technique[] = {"native", "emulate", "trap+v", "trap", "vtx", "vtx+s"};
    static struct seat g;
    char where[64];

    place_init(NULL);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned t = 0; t < sizeof technique / sizeof *technique; t++) {
            seat_open(&g, guest[i], technique[t]);
            for (unsigned stop = 0; stop < 3; stop++) {
                snprintf(where, sizeof where, "%s under %s, stop %u", guest[i], technique[t], stop);
                look(&g, where);
                if (stop == 0)
                    seat_go(&g, GOAL_STEP, 900);
                else
                    seat_go(&g, GOAL_RUN, 0);
            }
            seat_close(&g);
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
    static struct seat g;
    uint64_t x = 88172645463325252;
    char where[32];

    for (unsigned i = 0; i < 60; i++) {
        seat_open(&g, "cr3", technique[i % 2]);
        seat_go(&g, GOAL_STEP, 500);
        scramble(vm_guest(g.d.s.vm), &x);
        snprintf(where, sizeof where, "random state %u", i);
        g.d.walk = (struct walk_focus){.set = x & 1, .at = gva((uint32_t)(x >> 8)), .write = x & 2, .user = x & 4};
        g.d.walk.shown = x & 8 ? WALK_ALL : (unsigned)(x >> 4 & 15);
        g.d.code_set = x & 16;
        g.d.code = gva((uint32_t)(x >> 16));
        g.d.memory_set = x & 32;
        g.d.memory = gva((uint32_t)(x >> 24));
        draw_all(&g, where);
        seat_close(&g);
    }
}

/* The same steps, with and without somebody who looks after each. */
static uint64_t play(const char *technique, bool watched, char digest[33])
{
    static struct seat g;
    uint64_t sum = 0;

    seat_open(&g, "pagefault", technique);
    for (unsigned i = 0; i < 700; i++) {
        seat_go(&g, GOAL_STEP, 1);
        for (unsigned v = 0; watched && i > 600 && views[v]; v++)
            (void)seat_shows(&g, views[v]->name, 80, 20);
    }
    seat_go(&g, GOAL_RUN, 0);
    for (uint64_t i = recorder_first(g.d.events); i < g.d.events->count; i++) {
        const struct event *e = &recorder_at(g.d.events, i)->event;

        sum = sum * 31 + (uint64_t)e->kind + e->cycles * 7 + e->insns + e->field[0];
    }
    machine_digest(vm_guest(g.d.s.vm), digest);
    sum += debug_cycles(&g.d);
    seat_close(&g);
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
