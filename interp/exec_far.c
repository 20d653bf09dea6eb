/* SPDX-License-Identifier: MIT */
/*
 * Transfers between segments and rings (SDM Vol. 3, 5.8; Vol. 2, CALL, JMP, RET, IRET, INT n). Task switches by TSS or
 * task gate, and virtual-8086 mode, are not built: they raise #UD.
 */
#include "interp/trap.h"
#include "interp/vmx_event.h"
#include "interp/vmx_insn.h"

/* The target of a far transfer, checked. */
struct target {
    unsigned sel;
    uint32_t off;
    struct desc desc;
    unsigned cpl;    /* afterwards */
    bool gate;       /* came through a call gate, */
    unsigned params; /* which copies this many */
    unsigned size;   /* of what a call pushes: 2 or 4 */
    unsigned length; /* of the instruction */
};

/* A task gate or TSS. Switching tasks is not built, but in non-root operation it is the host's work anyway. */
static void switch_task(struct cpu *c, const struct target *t, bool call)
{
    enum { CALL = 0, JMP = 2 };
    unsigned attr = desc_attr(&t->desc), dpl = attr_dpl(attr), sel = t->sel;

    if (dpl < c->cpl || dpl < (sel & 3))
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    if (!c->vmx.non_root)
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    if ((attr & (ATTR_S | ATTR_TYPE)) == SYS_TASK_GATE) {
        if (!(attr & ATTR_P))
            raise_fault(c, NULL, VEC_NP, sel & ~3u);
        sel = t->desc.lo >> 16;
    }
    vmx_task_switch(c, sel, call ? CALL : JMP, t->length);
}

/* IRET with NT set: back to the task that the TSS links to (SDM Vol. 3, 7.4). */
static void switch_back(struct cpu *c, const struct op *o)
{
    enum { IRET = 1 };

    if (!c->vmx.non_root)
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    vmx_task_switch(c, lin_load(c, c->seg[TR].base, 2, false), IRET, o->len);
}

/* A code segment that is named directly: same ring, or conforming code of an inner one. */
static void direct(struct cpu *c, struct target *t)
{
    unsigned attr = desc_attr(&t->desc), dpl = attr_dpl(attr);

    if (attr & ATTR_DC ? dpl > c->cpl : (t->sel & 3) > c->cpl || dpl != c->cpl)
        raise_fault(c, NULL, VEC_GP, t->sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, t->sel & ~3u);
    t->cpl = c->cpl;
}

static void through_gate(struct cpu *c, struct target *t, bool call)
{
    unsigned gate_sel = t->sel, attr = desc_attr(&t->desc), dpl = attr_dpl(attr);
    const struct desc gate = t->desc;

    if (dpl < c->cpl || dpl < (gate_sel & 3))
        raise_fault(c, NULL, VEC_GP, gate_sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, gate_sel & ~3u);
    t->gate = true;
    t->size = attr & 8 ? 4 : 2;
    t->params = gate.hi & 31;
    t->off = (gate.lo & 0xffff) | (t->size == 4 ? gate.hi & 0xffff0000 : 0);
    t->sel = gate.lo >> 16;
    if (sel_null(t->sel))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_fetch(c, t->sel, &t->desc, VEC_GP);
    attr = desc_attr(&t->desc);
    dpl = attr_dpl(attr);
    if (!desc_is_code(attr) || dpl > c->cpl || (!call && !(attr & ATTR_DC) && dpl != c->cpl))
        raise_fault(c, NULL, VEC_GP, t->sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, t->sel & ~3u);
    t->cpl = attr & ATTR_DC ? c->cpl : dpl;
}

static void resolve(struct cpu *c, struct target *t, bool call)
{
    unsigned type;

    if (sel_null(t->sel))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_fetch(c, t->sel, &t->desc, VEC_GP);
    type = desc_attr(&t->desc) & (ATTR_S | ATTR_TYPE);
    if (desc_is_code(desc_attr(&t->desc)))
        direct(c, t);
    else if (type == SYS_CALL16 || type == SYS_CALL32)
        through_gate(c, t, call);
    else if (type == SYS_TASK_GATE || (type & ~10u) == SYS_TSS16)
        switch_task(c, t, call);
    else
        raise_fault(c, NULL, VEC_GP, t->sel & ~3u);
}

/* What comes behind the checks of the stack (SDM Vol. 2, CALL and RET): the offset; then the last thing that can fault. */
static void settle(struct cpu *c, struct target *t)
{
    if (t->off > desc_limit(&t->desc))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_set_accessed(c, &t->desc);
}

static void enter(struct cpu *c, const struct target *t)
{
    segment_fill(c, CS, (t->sel & ~3u) | t->cpl, &t->desc);
    c->eip = t->off;
    segment_set_cpl(c, t->cpl);
}

