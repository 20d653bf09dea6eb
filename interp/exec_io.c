/* SPDX-License-Identifier: MIT */
/* IN and OUT. They leave the block: what a device does may move a deadline, raise an interrupt or end the run. */
#include "interp/debugreg.h"
#include "interp/io.h"
#include "interp/vmx_insn.h"

enum { TSS_IO_MAP = 0x66 }; /* offset of the I/O map's base in a 32-bit TSS (SDM Vol. 3, 8.2.1) */

/* Two bytes are read, always, since a port range may straddle (SDM Vol. 1, 19.5.2). */
static bool map_allows(struct cpu *c, uint16_t port, unsigned size)
{
    const struct seg *tr = &c->seg[TR];
    uint32_t at, bits;

    if (!(tr->attr & ATTR_P) || !(tr->attr & 8) || tr->limit < TSS_IO_MAP + 1)
        return false;
    at = lin_load(c, tr->base + TSS_IO_MAP, 2, false) + port / 8;
    if (at + 1 > tr->limit)
        return false;
    bits = lin_load(c, tr->base + at, 2, false) >> (port & 7);
    return !(bits & ((1u << size) - 1));
}

void io_check(struct cpu *c, const struct op *o, uint16_t port, unsigned size)
{
    if (c->cpl <= (c->eflags & FL_IOPL) >> 12)
        return;
    if (o)
        begin(c, o);
    if (!map_allows(c, port, size))
        raise_fault(c, NULL, VEC_GP, 0);
}

uint32_t io_in(struct cpu *c, uint16_t port, unsigned size)
{
    uint32_t v;

    charge(c, ACCOUNT_DEVICE, c->m->cost.port);
    v = bus_in(&c->m->bus, port, size);
    OBSERVE(c->m, port_in, port, size, v);
    if (c->breaks.port)
        debugreg_port(c, port, size);
    attention(c);
    return v;
}

void io_out(struct cpu *c, uint16_t port, unsigned size, uint32_t v)
{
    charge(c, ACCOUNT_DEVICE, c->m->cost.port);
    OBSERVE(c->m, port_out, port, size, v);
    bus_out(&c->m->bus, port, size, v);
    if (c->breaks.port)
        debugreg_port(c, port, size);
    attention(c);
}

#define IN(name, bits, port, how)                                                                                      \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        io_check(c, NULL, port, bits / 8);                                                                             \
        vmx_io(c, o, port, bits / 8, VMX_IO_IN | (how));                                                               \
        *reg##bits(c, EAX) = (uint##bits##_t)io_in(c, port, bits / 8);                                                 \
        return finish(c, o);                                                                                           \
    }

#define OUT(name, bits, port, how)                                                                                     \
    HANDLER(name)                                                                                                      \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        io_check(c, NULL, port, bits / 8);                                                                             \
        vmx_io(c, o, port, bits / 8, how);                                                                             \
        io_out(c, port, bits / 8, *reg##bits(c, EAX));                                                                 \
        return finish(c, o);                                                                                           \
    }

IN(h_in8, 8, *reg16(c, EDX), 0)
IN(h_in16, 16, *reg16(c, EDX), 0)
IN(h_in32, 32, *reg16(c, EDX), 0)
IN(h_in8i, 8, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
IN(h_ini16, 16, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
IN(h_ini32, 32, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
OUT(h_out8, 8, *reg16(c, EDX), 0)
OUT(h_out16, 16, *reg16(c, EDX), 0)
OUT(h_out32, 32, *reg16(c, EDX), 0)
OUT(h_out8i, 8, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
OUT(h_outi16, 16, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
OUT(h_outi32, 32, (uint8_t)o->imm, VMX_IO_IMMEDIATE)
