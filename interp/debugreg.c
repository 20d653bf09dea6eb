/* SPDX-License-Identifier: MIT */
#include "interp/debugreg.h"

#include "interp/access.h"
#include "interp/block.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/probe.h"
#include "interp/vmx_event.h"

enum { BREAKPOINTS = 4 };

/* DR7.R/Wn (SDM Vol. 3, 18.2.4). */
enum { ON_CODE, ON_WRITE, ON_PORT, ON_ACCESS };

static unsigned type_of(const struct cpu *c, unsigned n)
{
    return c->dr[7] >> (16 + 4 * n) & 3;
}

/* DR7.LENn; 10b is undefined here, and 8 bytes on processors after this one. */
static uint32_t size_of(const struct cpu *c, unsigned n)
{
    static const uint8_t size[4] = {1, 2, 8, 4};

    return size[c->dr[7] >> (18 + 4 * n) & 3];
}

/* Ranges are aligned by their size: the low bits of the register do not count (SDM Vol. 3, 18.2.5). */
static bool covers(const struct cpu *c, unsigned n, uint32_t at, uint32_t size)
{
    uint32_t own = size_of(c, n), first = c->dr[n] & ~(own - 1);

    return at - first < own || first - at < size;
}

void debugreg_changed(struct cpu *c)
{
    const struct breaks old = c->breaks;
    struct breaks *b = &c->breaks;

    *b = (struct breaks){0};
    for (unsigned n = 0; n < BREAKPOINTS; n++) {
        if (!(c->dr[7] >> 2 * n & 3)) /* Ln, Gn */
            continue;
        switch (type_of(c, n)) {
        case ON_CODE: b->code |= 1u << n; break;
        case ON_PORT: b->port |= c->cr4 & CR4_DE ? 1u << n : 0; break;
        default: b->data |= 1u << n; break;
        }
    }
    if (old.data | b->data)
        lookaside_clear(&c->tlb);
    if (old.code | b->code) {
        lookaside_forget_code(&c->tlb);
        block_probes_changed(c);
    }
}

unsigned debugreg_register(struct cpu *c, unsigned n)
{
    if (n == 4 || n == 5) {
        if (c->cr4 & CR4_DE)
            raise_fault(c, NULL, VEC_UD, NO_ERROR);
        n += 2;
    }
    if (c->dr[7] & DR7_GD) {
        c->fault_detail = DR6_BD;
        if (!vmx_intercepts(c, VEC_DB, NO_ERROR))
            c->dr[6] |= DR6_BD;
        cpu_set_eflags(c, cpu_eflags(c) | FL_RF); /* pushed set, as for every fault but a breakpoint's */
        raise_fault(c, NULL, VEC_DB, NO_ERROR);
    }
    return n;
}

uint32_t debugreg_value(unsigned n, uint32_t v)
{
    switch (n) {
    case 6: return (v & DR6_WRITABLE) | DR6_FIXED;
    case 7: return (v & DR7_WRITABLE) | DR7_FIXED;
    default: return v;
    }
}

uint32_t debugreg_code_at(const struct cpu *c, uint32_t lin)
{
    uint32_t hit = 0;

    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (c->breaks.code >> n & 1 && c->dr[n] == lin)
            hit |= 1u << n;
    return hit;
}

bool debugreg_in_page(const struct cpu *c, uint32_t page)
{
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (c->breaks.code >> n & 1 && c->dr[n] - page < PAGE_SIZE)
            return true;
    return false;
}

bool debugreg_at_offset(const struct cpu *c, unsigned offset)
{
    for (unsigned i = 0; i < RAM_CPUS; i++) {
        const struct cpu *other = c->m->ram->cpu[i];

        for (unsigned n = 0; other && n < BREAKPOINTS; n++)
            if (other->breaks.code >> n & 1 && (other->dr[n] & PAGE_OFFSET) == offset)
                return true;
    }
    return false;
}

unsigned debugreg_kinds(const struct cpu *c, uint32_t lin, uint32_t size)
{
    unsigned kinds = 0;

    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (c->breaks.data >> n & 1 && covers(c, n, lin, size))
            kinds |= PROBE_WRITE | (type_of(c, n) == ON_ACCESS ? PROBE_READ : 0);
    return kinds;
}

/* B0 to B3 tell of the latest #DB; the other bits stay until the guest clears them (SDM Vol. 3, 18.2.3). */
static void report(struct cpu *c, uint32_t bits)
{
    c->fault_detail = bits;
    if (vmx_intercepts(c, VEC_DB, NO_ERROR)) /* the host is told, and DR6 stays (SDM Vol. 3, 27.1) */
        return;
    c->dr[6] = (c->dr[6] & ~DR6_B) | bits;
}

void debugreg_stop(struct cpu *c)
{
    uint32_t hit;

    if (cpu_eflags(c) & FL_RF || c->shadow == SHADOW_SS) /* MOV SS acts as RF does (SDM Vol. 3, 6.8.3) */
        return;
    hit = debugreg_code_at(c, c->seg[CS].base + c->eip);
    if (!hit)
        return;
    report(c, hit);
    raise_fault(c, NULL, VEC_DB, NO_ERROR);
}

static void hits(struct cpu *c, uint32_t bits)
{
    c->debug_hit |= bits;
    attention(c);
}

/*
 * The frame of a #DB is not looked at: one that a breakpoint watches would bring the next #DB, for ever. (Processors do
 * go on like that; whoever runs a guest must come out again.)
 */
void debugreg_touched(struct cpu *c, uint32_t lin, uint32_t size, unsigned kinds)
{
    bool write = kinds & PROBE_WRITE;

    if (c->delivering && c->fault_first == VEC_DB)
        return;
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (c->breaks.data >> n & 1 && (write || type_of(c, n) == ON_ACCESS) && covers(c, n, lin, size))
            hits(c, 1u << n);
}

void debugreg_port(struct cpu *c, uint16_t port, unsigned size)
{
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (c->breaks.port >> n & 1 && covers(c, n, port, size))
            hits(c, 1u << n);
}

void debugreg_trap(struct cpu *c)
{
    if (c->shadow == SHADOW_SS)
        return;
    report(c, c->debug_hit);
    c->debug_hit = 0;
    c->fault_vector = VEC_DB;
    c->fault_error = NO_ERROR;
    c->pending = true;
}
