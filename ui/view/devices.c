/* SPDX-License-Identifier: MIT */
/* The guest's devices, in words. Under a monitor these are the virtual ones. */
#include <inttypes.h>
#include <stdio.h>

#include "interp/dev/rate.h"
#include "interp/machine.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { VALUE = 10 };

static void label(struct sheet *s, const char *name)
{
    sheet_text(s, LOOK_LABEL, name);
    sheet_to(s, VALUE);
}

static const char *lines(uint8_t bits, unsigned first, char text[WORDS])
{
    int n = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < 8; i++)
        if (bits >> i & 1)
            n += snprintf(text + n, WORDS - (size_t)n, "%s%u", n ? " " : "", first + i);
    return *text ? text : "-";
}

static void put_pic(const struct pic_pair *p, struct sheet *s)
{
    char text[WORDS];

    for (unsigned i = 0; i < 2; i++) {
        const struct pic *c = &p->chip[i];

        label(s, i ? "PIC 2" : "PIC 1");
        sheet_put(s, LOOK_PLAIN, _("vectors %02x-%02x"), c->base, c->base + 7);
        sheet_end(s);
        sheet_to(s, VALUE);
        sheet_line(s, LOOK_PLAIN, _("open: %s"), lines((uint8_t)~c->imr, 8 * i, text));
        sheet_to(s, VALUE);
        sheet_line(s, LOOK_PLAIN, _("requested: %s"), lines(c->irr, 8 * i, text));
        sheet_to(s, VALUE);
        sheet_line(s, LOOK_PLAIN, _("in service: %s"), lines(c->isr, 8 * i, text));
    }
}

enum { MASKED = 1 << 16 }; /* of a local vector, and of an I/O APIC's entry */

static const char *vectors(const uint32_t bits[8], char text[WORDS])
{
    size_t n = 0;

    text[0] = '\0';
    for (unsigned v = 0; v < 256 && n + 4 < WORDS; v++)
        if (bits[v / 32] >> v % 32 & 1)
            n += (size_t)snprintf(text + n, WORDS - n, "%s%02x", n ? " " : "", v);
    return *text ? text : "-";
}

static void put_local_apic(const struct lapic *l, struct sheet *s)
{
    char text[WORDS];

    label(s, "LAPIC");
    if (!l->on) {
        sheet_line(s, LOOK_PLAIN, "%s", _("off"));
        return;
    }
    sheet_line(s, LOOK_PLAIN, _("on, priority %02x"), l->tpr & 0xff);
    sheet_to(s, VALUE);
    sheet_line(s, LOOK_PLAIN, _("requested: %s"), vectors(l->irr, text));
    sheet_to(s, VALUE);
    sheet_line(s, LOOK_PLAIN, _("in service: %s"), vectors(l->isr, text));
    sheet_to(s, VALUE);
    if (l->lvt[LVT_TIMER] & MASKED)
        sheet_line(s, LOOK_PLAIN, "%s", _("timer: masked"));
    else
        sheet_line(s, LOOK_PLAIN, _("timer: vector %02x, from %u"), l->lvt[LVT_TIMER] & 0xff, l->initial);
}

static void put_io_apic(const struct ioapic *a, struct sheet *s)
{
    unsigned open = 0;

    for (unsigned i = 0; i < IOAPIC_INPUTS; i++)
        if (!(a->entry[i] & MASKED)) {
            label(s, open++ ? "" : "I/O APIC");
            sheet_line(s, LOOK_PLAIN, _("input %u: vector %02x"), i, (unsigned)a->entry[i] & 0xff);
        }
    if (open)
        return;
    label(s, "I/O APIC");
    sheet_line(s, LOOK_PLAIN, "%s", _("all inputs masked"));
}

static void put_disks(const struct ata *a, struct sheet *s)
{
    static const char *const phase[] = {
        [ATA_IDLE] = N_("idle"),   [ATA_NO_DATA] = N_("busy"),    [ATA_IN] = N_("reading"),
        [ATA_OUT] = N_("writing"), [ATA_RESET] = N_("resetting"), [ATA_DIAGNOSE] = N_("diagnosing")};

    for (unsigned i = 0; i < ATA_DRIVES; i++) {
        label(s, i ? _("disk 1") : _("disk 0"));
        if (!a->drive[i].disk) {
            sheet_line(s, LOOK_PLAIN, "%s", _("none"));
            continue;
        }
        sheet_line(s, LOOK_PLAIN, _("%" PRIu64 " sectors, %s"), (uint64_t)a->drive[i].disk->sectors,
                   a->active == i ? _(phase[a->phase]) : _("idle"));
        if (a->active == i && a->phase != ATA_IDLE) {
            sheet_to(s, VALUE);
            sheet_line(s, LOOK_PLAIN, _("sector %u, %u to go"), a->lba, a->left);
        }
    }
}

/* A copy is brought up to now: the counter itself is not touched. */
static void put_pit(const struct machine *m, struct sheet *s)
{
    static const char *const use[PIT_COUNTERS] = {"IRQ 0", N_("refresh"), N_("speaker")};
    uint64_t pulse = rate_pulses(machine_now(m), m->hz, PIT_HZ);

    for (unsigned i = 0; i < PIT_COUNTERS; i++) {
        struct counter c = m->pc.pit.counter[i];

        counter_sync(&c, pulse);
        label(s, i ? "" : "PIT");
        if (!c.started) {
            sheet_line(s, LOOK_PLAIN, _("%s: stands still"), _(use[i]));
            continue;
        }
        sheet_line(s, LOOK_PLAIN, _("%s: mode %u, %.1f Hz"), _(use[i]), c.mode, (double)PIT_HZ / c.reload);
        sheet_to(s, VALUE);
        sheet_line(s, LOOK_PLAIN, _("at %u of %u"), counter_value(&c, pulse), c.reload);
    }
}

