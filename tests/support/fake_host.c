/* SPDX-License-Identifier: MIT */
#include "tests/support/fake_host.h"

static uint64_t now(void *ctx)
{
    return ((struct fake_host *)ctx)->now;
}

static void add(void *ctx, struct timer *t)
{
    clock_add(&((struct fake_host *)ctx)->clock, t);
}

static void at(void *ctx, struct timer *t, uint64_t when)
{
    clock_arm(&((struct fake_host *)ctx)->clock, t, when);
}

static void irq(void *ctx, unsigned line, bool level)
{
    struct fake_host *f = ctx;

    f->rises[line] += level && !f->line[line];
    f->line[line] = level;
}

static void intr(void *ctx, bool level)
{
    ((struct fake_host *)ctx)->intr = level;
}

static void reset(void *ctx)
{
    ((struct fake_host *)ctx)->resets++;
}

static void a20(void *ctx, bool open)
{
    ((struct fake_host *)ctx)->a20 = open;
}

static void serial(void *ctx, uint8_t byte)
{
    struct fake_host *f = ctx;

    f->sent[f->sent_count++ % sizeof f->sent] = byte;
}

static void leave(void *ctx, uint8_t code)
{
    ((struct fake_host *)ctx)->exit_code = code;
}

void fake_host_init(struct fake_host *f, uint64_t hz)
{
    *f = (struct fake_host){.clock = {.next = CLOCK_NEVER}, .exit_code = -1, .a20 = true};
    f->host = (struct dev_host){.ctx = f,
                                .hz = hz,
                                .now = now,
                                .add = add,
                                .at = at,
                                .irq = irq,
                                .irq_ctx = f,
                                .intr = intr,
                                .pin = intr,
                                .reset = reset,
                                .a20 = a20,
                                .serial = serial,
                                .exit = leave};
}

void fake_host_run(struct fake_host *f, uint64_t until)
{
    while (f->clock.next <= until) {
        f->now = f->clock.next;
        clock_fire(&f->clock, f->now);
    }
    f->now = until;
}
