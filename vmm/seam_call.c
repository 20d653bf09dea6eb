/* SPDX-License-Identifier: MIT */
/* The calls of a plug-in, one function each. They trust nothing: a message may come from a hostile process. */
#include <string.h>

#include "interp/access.h"
#include "interp/attempt.h"
#include "interp/fault.h"
#include "interp/flags.h"
#include "interp/io.h"
#include "vmm/monitor.h"
#include "vmm/seam.h"
#include "vmm/words.h"

/* Flags that can be set from outside: what IRET could pop in ring 0, VM86 apart. */
enum { SETTABLE_FLAGS = FL_STATUS | FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT | FL_AC | FL_ID };

void seam_registers(struct vm *vm, uint32_t reg[LAB_REGS])
{
    const struct cpu *v = &mon_guest(vm)->cpu;

    memcpy(reg, v->r, 8 * sizeof *reg);
    reg[LAB_EIP] = v->eip;
    reg[LAB_EFLAGS] = cpu_eflags(v);
    reg[LAB_CR0] = v->cr0;
    reg[LAB_CR2] = v->cr2;
    reg[LAB_CR3] = v->cr3;
    reg[LAB_CR4] = v->cr4;
    reg[LAB_GDT_BASE] = v->gdtr.base;
    reg[LAB_GDT_LIMIT] = v->gdtr.limit;
    reg[LAB_IDT_BASE] = v->idtr.base;
    reg[LAB_IDT_LIMIT] = v->idtr.limit;
    reg[LAB_TSS_BASE] = v->seg[TR].base;
    for (unsigned i = 0; i < SEGS; i++)
        reg[LAB_ES + i] = v->seg[i].sel;
    reg[LAB_CPL] = v->cpl;
    reg[LAB_SHADOW] = v->shadow != 0;
    reg[LAB_HALTED] = v->activity == HALTED;
}

/* A call and its processor, for cpu_attempt(). */
struct order {
    struct lab_call *c;
    bool write;
};

/* Code for the new privilege level: its segment must be of just that level (SDM Vol. 2, IRET; Vol. 3, 6.12.1). */
static void load_cs(struct cpu *c, unsigned sel)
{
    struct desc d;
    unsigned attr, rpl = sel & 3, old = c->cpl;

    if (sel_null(sel))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_fetch(c, sel, &d, VEC_GP);
    attr = desc_attr(&d);
    if (!desc_is_code(attr) || (attr & ATTR_DC ? attr_dpl(attr) > rpl : attr_dpl(attr) != rpl))
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, sel & ~3u);
    desc_set_accessed(c, &d);
    segment_fill(c, CS, sel, &d);
    segment_set_cpl(c, rpl);
    if (rpl > old) /* on the way out, the kernel's data segments do not come along (SDM Vol. 2, IRET) */
        segment_drop_inner(c);
}

static void load_segment(struct cpu *c, void *ctx)
{
    const struct lab_call *k = ((struct order *)ctx)->c;
    unsigned seg = k->a - LAB_ES, sel = k->b & 0xffff;

    if (seg == CS)
        load_cs(c, sel);
    else
        segment_load(c, seg, sel);
}

static void write_cr(struct cpu *c, void *ctx)
{
    static const uint8_t number[] = {0, 2, 3, 4};
    const struct lab_call *k = ((struct order *)ctx)->c;

    cr_write(c, number[k->a - LAB_CR0], k->b);
}

/* Byte by byte: a page that is not there refuses before anything is written, since both ends are probed. */
static void access_memory(struct cpu *c, void *ctx)
{
    const struct order *o = ctx;
    struct lab_call *k = o->c;

    if (o->write && k->b)
        lin_probe_write(c, k->a, k->b, false);
    for (uint32_t i = 0; i < k->b; i++) {
        if (o->write)
            lin_store(c, k->a + i, 1, false, k->data[i]);
        else
            k->data[i] = (uint8_t)lin_load(c, k->a + i, 1, false);
    }
}

static void access_port(struct cpu *c, void *ctx)
{
    const struct order *o = ctx;
    struct lab_call *k = o->c;

    io_check(c, NULL, (uint16_t)k->a, k->b);
    if (o->write)
        io_out(c, (uint16_t)k->a, k->b, k->value);
    else
        k->value = io_in(c, (uint16_t)k->a, k->b);
}

static void attempt(struct vm *vm, struct lab_call *c, void (*action)(struct cpu *c, void *ctx), bool write)
{
    struct order o = {c, write};
    struct refusal why;

    if (cpu_attempt(&mon_guest(vm)->cpu, action, &o, &why))
        return;
    c->result = -1;
    c->fault = (struct lab_fault){why.vector, why.error};
}

