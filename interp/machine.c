/* SPDX-License-Identifier: MIT */
#include "interp/machine.h"

#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/block.h"
#include "interp/lower.h"
#include "interp/phys.h"

/*
 * Ticks a second when a tick is an instruction: nominal, so that a guest's timer fires about as often as on a machine of
 * that time. It relates device time to instructions and nothing else.
 */
enum { INSNS_HZ = 200000000 };

enum { HOLE_FIRST = 0xa0, VGA_TEXT_FIRST = 0xb8, VGA_TEXT_LAST = 0xbf, HOLE_LAST = 0xff }; /* pages */

bool machine_in_hole(uint64_t page)
{
    return page >= HOLE_FIRST && page <= HOLE_LAST && !(page >= VGA_TEXT_FIRST && page <= VGA_TEXT_LAST);
}

static uint64_t host_now(void *ctx)
{
    return machine_now(ctx);
}

static void host_add(void *ctx, struct timer *t)
{
    clock_add(&((struct machine *)ctx)->clock, t);
}

static void host_at(void *ctx, struct timer *t, uint64_t when)
{
    struct machine *m = ctx;

    clock_arm(&m->clock, t, when);
    attention(&m->cpu);
}

static void host_pin(void *ctx, bool level)
{
    struct machine *m = ctx;

    m->cpu.intr = level;
    attention(&m->cpu);
}

static void host_serial(void *ctx, uint8_t byte)
{
    struct machine *m = ctx;

    if (m->serial)
        m->serial(m->owner, byte);
}

static void host_exit(void *ctx, uint8_t code)
{
    struct machine *m = ctx;

    m->exited = true;
    m->exit_code = code;
    attention(&m->cpu);
}

static void host_nmi(void *ctx)
{
    struct machine *m = ctx;

    m->cpu.nmi = true;
    attention(&m->cpu);
}

/*
 * A reset starts a PC's firmware. This machine has none, so that its run is over: what a guest that asks for a reset gets
 * is what QEMU gives with -no-reboot.
 */
static void host_reset(void *ctx)
{
    struct machine *m = ctx;

    m->exited = m->was_reset = true;
    attention(&m->cpu);
}

static void host_a20(void *ctx, bool open)
{
    machine_a20(ctx, open);
}

static int create_parts(struct machine *m, const struct machine_config *k)
{
    struct cpu *c = &m->cpu;

    m->map = malloc(m->pages * sizeof *m->map);
    c->step_op = calloc(LOWER_MAX + 1, sizeof *c->step_op);
    if (tlb_init(&c->tlb, k->tlb_sets, k->tlb_ways) || !m->map || !c->step_op)
        return -1;
    for (uint32_t p = 0; p < m->pages; p++)
        m->map[p] = k->pages || machine_in_hole(p) || p >= m->ram->frames ? NO_FRAME : p;
    for (unsigned i = 0; i < RAM_CPUS; i++)
        if (!m->ram->cpu[i]) {
            m->ram->cpu[i] = c;
            return 0;
        }
    return -1;
}

struct machine *machine_create(const struct machine_config *k)
{
    struct machine *m = calloc(1, sizeof *m);

    if (!m)
        return NULL;
    m->ram = k->ram;
    m->mem = k->mem;
    m->pages = (uint32_t)(k->pages ? k->pages : k->mem >> PAGE_SHIFT);
    m->cost = k->cost->cost;
    memcpy(m->disk, k->disk, sizeof m->disk);
    m->clock_insns = k->clock_insns;
    m->interpreted = k->interpreted;
    m->slow_access = k->slow_access;
    m->hz = k->clock_insns ? INSNS_HZ : k->cost->hz;
    m->cpu.m = m;
    if (create_parts(m, k)) {
        machine_destroy(m);
        return NULL;
    }
    m->cpu.pool = m->ram->code->pool - 1;
    machine_reset(m);
    return m;
}

static void deadline_fires(void *dev)
{
    struct machine *m = dev;

    m->deadline_due = true;
    clock_arm(&m->clock, &m->deadline, CLOCK_NEVER);
    attention(&m->cpu);
}

void machine_interrupt(struct machine *m, uint8_t vector)
{
    m->deadline_due = true;
    m->deadline_vector = vector;
    attention(&m->cpu);
}

void machine_deadline(struct machine *m, uint64_t tick, uint8_t vector)
{
    m->deadline_due = false;
    m->deadline_vector = vector;
    clock_arm(&m->clock, &m->deadline, tick);
    attention(&m->cpu);
}