static const struct op *far_jump(struct cpu *c, const struct op *o, unsigned sel, uint32_t off)
{
    struct target t = {.sel = sel, .off = off, .length = o->len};

    resolve(c, &t, false);
    settle(c, &t);
    enter(c, &t);
    return go_on(c, o);
}

/* Parameters are copied from the old stack to the new one, in order (SDM Vol. 3, 5.8.5). Into the words of a frame. */
static void copy_params(struct cpu *c, uint32_t *v, const struct target *t)
{
    for (unsigned i = 0; i < t->params; i++) {
        uint32_t at = (c->r[ESP] + i * t->size) & stack_mask(c);

        v[t->params - 1 - i] = t->size == 4 ? load32(c, NULL, SS, at) : load16(c, NULL, SS, at);
    }
}

static const struct op *far_call(struct cpu *c, const struct op *o, unsigned sel, uint32_t off, unsigned size)
{
    struct target t = {.sel = sel, .off = off, .size = size, .length = o->len};
    uint32_t v[4 + 31], *end = v; /* the frame: SS, ESP, parameters, CS, EIP */
    struct stack s;
    bool inner;

    resolve(c, &t, true);
    inner = t.cpl != c->cpl;
    if (inner) {
        stack_inner(c, t.cpl, &s);
        stack_reserve(c, &s, t.size, 4 + t.params);
        *end++ = c->seg[SS].sel;
        *end++ = c->r[ESP];
        copy_params(c, end, &t);
        end += t.params;
    } else {
        stack_current(c, &s);
        stack_reserve(c, &s, t.size, 2);
    }
    settle(c, &t);
    *end++ = c->seg[CS].sel;
    *end++ = c->eip + o->len;
    stack_push(c, &s, t.size, v, (unsigned)(end - v));
    if (inner) {
        struct desc ss = {s.desc.lo, s.desc.hi, s.desc.lin};

        desc_set_accessed(c, &ss);
        s.desc.hi = ss.hi;
        charge(c, ACCOUNT_TRAP, c->m->cost.stack_switch);
    }
    stack_commit(c, &s, inner);
    enter(c, &t);
    return go_on(c, o);
}

/* Pops of a return, counted from ESP, without moving it. */
static uint32_t peek(struct cpu *c, unsigned size, unsigned n)
{
    uint32_t at = (c->r[ESP] + n) & stack_mask(c);

    return size == 4 ? load32(c, NULL, SS, at) : load16(c, NULL, SS, at);
}

/* CS of a return to the same or an outer ring (SDM Vol. 2, RET and IRET share these checks). */
static void return_target(struct cpu *c, struct target *t)
{
    unsigned attr, rpl = t->sel & 3;

    if (sel_null(t->sel))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_fetch(c, t->sel, &t->desc, VEC_GP);
    attr = desc_attr(&t->desc);
    if (!desc_is_code(attr) || rpl < c->cpl || (attr & ATTR_DC ? attr_dpl(attr) > rpl : attr_dpl(attr) != rpl))
        raise_fault(c, NULL, VEC_GP, t->sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, t->sel & ~3u);
    t->cpl = rpl;
}

/* To an outer ring SS:ESP lie behind the rest. */
static void return_stack(struct cpu *c, struct target *t, unsigned size, unsigned at, unsigned release)
{
    uint32_t esp = peek(c, size, at);
    unsigned sel = peek(c, size, at + size) & 0xffff;
    struct desc ss;

    if (sel_null(sel))
        raise_fault(c, NULL, VEC_GP, 0);
    segment_check_ss(c, sel, t->cpl, VEC_GP, &ss);
    settle(c, t);
    desc_set_accessed(c, &ss);
    segment_fill(c, SS, sel, &ss);
    set_esp(c, esp + release); /* of ESP if the new stack has it, though 16 bits were popped */
}

static void return_here(struct cpu *c, struct target *t, unsigned release)
{
    settle(c, t);
    set_esp(c, c->r[ESP] + release);
}

static const struct op *far_return(struct cpu *c, const struct op *o, unsigned size)
{
    struct target t = {.off = peek(c, size, 0), .sel = peek(c, size, size) & 0xffff};
    bool outer;

    return_target(c, &t);
    outer = t.cpl != c->cpl;
    if (outer)
        return_stack(c, &t, size, 2 * size + o->imm, o->imm);
    else
        return_here(c, &t, 2 * size + o->imm);
    enter(c, &t);
    if (outer)
        segment_drop_inner(c);
    return go_on(c, o);
}

/* Which flags IRET may change from here (SDM Vol. 2, IRET). */
static uint32_t iret_mask(const struct cpu *c, unsigned size)
{
    uint32_t m = FL_STATUS | FL_TF | FL_DF | FL_NT;

    if (size == 4)
        m |= FL_AC | FL_ID;
    if (c->cpl <= (c->eflags & FL_IOPL) >> 12)
        m |= FL_IF;
    if (c->cpl == 0)
        m |= FL_IOPL | (size == 4 ? FL_VIF | FL_VIP : 0);
    return m;
}