static void put_uart(const struct uart *u, struct sheet *s)
{
    label(s, "COM1");
    if (u->divisor)
        sheet_put(s, LOOK_PLAIN, _("%u baud, "), 115200u / u->divisor);
    sheet_put(s, LOOK_PLAIN, _("%u bits"), 5u + (u->lcr & 3u));
    sheet_end(s);
    sheet_to(s, VALUE);
    sheet_line(s, LOOK_PLAIN, _("received: %u bytes wait"), u->count);
    sheet_to(s, VALUE);
    sheet_line(s, LOOK_PLAIN, _("interrupts: %s%s%s"), u->ier & 1 ? _("received ") : "", u->ier & 2 ? _("sent") : "",
               u->ier & 3 ? "" : _("none"));
}

static void put_keyboard(const struct kbd *k, struct sheet *s)
{
    label(s, _("keyboard"));
    sheet_put(s, LOOK_PLAIN, _("set %u, %s"), k->keyboard.set, k->keyboard.scanning ? _("on") : _("off"));
    sheet_end(s);
    sheet_to(s, VALUE);
    if (k->full)
        sheet_put(s, LOOK_PLAIN, _("byte %02x waits"), k->out);
    else
        sheet_text(s, LOOK_PLAIN, _("buffer empty"));
    sheet_put(s, LOOK_PLAIN, _(", %u more to come"), k->keyboard.codes);
    sheet_end(s);
}

static void put_vga(const struct vga *v, struct sheet *s)
{
    unsigned start = vga_start(v), at = vga_cursor(v) - start;

    label(s, "VGA");
    sheet_line(s, LOOK_PLAIN, _("text 80 x 25 from %05x"), VGA_TEXT + 2 * start);
    sheet_to(s, VALUE);
    if (vga_cursor_shown(v))
        sheet_line(s, LOOK_PLAIN, _("cursor: row %d, column %d"), (int)(at / VGA_COLUMNS), (int)(at % VGA_COLUMNS));
    else
        sheet_line(s, LOOK_PLAIN, "%s", _("cursor: hidden"));
}

/* Registers C and B: what has happened, and what may interrupt (MC146818A data sheet). */
static void put_rtc(const struct rtc *r, struct sheet *s)
{
    label(s, "RTC");
    sheet_line(s, LOOK_PLAIN, _("%s, interrupts %s%s%s%s"), r->reg[0xb] & 0x80 ? _("stopped") : _("running"),
               r->reg[0xb] & 0x40 ? _("periodic ") : "", r->reg[0xb] & 0x20 ? _("alarm ") : "",
               r->reg[0xb] & 0x10 ? _("each second") : "", r->reg[0xb] & 0x70 ? "" : _("none"));
}

static void put_board(const struct pc *p, struct sheet *s)
{
    label(s, "LPT1");
    sheet_line(s, LOOK_PLAIN, _("last byte %02x"), p->lpt.data);
    label(s, "PCI");
    sheet_line(s, LOOK_PLAIN, _("address %08" PRIx32), p->pci.address);
    label(s, _("port 80"));
    sheet_line(s, LOOK_PLAIN, "%02x", p->system.post);
}

static void put_clock(const struct machine *m, struct sheet *s)
{
    label(s, _("clock"));
    sheet_line(s, LOOK_PLAIN, m->clock_insns ? _("tick %" PRIu64 " (instructions)") : _("tick %" PRIu64 " (cycles)"),
               machine_now(m));
    sheet_to(s, VALUE);
    if (m->clock.next == CLOCK_NEVER)
        sheet_line(s, LOOK_PLAIN, "%s", _("no event is due"));
    else
        sheet_line(s, LOOK_PLAIN, _("next event: tick %" PRIu64), m->clock.next);
    sheet_to(s, VALUE);
    sheet_line(s, LOOK_PLAIN, "%s", m->cpu.intr ? _("INTR is up") : _("INTR is down"));
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct machine *m = vm_guest(d->s.vm);

    (void)room;
    put_clock(m, s);
    put_pic(&m->pc.pic, s);
    put_local_apic(&m->pc.lapic, s);
    put_io_apic(&m->pc.ioapic, s);
    put_pit(m, s);
    put_rtc(&m->pc.rtc, s);
    put_disks(&m->pc.ata, s);
    put_uart(&m->pc.uart, s);
    put_keyboard(&m->pc.kbd, s);
    put_vga(&m->pc.vga, s);
    put_board(&m->pc, s);
}

const struct view view_devices = {
    .name = "devices",
    .doc = N_("the guest's devices: interrupt controllers, timers, disks, serial port, keyboard, screen, clock"),
    .detail = N_("Under a monitor these are virtual devices: the same models, reached through traps. Open lines are "
                 "those that are not masked; what is in service holds back itself and all below it until an EOI."),
    .source = "Intel 8259A and 8254 data sheets, PC16550D, IBM PC/AT Technical Reference",
    .draw = draw};