void machine_reset(struct machine *m)
{
    const struct dev_host host = {.ctx = m,
                                  .hz = m->hz,
                                  .now = host_now,
                                  .add = host_add,
                                  .at = host_at,
                                  .pin = host_pin,
                                  .nmi = host_nmi,
                                  .reset = host_reset,
                                  .a20 = host_a20,
                                  .disk = {m->disk[0], m->disk[1]},
                                  .serial = host_serial,
                                  .exit = host_exit};

    m->clock = (struct clock){.next = CLOCK_NEVER};
    memset(&m->bus, 0, sizeof m->bus);
    memset(m->by, 0, sizeof m->by);
    memset(m->taken, 0, sizeof m->taken);
    m->idle_ticks = m->deliveries = m->fruitless = 0;
    m->exited = m->was_reset = m->stop = false;
    m->a20 = A20_OPEN;
    cpu_reset(&m->cpu, m);
    pc_init(&m->pc, &m->bus, &host);
    m->deadline = (struct timer){.fire = deadline_fires, .dev = m, .when = CLOCK_NEVER};
    m->deadline_due = false;
    clock_add(&m->clock, &m->deadline);
}

void machine_destroy(struct machine *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < RAM_CPUS; i++)
        if (m->ram->cpu[i] == &m->cpu)
            m->ram->cpu[i] = NULL;
    tlb_destroy(&m->cpu.tlb);
    free(m->cpu.step_op);
    free(m->map);
    free(m);
}

void machine_stop(struct machine *m)
{
    m->stop = true;
    attention(&m->cpu);
}

void machine_a20(struct machine *m, bool open)
{
    uint64_t a20 = open ? A20_OPEN : A20_CLOSED;

    if (m->a20 == a20)
        return;
    m->a20 = a20;
    tlb_flush(&m->cpu, true);
    cpu_refresh(&m->cpu);
    attention(&m->cpu);
}

void machine_escape(struct machine *m)
{
    m->escape(m->owner);
}

/* t[which], and what the running operation's block has added to it so far, the operation itself left out. */
static uint64_t exact(const struct cpu *c, unsigned which)
{
    const struct op *o = c->running;

    if (!o)
        return c->t[which];
    return c->t[which] + o->d[which] - (which == c->m->clock_insns ? o->own : 1u);
}

uint64_t machine_now(const struct machine *m)
{
    return exact(&m->cpu, 0);
}

static bool all_ram(const struct machine *m, uint64_t pa, size_t n)
{
    if (n == 0)
        return true;
    if (pa + n < pa)
        return false;
    for (uint64_t page = pa >> PAGE_SHIFT; page <= (pa + n - 1) >> PAGE_SHIFT; page++)
        if (machine_frame(m, page << PAGE_SHIFT) == NO_FRAME)
            return false;
    return true;
}

/* Bytes from pa that lie in its page, at most n. */
static size_t in_page(uint64_t pa, size_t n)
{
    size_t room = PAGE_SIZE - (pa & PAGE_OFFSET);

    return n < room ? n : room;
}

int machine_read(const struct machine *m, uint64_t pa, void *to, size_t n)
{
    uint8_t *out = to;

    if (!all_ram(m, pa, n))
        return -1;
    for (size_t part; n; pa += part, out += part, n -= part) {
        part = in_page(pa, n);
        memcpy(out, phys_page(m, pa) + (pa & PAGE_OFFSET), part);
    }
    return 0;
}

int machine_write(struct machine *m, uint64_t pa, const void *from, size_t n)
{
    const uint8_t *in = from;

    if (!all_ram(m, pa, n))
        return -1;
    for (size_t part; n; pa += part, in += part, n -= part) {
        uint32_t frame = machine_frame(m, pa);

        part = in_page(pa, n);
        memcpy(phys_page(m, pa) + (pa & PAGE_OFFSET), in, part);
        if (m->ram->flag[frame])
            ram_stored(m->ram, frame, (uint32_t)pa & PAGE_OFFSET, (uint32_t)part);
    }
    return 0;
}

void machine_event(struct machine *m, enum event_kind kind, const uint64_t *field, unsigned fields)
{
    struct event e = {.kind = kind, .tick = exact(&m->cpu, 0), .cycles = exact(&m->cpu, m->clock_insns)};

    e.insns = exact(&m->cpu, !m->clock_insns) - (m->clock_insns ? m->idle_ticks : 0);
    memcpy(e.field, field, fields * sizeof *field);
    m->observe(m->owner, &e);
}

unsigned machine_acknowledge(struct machine *m)
{
    if (!m->deadline_due)
        return pc_ack(&m->pc);
    m->deadline_due = false;
    return m->deadline_vector;
}
