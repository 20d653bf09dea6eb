/* SPDX-License-Identifier: MIT */
#include "vmm/seam.h"
#include "vmm/words.h"

#include <string.h>

#include "interp/access.h"
#include "interp/attempt.h"
#include "interp/debugreg.h"
#include "interp/decode.h"
#include "interp/probe.h"
#include "vmm/monitor.h"
#include "vmm/world.h"

const char *const seam_duty_name[LAB_DUTIES] = {
    [LAB_CLI] = "cli",
    [LAB_STI] = "sti",
    [LAB_LGDT] = "lgdt",
    [LAB_LIDT] = "lidt",
    [LAB_MOV_TO_CR] = "mov-to-cr",
    [LAB_MOV_FROM_CR] = "mov-from-cr",
    [LAB_IN] = "in",
    [LAB_OUT] = "out",
    [LAB_HLT] = "hlt",
    [LAB_IRET] = "iret",
    [LAB_INTERRUPT] = "interrupt",
    [LAB_PAGE_FAULT] = "page-fault",
};

unsigned seam_duty(const char *name, size_t length)
{
    for (unsigned d = 0; d < LAB_DUTIES; d++)
        if (strlen(seam_duty_name[d]) == length && memcmp(seam_duty_name[d], name, length) == 0)
            return d;
    return LAB_DUTIES;
}

static struct seam *seam_of(struct vm *vm)
{
    return (struct seam *)vm_technique(vm); /* made by seam_init(), so not const */
}

/* Opcodes (two-byte: 0x0fNN) from first to last, ModRM.reg or ANY: whose duty they are. */
enum { ANY = 8 };
static const struct {
    uint16_t first, last;
    uint8_t digit, duty;
} by_opcode[] = {
    {0xfa, 0xfa, ANY, LAB_CLI},
    {0xfb, 0xfb, ANY, LAB_STI},
    {0x0f01, 0x0f01, 2, LAB_LGDT},
    {0x0f01, 0x0f01, 3, LAB_LIDT},
    {0x0f22, 0x0f22, ANY, LAB_MOV_TO_CR},
    {0x0f20, 0x0f20, ANY, LAB_MOV_FROM_CR},
    {0xe4, 0xe5, ANY, LAB_IN},
    {0xec, 0xed, ANY, LAB_IN},
    {0xe6, 0xe7, ANY, LAB_OUT},
    {0xee, 0xef, ANY, LAB_OUT},
    {0xf4, 0xf4, ANY, LAB_HLT},
    {0xcf, 0xcf, ANY, LAB_IRET},
};

static unsigned duty_of(const struct insn *i)
{
    if (i->lock || (i->opcode == 0xcf && !i->op32)) /* frames of 16 bits are in no lab */
        return LAB_DUTIES;
    for (unsigned n = 0; n < sizeof by_opcode / sizeof by_opcode[0]; n++)
        if (i->opcode >= by_opcode[n].first && i->opcode <= by_opcode[n].last &&
            (by_opcode[n].digit == ANY || by_opcode[n].digit == i->reg))
            return by_opcode[n].duty;
    return LAB_DUTIES;
}

static uint32_t operand_address(const struct cpu *v, const struct insn *i)
{
    uint32_t offset = v->r[i->base] + (v->r[i->index] << i->scale) + i->disp;

    return v->seg[i->seg].base + (i->addr32 ? offset : offset & 0xffff);
}

/* Describes the instruction at the guest's EIP. False: it is nobody's duty here. */
static bool describe(struct seam *s, struct vm *vm, struct lab_trap *t)
{
    struct machine *g = mon_guest(vm);
    const struct cpu *v = &g->cpu;
    struct insn i;

    if (!exit_decode(g, &i) || (t->duty = duty_of(&i)) == LAB_DUTIES || !(s->duties >> t->duty & 1))
        return false;
    t->length = i.len;
    t->size = i.opcode < 0x100 && !(i.opcode & 1) && i.opcode >= 0xe4 && i.opcode <= 0xee ? 1 : i.op32 ? 4 : 2;
    t->reg = i.rm;
    t->cr = i.reg;
    if (t->duty == LAB_LGDT || t->duty == LAB_LIDT)
        t->address = operand_address(v, &i);
    t->immediate = i.imm & 0xff;
    t->by_dx = i.opcode >= 0xec && i.opcode <= 0xef;
    (void)lin_peek(g, v->seg[CS].base + v->eip, t->bytes, i.len);
    return true;
}