static void set(struct seam *s, struct vm *vm, struct lab_call *c)
{
    struct cpu *v = &mon_guest(vm)->cpu;

    if (c->a <= LAB_EDI)
        v->r[c->a] = c->b;
    else if (c->a >= LAB_CR0 && c->a <= LAB_CR4)
        attempt(vm, c, write_cr, false);
    else if (c->a >= LAB_ES && c->a <= LAB_GS)
        attempt(vm, c, load_segment, false);
    else
        switch (c->a) {
        case LAB_EIP: v->eip = c->b; break;
        case LAB_EFLAGS: cpu_set_eflags(v, (c->b & SETTABLE_FLAGS) | FL_1); break;
        case LAB_GDT_BASE: v->gdtr.base = c->b; break;
        case LAB_GDT_LIMIT: v->gdtr.limit = (uint16_t)c->b; break;
        case LAB_IDT_BASE: v->idtr.base = c->b; break;
        case LAB_IDT_LIMIT: v->idtr.limit = (uint16_t)c->b; break;
        case LAB_SHADOW: s->now.shadowed = c->b != 0; break;
        default: mon_complain(vm, _("lab_set: register %u cannot be set"), c->a);
        }
}

static void memory(struct seam *s, struct vm *vm, struct lab_call *c)
{
    bool write = c->what == LAB_WRITE;

    if (c->b > LAB_DATA) {
        mon_complain(vm, _("%s: %u bytes at once; %d are the most"), write ? "lab_write" : "lab_read", c->b, LAB_DATA);
        return;
    }
    attempt(vm, c, access_memory, write);
    if (write && !c->result && s->now.writes++ < SEAM_WRITES) {
        s->now.write[s->now.writes - 1].linear = c->a;
        s->now.write[s->now.writes - 1].size = c->b;
    }
}

static void port(struct seam *s, struct vm *vm, struct lab_call *c)
{
    (void)s;
    if (c->a > 0xffff || (c->b != 1 && c->b != 2 && c->b != 4))
        mon_complain(vm, _("lab_in, lab_out: no port %#x of %u bytes"), c->a, c->b);
    else
        attempt(vm, c, access_port, c->what == LAB_PORT_OUT);
}

static void halt(struct seam *s, struct vm *vm, struct lab_call *c)
{
    (void)vm;
    (void)c;
    s->now.halted = true;
}

static void ack(struct seam *s, struct vm *vm, struct lab_call *c)
{
    struct machine *g = mon_guest(vm);

    if (s->now.duty != LAB_INTERRUPT || s->now.acked) {
        mon_complain(vm, _("lab_ack: there is no interrupt to take"));
        return;
    }
    c->value = pc_ack(&g->pc);
    s->now.acked = true;
    s->now.vector = (uint8_t)c->value;
    g->cpu.activity = ACTIVE;
}

static void inject(struct seam *s, struct vm *vm, struct lab_call *c)
{
    if (c->a >= 32) {
        mon_complain(vm, _("lab_inject: vector %u is no exception"), c->a);
    } else if (s->now.duty == LAB_INTERRUPT) {
        mon_complain(vm, _("lab_inject is for exceptions: deliver the interrupt yourself"));
    } else {
        s->now.injected = true;
        s->now.vector = (uint8_t)c->a;
        s->now.error = c->b;
    }
}

/* The guest's own tables, asked by an access of its own. */
static void translate(struct cpu *c, void *ctx)
{
    const struct order *o = ctx;

    (void)lin_translate(c, o->c->a, o->write ? TO_WRITE : TO_READ, c->cpl == 3);
}

static void map(struct seam *s, struct vm *vm, struct lab_call *c)
{
    const struct trap t = {.vector = VEC_PF, .error = c->b ? PF_W : 0, .cr2 = c->a};
    enum shadow_fault f = mon_page_fault(vm, &t);

    s->now.mapped = f == SHADOW_FILLED;
    s->now.must_interpret = f == SHADOW_TRACED || f == SHADOW_MMIO;
    if (f == SHADOW_TRUE)
        attempt(vm, c, translate, c->b);
}

void seam_call(struct seam *s, struct vm *vm, struct lab_call *c)
{
    static void (*const perform[LAB_WHATS])(struct seam * s, struct vm * vm, struct lab_call * c) = {
        [LAB_SET] = set,   [LAB_READ] = memory, [LAB_WRITE] = memory,  [LAB_PORT_IN] = port, [LAB_PORT_OUT] = port,
        [LAB_HALT] = halt, [LAB_ACK] = ack,     [LAB_INJECT] = inject, [LAB_MAP] = map};

    c->result = 0;
    if (c->what < LAB_WHATS && perform[c->what])
        perform[c->what](s, vm, c);
    else
        mon_complain(vm, _("a message of no known kind (%u)"), c->what);
    seam_registers(vm, c->reg);
    if (s->now.shadowed)
        c->reg[LAB_SHADOW] = 1;
}
