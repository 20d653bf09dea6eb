/* SPDX-License-Identifier: MIT */
/*
 * The canonical state of a whole machine, in sections:
 *
 *      RING  what machine it fits          CPU, VMX  registers      PIC, PIT, ...  a section each device
 *      TIME  the clock, and the accounts   A20   its gate
 *      RAM   page number, 4096 bytes; ...; ffffffff, how many
 */
#include "interp/machine.h"

#include <inttypes.h>
#include <string.h>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include "interp/addr.h"
#include "interp/debugreg.h"
#include "interp/state.h"

#define RAM_END UINT32_MAX

static const uint8_t zero_page[PAGE_SIZE];

/* Size and clock are the machine's own: a state is refused by one that differs. */
static void fits(struct state *s, const struct machine *m)
{
    uint64_t mem = m->mem, hz = m->hz;
    bool insns = m->clock_insns;

    state_section(s, "RING", 2);
    state_u64(s, &mem);
    state_bool(s, &insns);
    state_u64(s, &hz);
    if (!state_loading(s))
        return;
    if (mem != m->mem)
        state_fail(s, "saved with %" PRIu64 " bytes of memory, this machine has %" PRIu64, mem, m->mem);
    else if (insns != m->clock_insns)
        state_fail(s, "saved with --clock %s, this machine has another", insns ? "insns" : "cycles");
    else if (hz != m->hz)
        state_fail(s, "saved at %" PRIu64 " ticks a second, this machine has %" PRIu64, hz, m->hz);
}

/* Techniques agree on the tick. What else was spent is part of a saved run, but not of the state they share. */
static void time_state(struct state *s, struct machine *m)
{
    state_section(s, "TIME", 1);
    state_u64(s, &m->cpu.t[0]);
    /* So far from the end of time, deadlines can be computed without looking. */
    state_check(s, m->cpu.t[0] < UINT64_MAX / 4, "no such tick");
    if (s->digest)
        return;
    state_u64(s, &m->cpu.t[1]);
    state_u64(s, &m->idle_ticks);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        state_u64(s, &m->by[i]);
}

/* The frame of a page, or NULL where there is no RAM. */
static uint8_t *page_bytes(const struct machine *m, uint32_t page)
{
    return m->map[page] == NO_FRAME ? NULL : ram_frame(m->ram, m->map[page]);
}

static void ram_save(struct state *s, struct machine *m)
{
    uint32_t count = 0, end = RAM_END;

    for (uint32_t page = 0; page < m->pages; page++) {
        uint8_t *bytes = page_bytes(m, page);

        if (!bytes || !memcmp(bytes, zero_page, PAGE_SIZE))
            continue;
        state_u32(s, &page);
        state_bytes(s, bytes, PAGE_SIZE);
        count++;
    }
    state_u32(s, &end);
    state_u32(s, &count);
}

/* Only pages that change are written, so that decoded code and traces of the others stay. */
static void page_set(struct machine *m, uint32_t page, const uint8_t *bytes)
{
    uint8_t *to = page_bytes(m, page);

    if (!to || !memcmp(to, bytes, PAGE_SIZE))
        return;
    memcpy(to, bytes, PAGE_SIZE);
    ram_stored(m->ram, m->map[page], 0, PAGE_SIZE);
}

/* Pages [from, to) were not saved: they are zero. */
static void pages_clear(struct machine *m, uint32_t from, uint32_t to)
{
    for (uint32_t page = from; page < to; page++)
        page_set(m, page, zero_page);
}

/* One page. Returns false at the end, or after an error. */
static bool page_load(struct state *s, struct machine *m, uint32_t *next)
{
    uint8_t bytes[PAGE_SIZE];
    uint32_t page = RAM_END;

    state_u32(s, &page);
    if (page == RAM_END || !state_loading(s))
        return false;
    if (page < *next || page >= m->pages || !page_bytes(m, page)) {
        state_fail(s, "page %" PRIu32 ": %s", page, page < *next ? "out of order" : "no memory there");
        return false;
    }
    state_bytes(s, bytes, PAGE_SIZE);
    if (!state_loading(s))
        return false;
    pages_clear(m, *next, page);
    page_set(m, page, bytes);
    *next = page + 1;
    return true;
}

static void ram_load(struct state *s, struct machine *m)
{
    uint32_t next = 0, count = 0, saved = 0;

    while (page_load(s, m, &next))
        count++;
    state_u32(s, &saved);
    if (state_loading(s) && saved != count)
        state_fail(s, "%" PRIu32 " pages announced, %" PRIu32 " found", saved, count);
    if (state_loading(s))
        pages_clear(m, next, m->pages);
}

/* What is not part of the state starts anew. */
static void resettle(struct machine *m)
{
    m->cpu.delivering = m->cpu.hole_next = m->cpu.probe_next = m->cpu.mid_rep = false;
    m->exited = m->was_reset = m->stop = false;
    m->fruitless = 0;
    cpu_refresh(&m->cpu);
    tlb_switch(&m->cpu);
    tlb_invvpid(&m->cpu, INVVPID_ALL, 0, 0);
    debugreg_changed(&m->cpu);
}

static void a20_state(struct state *s, struct machine *m)
{
    bool closed = m->a20 == A20_CLOSED;

    state_section(s, "A20 ", 1);
    state_bool(s, &closed);
    m->a20 = closed ? A20_CLOSED : A20_OPEN;
}

int machine_state(struct machine *m, struct state *s)
{
    fits(s, m);
    time_state(s, m); /* before the devices, which compute from it */
    cpu_state(s, &m->cpu);
    pc_state(&m->pc, s);
    a20_state(s, m);
    state_section(s, "RAM ", 1);
    if (s->dir == STATE_SAVE) {
        ram_save(s, m);
    } else {
        ram_load(s, m);
        resettle(m);
    }
    return s->error[0] ? -1 : 0;
}

static void hash(void *ctx, const void *bytes, size_t n)
{
    XXH3_128bits_update(ctx, bytes, n);
}

void machine_digest(struct machine *m, char hex[33])
{
    static const char digit[] = "0123456789abcdef";
    XXH128_canonical_t bytes;
    XXH3_state_t h;
    struct state s;

    XXH3_128bits_reset(&h);
    state_init_sink(&s, hash, &h);
    s.digest = true;
    machine_state(m, &s); /* cannot fail: nothing is stored */
    XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(&h));
    for (unsigned i = 0; i < sizeof bytes.digest; i++) {
        hex[2 * i] = digit[bytes.digest[i] >> 4];
        hex[2 * i + 1] = digit[bytes.digest[i] & 15];
    }
    hex[32] = 0;
}