/* The device's request was taken: the processor's books say so (the frame is the plug-in's work). */
static void count_delivery(struct machine *g, unsigned vector, const struct emulation *e)
{
    charge(&g->cpu, ACCOUNT_TRAP, g->cost.vector);
    g->taken[vector]++;
    g->deliveries++;
    g->last_vector = (uint8_t)vector;
    OBSERVE(g, trap, vector, 0, g->cpu.seg[CS].sel, e->eip, g->cpu.cr2);
}

/* One instruction has been executed, though not by the processor. With TF set before it, #DB follows (SDM Vol. 3, 18.3). */
static void book_instruction(struct seam *s, struct cpu *v, uint32_t eip, bool traced)
{
    struct machine *g = v->m;

    if (g->probes)
        probe_retired(g->probes, v->seg[CS].base + eip);
    if (s->now.resume)
        cpu_resume_next(v);
    v->t[g->clock_insns] += g->cost.interpret;
    v->t[!g->clock_insns] += 1;
    v->shadow = s->now.shadowed ? SHADOW_STI : 0;
    v->nmi_blocked &= s->now.duty != LAB_IRET; /* SDM Vol. 3, 6.7.1 */
    if (s->now.halted)
        v->activity = HALTED;
    v->debug_hit |= traced ? DR6_BS : 0;
    if (v->debug_hit)
        debugreg_trap(v);
}

static void conclude_interrupt(struct seam *s, struct vm *vm, enum lab_next next, const struct emulation *e)
{
    struct machine *g = mon_guest(vm);

    if (next == LAB_DONE && s->now.acked)
        count_delivery(g, s->now.vector, e);
    else if (next == LAB_DONE || s->now.acked)
        mon_complain(vm, _("an interrupt must be both taken (lab_ack) and delivered (LAB_DONE)"));
    else if ((g->cpu.eflags & FL_IF) && !g->cpu.shadow)
        mon_complain(vm, _("an interrupt was held back although the guest allows it"));
}

/* What the answer means. The pages of a page fault are in the shadow already. */
static void conclude(struct seam *s, struct vm *vm, enum lab_next next, const struct emulation *e, bool traced)
{
    struct cpu *v = &mon_guest(vm)->cpu;
    unsigned duty = s->now.duty;

    cpu_refresh(v);
    if ((unsigned)next >= LAB_NEXTS) {
        mon_complain(vm, _("%s at eip %08x: the answer %d is none of enum lab_next"), seam_duty_name[duty], e->eip,
                     (int)next);
    } else if (next == LAB_DEFER || (next == LAB_HOLD && duty != LAB_INTERRUPT)) {
        mon_complain(vm, _("%s at eip %08x was left to the monitor, and is yours"), seam_duty_name[duty], e->eip);
    } else if (duty == LAB_INTERRUPT) {
        conclude_interrupt(s, vm, next, e);
    } else if (s->now.injected) {
        v->fault_vector = s->now.vector;
        v->fault_error = s->now.error;
        v->pending = true;
        machine_step(v->m, CLOCK_NEVER);
    } else if (duty == LAB_PAGE_FAULT) {
        if (s->now.must_interpret)
            machine_step(v->m, CLOCK_NEVER);
        else if (!s->now.mapped)
            mon_complain(vm, _("a page fault at %08x was neither mapped nor injected"), e->eip);
    } else {
        book_instruction(s, v, e->eip, traced);
    }
}

/* RF is no plug-in's affair, but the monitor's: will this IRET bring it? */
static bool brings_rf(struct machine *g, unsigned duty)
{
    const struct cpu *v = &g->cpu;
    uint32_t flags = 0;

    return duty == LAB_IRET && !lin_peek(g, v->seg[SS].base + v->r[ESP] + 8, &flags, sizeof flags) && (flags & FL_RF);
}

