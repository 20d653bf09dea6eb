/* SPDX-License-Identifier: MIT */
/* The system instructions (SDM Vol. 3, 2.8): control registers, descriptor-table registers, flags, MSRs, HLT, escape. */
#include "interp/attempt.h"
#include "interp/vmx_insn.h"

/* PUSHF shows neither VM nor RF (SDM Vol. 2, PUSHF). */
HANDLER(h_pushf16)
{
    push16(c, o, (uint16_t)cpu_eflags(c));
    NEXT;
}

HANDLER(h_pushf32)
{
    push32(c, o, cpu_eflags(c) & ~(uint32_t)(FL_VM | FL_RF));
    NEXT;
}

/* Silently leaves alone what this ring may not change: IOPL outside ring 0, IF above IOPL (SDM Vol. 2, POPF). */
static const struct op *pop_flags(struct cpu *c, const struct op *o, uint32_t v, uint32_t change)
{
    if (c->cpl == 0)
        change |= FL_IOPL;
    if (c->cpl <= (c->eflags & FL_IOPL) >> 12)
        change |= FL_IF;
    cpu_set_eflags(c, (cpu_eflags(c) & ~change) | (v & change));
    return finish(c, o);
}

HANDLER(h_popf16)
{
    begin(c, o);
    return pop_flags(c, o, pop16(c, NULL), FL_STATUS | FL_TF | FL_DF | FL_NT);
}

HANDLER(h_popf32)
{
    begin(c, o);
    return pop_flags(c, o, pop32(c, NULL), FL_STATUS | FL_TF | FL_DF | FL_NT | FL_AC | FL_ID);
}

static void iopl_only(struct cpu *c)
{
    if (c->cpl > (c->eflags & FL_IOPL) >> 12)
        raise_fault(c, NULL, VEC_GP, 0);
}

HANDLER(h_cli)
{
    begin(c, o);
    iopl_only(c);
    c->eflags &= ~(uint32_t)FL_IF;
    return finish(c, o);
}

/* Interrupts stay off for one more instruction, so that STI; RET or STI; HLT cannot be split (SDM Vol. 2, STI). */
HANDLER(h_sti)
{
    begin(c, o);
    iopl_only(c);
    if (!(c->eflags & FL_IF))
        c->shadow = SHADOW_STI;
    c->eflags |= FL_IF;
    return finish(c, o);
}

HANDLER(h_hlt)
{
    begin(c, o);
    ring0_only(c, NULL);
    vmx_may_exit(c, o, PROC_HLT, VMX_HLT);
    OBSERVE(c->m, halt, c->eip);
    c->activity = HALTED;
    return finish(c, o);
}

HANDLER(h_clts)
{
    begin(c, o);
    ring0_only(c, NULL);
    if (vmx_clts(c, o))
        cpu_set_cr0(c, c->cr0 & ~CR0_TS);
    return finish(c, o);
}

/* There are no caches. */
HANDLER(h_invd)
{
    begin(c, o);
    ring0_only(c, NULL);
    if (c->vmx.non_root)
        vmx_exit_at(c, o, VMX_INVD, 0, 0);
    return finish(c, o);
}

HANDLER(h_wbinvd)
{
    begin(c, o);
    ring0_only(c, NULL);
    if (c->vmx.proc2 & PROC2_WBINVD)
        vmx_exit_at(c, o, VMX_WBINVD, 0, 0);
    return finish(c, o);
}

HANDLER(h_invlpg)
{
    uint32_t lin = c->seg[o->seg].base + ea(c, o);

    begin(c, o);
    ring0_only(c, NULL);
    if (c->vmx.proc & PROC_INVLPG)
        vmx_exit_at(c, o, VMX_INVLPG, lin, 0);
    tlb_invlpg(c, lin);
    return finish(c, o);
}