static const struct op *interrupt_return(struct cpu *c, const struct op *o, unsigned size)
{
    struct target t = {0};
    uint32_t flags, change = iret_mask(c, size);
    bool outer;

    /* Even if it faults (SDM Vol. 3, 6.7.1); or it is the host's (25.3). */
    if (!(c->vmx.pin & PIN_NMI) || c->vmx.pin & PIN_VIRTUAL_NMI)
        c->nmi_blocked = false;
    if (c->eflags & FL_NT)
        switch_back(c, o);
    t.off = peek(c, size, 0);
    t.sel = peek(c, size, size) & 0xffff;
    flags = peek(c, size, 2 * size);
    if (size == 4 && (flags & FL_VM) && c->cpl == 0)
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    return_target(c, &t);
    outer = t.cpl != c->cpl;
    if (outer)
        return_stack(c, &t, size, 3 * size, 0);
    else
        return_here(c, &t, 3 * size);
    cpu_set_eflags(c, (cpu_eflags(c) & ~(change | FL_RF)) | (flags & change));
    if (size == 4 && (flags & FL_RF))
        cpu_resume_next(c);
    enter(c, &t);
    if (outer) {
        segment_drop_inner(c);
        charge(c, ACCOUNT_TRAP, c->m->cost.iret_outer);
    }
    c->nmi_before = false; /* what faults from here on is another instruction */
    return go_on(c, o);
}

#define BY_SIZE(bits)                                                                                                  \
    HANDLER(h_jmpf##bits)                                                                                              \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return far_jump(c, o, o->disp, o->imm);                                                                        \
    }                                                                                                                  \
    HANDLER(h_jmpfm##bits)                                                                                             \
    {                                                                                                                  \
        uint32_t off;                                                                                                  \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        off = load##bits(c, NULL, o->seg, ea(c, o));                                                                   \
        return far_jump(c, o, load16(c, NULL, o->seg, ea(c, o) + bits / 8), off);                                      \
    }                                                                                                                  \
    HANDLER(h_callf##bits)                                                                                             \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return far_call(c, o, o->disp, o->imm, bits / 8);                                                              \
    }                                                                                                                  \
    HANDLER(h_callfm##bits)                                                                                            \
    {                                                                                                                  \
        uint32_t off;                                                                                                  \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        off = load##bits(c, NULL, o->seg, ea(c, o));                                                                   \
        return far_call(c, o, load16(c, NULL, o->seg, ea(c, o) + bits / 8), off, bits / 8);                            \
    }                                                                                                                  \
    HANDLER(h_retf##bits)                                                                                              \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return far_return(c, o, bits / 8);                                                                             \
    }                                                                                                                  \
    HANDLER(h_iret##bits)                                                                                              \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return interrupt_return(c, o, bits / 8);                                                                       \
    }

BY_SIZE(16)
BY_SIZE(32)

/* An exception that an instruction asks for exits as such; INT n never does. */
static void software_exits(struct cpu *c, const struct vmx_event *e)
{
    if ((e->info >> INTR_TYPE_SHIFT & 7) != INTR_SOFTWARE && vmx_intercepts(c, e->info & INTR_VECTOR, 0))
        vmx_exit(c, NULL, &(struct vmx_exit){.reason = VMX_EXCEPTION, .length = e->length, .event = {.info = e->info}});
}

/* The instruction retires with the delivery; if that faults, EIP is still the instruction's. */
static const struct op *software(struct cpu *c, const struct op *o, unsigned vector, enum intr_type type)
{
    c->event = (struct vmx_event){.info = INTR_VALID | (uint32_t)type << INTR_TYPE_SHIFT | vector, .length = o->len};
    software_exits(c, &c->event);
    c->delivering = true;
    c->external = type == INTR_PRIVILEGED; /* INT1 sets EXT (SDM Vol. 3, 6.13) */
    c->fault_first = -1;
    trap_deliver(c, vector, type == INTR_PRIVILEGED ? TRAP_EXTERNAL : TRAP_SOFTWARE, 0, c->eip + o->len);
    c->delivering = false;
    return go_on(c, o);
}

HANDLER(h_int)
{
    begin(c, o);
    return software(c, o, o->imm, INTR_SOFTWARE);
}

HANDLER(h_int3)
{
    begin(c, o);
    return software(c, o, VEC_BP, INTR_TRAP);
}

HANDLER(h_into)
{
    begin(c, o);
    if (flag_of(c))
        return software(c, o, VEC_OF, INTR_TRAP);
    return finish(c, o);
}

/* A debug trap that checks no DPL (SDM Vol. 2, INT1). */
HANDLER(h_int1)
{
    begin(c, o);
    return software(c, o, VEC_DB, INTR_PRIVILEGED);
}