static void event(struct seam *s, struct vm *vm, struct lab_trap *t)
{
    bool traced = mon_guest(vm)->cpu.eflags & FL_TF;
    struct emulation e;
    enum lab_next next;

    s->asked[t->duty]++;
    s->now = (struct seam_event){
        .duty = t->duty, .eip = mon_guest(vm)->cpu.eip, .resume = brings_rf(mon_guest(vm), t->duty)};
    mon_emulation_begin(vm, &e);
    next = s->ask(s, vm, t);
    if (!*vm_complaint(vm))
        conclude(s, vm, next, &e, traced);
    mon_emulation_end(vm, &e);
    if (s->after && !*vm_complaint(vm))
        s->after(s, vm, t);
}

static struct lab_trap trapped(const struct trap *t)
{
    return (struct lab_trap){.vector = t->vector, .error = t->error, .hw_cs = t->cs, .hw_eflags = t->eflags};
}

/* True: an interrupt was taken. */
static bool offer_interrupt(struct seam *s, struct vm *vm)
{
    struct lab_trap t = {.duty = LAB_INTERRUPT};

    event(s, vm, &t);
    return s->now.acked;
}

static enum vm_next page_fault(struct seam *s, struct vm *vm, const struct trap *t)
{
    struct lab_trap l = trapped(t);

    l.duty = LAB_PAGE_FAULT;
    l.cr2 = t->cr2;

    event(s, vm, &l);
    return s->now.mapped ? VM_RESUME : VM_EMULATED;
}

static enum vm_next on_trap(struct vm *vm, const struct trap *t)
{
    struct seam *s = seam_of(vm);
    struct lab_trap l = trapped(t);
    enum vm_next next;

    if (t->vector == VEC_PF && (s->duties >> LAB_PAGE_FAULT & 1))
        return page_fault(s, vm, t);
    next = mon_answer_trap(vm, t);
    if (t->vector != VEC_GP || !describe(s, vm, &l))
        return next;
    event(s, vm, &l);
    return VM_EMULATED;
}

/* The fetch of an instruction that does not go through the hardware: it sets A bits, and may fault. */
static void fetch(struct cpu *c, void *ctx)
{
    (void)ctx;
    (void)lin_translate(c, c->seg[CS].base + c->eip, TO_FETCH, c->cpl == 3);
}

/*
 * Where the hardware cannot run the next instruction: it may be a duty all the same, which would have trapped. A guest with
 * breakpoints is the processor's alone.
 */
static enum vm_next instead_of_trap(struct seam *s, struct vm *vm)
{
    struct cpu *v = &mon_guest(vm)->cpu;
    struct lab_trap l = {.vector = VEC_GP};
    struct refusal why;

    if (v->activity != ACTIVE || debugreg_any(v) || !describe(s, vm, &l) || !cpu_attempt(v, fetch, NULL, &why))
        return VM_INTERPRET;
    event(s, vm, &l);
    return VM_EMULATED;
}

static enum vm_next run(struct vm *vm, uint64_t until)
{
    struct seam *s = seam_of(vm);
    struct cpu *v = &mon_guest(vm)->cpu;
    bool interrupts = s->duties >> LAB_INTERRUPT & 1, must;

    if (mon_done(vm, until))
        return VM_STOP;
    must = mon_must_interpret(vm);
    if (v->pending || v->vmx.on || (v->nmi && !v->nmi_blocked && !v->shadow))
        return VM_INTERPRET; /* faults, NMIs, and all of a guest in VMX operation are no duty */
    if (interrupts && v->intr && offer_interrupt(s, vm))
        return VM_EMULATED;
    if (*vm_complaint(vm))
        return VM_STOP;
    if (interrupts && v->activity == HALTED) {
        mon_wait(vm);
        return VM_EMULATED;
    }
    if (machine_interruptible(mon_guest(vm))) /* before the instruction, which may be a CLI */
        return VM_INTERPRET;
    return must ? instead_of_trap(s, vm) : VM_RESUME;
}

void seam_init(struct seam *s, const char *name, uint32_t duties)
{
    *s = (struct seam){.technique = {.name = name,
                                     .doc = N_("trap-and-emulate by a plug-in"),
                                     .needs_monitor = true,
                                     .mmu = MMU_SHADOW,
                                     .world = &world_ring1,
                                     .needs_virtualizable = true,
                                     .attach = monitor_attach,
                                     .detach = monitor_detach,
                                     .on_trap = on_trap,
                                     .run = run},
                       .duties = duties};
}