/* Of a handler that has not begun: SLDT and STR exit in any ring. */
static void may_exit(struct cpu *c, const struct op *o, unsigned which, bool memory)
{
    if (LIKELY(!(c->vmx.proc2 & PROC2_TABLES)))
        return;
    begin(c, o);
    vmx_selector(c, o, which, memory);
}

enum { SLDT, STR, LLDT, LTR };

/* Selector registers as operands: 16 bits to memory, zero-extended to a 32-bit register. */
#define STORE_WORD(name, value, look)                                                                                  \
    HANDLER(h_##name##16_r)                                                                                            \
    {                                                                                                                  \
        look(false);                                                                                                   \
        *reg16(c, o->reg) = (uint16_t)(value);                                                                         \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##32_r)                                                                                            \
    {                                                                                                                  \
        look(false);                                                                                                   \
        c->r[o->reg] = (value);                                                                                        \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##16_m)                                                                                            \
    {                                                                                                                  \
        look(true);                                                                                                    \
        store16(c, o, o->seg, ea(c, o), (uint16_t)(value));                                                            \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##32_m)                                                                                            \
    {                                                                                                                  \
        look(true);                                                                                                    \
        store16(c, o, o->seg, ea(c, o), (uint16_t)(value));                                                            \
        NEXT;                                                                                                          \
    }

#define LOOK_SLDT(memory) may_exit(c, o, SLDT, memory)
#define LOOK_STR(memory) may_exit(c, o, STR, memory)
#define NO_LOOK(memory)

STORE_WORD(sldt, c->seg[LDTR].sel, LOOK_SLDT)
STORE_WORD(str, c->seg[TR].sel, LOOK_STR)
STORE_WORD(smsw, vmx_cr_seen(c, 0), NO_LOOK)

#define LOAD_SELECTOR(name, which)                                                                                     \
    HANDLER(h_l##name##_r)                                                                                             \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        ring0_only(c, NULL);                                                                                           \
        vmx_selector(c, o, which, false);                                                                              \
        segment_load_##name(c, *reg16(c, o->reg));                                                                     \
        return finish(c, o);                                                                                           \
    }                                                                                                                  \
    HANDLER(h_l##name##_m)                                                                                             \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        ring0_only(c, NULL);                                                                                           \
        vmx_selector(c, o, which, true);                                                                               \
        segment_load_##name(c, load16(c, NULL, o->seg, ea(c, o)));                                                     \
        return finish(c, o);                                                                                           \
    }

LOAD_SELECTOR(ldt, LLDT)
LOAD_SELECTOR(tr, LTR)

enum { SGDT, SIDT, LGDT, LIDT };

/*
 * With 16-bit operand size the base has 24 bits (SDM Vol. 2, SGDT and LGDT). A word and a doubleword, each aligned where
 * that is checked (SDM Vol. 3, 3.5.1).
 */
#define TABLE_REGISTER(name, field, bits, store, load)                                                                 \
    HANDLER(h_s##name##bits)                                                                                           \
    {                                                                                                                  \
        uint32_t at = ea(c, o), base = c->field.base;                                                                  \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        vmx_table(c, o, store, bits);                                                                                  \
        (void)segment_linear(c, NULL, o->seg, at + 2, 4, true);                                                        \
        lin_probe_write(c, segment_linear(c, NULL, o->seg, at, 2, true), 6, c->cpl == 3);                              \
        store16(c, NULL, o->seg, at, c->field.limit);                                                                  \
        store32(c, NULL, o->seg, at + 2, bits == 16 ? base & 0xffffff : base);                                         \
        return finish(c, o);                                                                                           \
    }                                                                                                                  \
    HANDLER(h_l##name##bits)                                                                                           \
    {                                                                                                                  \
        uint32_t at = ea(c, o), limit, base;                                                                           \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        ring0_only(c, NULL);                                                                                           \
        vmx_table(c, o, load, bits);                                                                                   \
        limit = load16(c, NULL, o->seg, at);                                                                           \
        base = load32(c, NULL, o->seg, at + 2);                                                                        \
        c->field = (struct dtr){.base = bits == 16 ? base & 0xffffff : base, .limit = (uint16_t)limit};                \
        return finish(c, o);                                                                                           \
    }

TABLE_REGISTER(gdt, gdtr, 16, SGDT, LGDT)
TABLE_REGISTER(gdt, gdtr, 32, SGDT, LGDT)
TABLE_REGISTER(idt, idtr, 16, SIDT, LIDT)
TABLE_REGISTER(idt, idtr, 32, SIDT, LIDT)

/* LMSW sets PE but cannot clear it; only PE, MP, EM, TS are loaded (SDM Vol. 2, LMSW). */
static const struct op *load_msw(struct cpu *c, const struct op *o, uint32_t v, bool memory)
{
    v = vmx_lmsw(c, o, v, memory);
    cpu_set_cr0(c, (c->cr0 & ~(uint32_t)(CR0_MP | CR0_EM | CR0_TS)) | (v & (CR0_PE | CR0_MP | CR0_EM | CR0_TS)));
    return finish(c, o);
}

HANDLER(h_lmsw_r)
{
    begin(c, o);
    ring0_only(c, NULL);
    return load_msw(c, o, *reg16(c, o->reg), false);
}

HANDLER(h_lmsw_m)
{
    begin(c, o);
    ring0_only(c, NULL);
    return load_msw(c, o, load16(c, NULL, o->seg, ea(c, o)), true);
}

HANDLER(h_movfromcr)
{
    ring0_only(c, o);
    if (o->base == 3 && !LIKELY(!(c->vmx.proc & PROC_CR3_STORE)))
        vmx_store_cr3(c, o);
    switch (o->base) {
    case 2: c->r[o->reg] = c->cr2; break;
    case 3: c->r[o->reg] = c->cr3; break;
    default: c->r[o->reg] = vmx_cr_seen(c, o->base); break;
    }
    NEXT;
}

/* Real-address mode is not built: clearing PE raises #UD rather than run on with a wrong meaning. */
static void write_cr0(struct cpu *c, uint32_t v)
{
    if (((v & CR0_PG) && !(v & CR0_PE)) || ((v & CR0_NW) && !(v & CR0_CD)))
        raise_fault(c, NULL, VEC_GP, 0);
    if (c->vmx.on && (v & VMX_CR0_MUST) != VMX_CR0_MUST)
        raise_fault(c, NULL, VEC_GP, 0);
    if (!(v & CR0_PE))
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    cpu_set_cr0(c, (v & CR0_DEFINED) | CR0_ET);
}

static void write_cr4(struct cpu *c, uint32_t v)
{
    if (v & ~CR4_DEFINED || (c->vmx.on && !(v & CR4_VMXE)))
        raise_fault(c, NULL, VEC_GP, 0);
    cpu_set_cr4(c, v);
}

void cr_write(struct cpu *c, unsigned cr, uint32_t v)
{
    const uint32_t old[] = {c->cr0, 0, c->cr2, c->cr3, c->cr4};

    switch (cr) {
    case 0: write_cr0(c, v); break;
    case 2: c->cr2 = v; break;
    case 3: cpu_set_cr3(c, v & CR3_DEFINED); break;
    default: write_cr4(c, v); break;
    }
    OBSERVE(c->m, cr_write, cr, old[cr], v);
}

HANDLER(h_movtocr)
{
    begin(c, o);
    ring0_only(c, NULL);
    cr_write(c, o->reg, vmx_mov_to_cr(c, o, o->reg, o->base));
    return finish(c, o);
}

/* The monitor's way into C (docs/ARCHITECTURE.md). An undefined opcode where nobody has set a target. */
HANDLER(h_escape)
{
    begin(c, o);
    if (!c->m->escape || c->cpl || c->vmx.non_root)
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    charge(c, ACCOUNT_MONITOR, c->m->cost.escape);
    attention(c);
    finish(c, o);
    machine_escape(c->m);
    LEAVE;
}
