/* SPDX-License-Identifier: MIT */
/* The VMX instructions that enter and leave operation and choose a VMCS (SDM Vol. 3, chapter 30). */
#include "interp/phys.h"
#include "interp/vmx_entry.h"
#include "interp/vmx_insn.h"

const struct op *vmx_succeed(struct cpu *c, const struct op *o)
{
    flags_set(c, 0);
    return finish(c, o);
}

/* VMfailValid where there is a VMCS to say why in, else VMfailInvalid. */
const struct op *vmx_fail(struct cpu *c, const struct op *o, unsigned error)
{
    bool valid = error && c->vmx.vmcs != VMCS_NONE;

    if (valid)
        vmcs_write(c->m, c->vmx.vmcs, VMCS_INSTRUCTION_ERROR, error);
    flags_set(c, valid ? FL_ZF : FL_CF);
    return finish(c, o);
}

/* What comes before all else: #UD outside VMX operation, an exit in non-root operation, #GP outside ring 0. */
static void root_only(struct cpu *c, const struct op *o, unsigned reason, uint32_t qualification, uint32_t info)
{
    if (!c->vmx.on)
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    if (c->vmx.non_root)
        vmx_exit_at(c, o, reason, qualification, info);
    ring0_only(c, NULL);
}

static void root_only_memory(struct cpu *c, const struct op *o, unsigned reason)
{
    root_only(c, o, reason, vmx_displacement(o), vmx_info_memory(o));
}

static uint64_t load_pointer(struct cpu *c, const struct op *o)
{
    uint32_t low = load32(c, NULL, o->seg, ea(c, o));

    return low | (uint64_t)load32(c, NULL, o->seg, ea(c, o) + 4) << 32;
}

/* A region is a page of the physical address space, which has 32 bits. */
static bool region_at(uint64_t pa)
{
    return !(pa & PAGE_OFFSET) && pa <= UINT32_MAX;
}

/* Bit 31 would be a shadow VMCS, which is not built. */
static bool right_revision(struct cpu *c, uint64_t pa)
{
    return phys_load(c->m, pa + VMCS_REVISION_AT, 4) == VMX_REVISION;
}

static bool registers_fit(const struct cpu *c)
{
    return (c->cr0 & VMX_CR0_MUST) == VMX_CR0_MUST && (c->cr4 & VMX_CR4_MUST) == VMX_CR4_MUST;
}

HANDLER(h_vmxon)
{
    uint64_t pa;

    begin(c, o);
    if (!(c->cr4 & CR4_VMXE))
        raise_fault(c, NULL, VEC_UD, NO_ERROR);
    if (c->vmx.on) {
        root_only_memory(c, o, VMX_VMXON);
        return vmx_fail(c, o, VMX_E_VMXON_IN_ROOT);
    }
    ring0_only(c, NULL);
    if (!registers_fit(c) || c->m->a20 != A20_OPEN)
        raise_fault(c, NULL, VEC_GP, 0);
    pa = load_pointer(c, o);
    if (!region_at(pa) || !right_revision(c, pa))
        return vmx_fail(c, o, 0);
    c->vmx = (struct vmx){.on = true, .vmxon = pa, .vmcs = VMCS_NONE, .timer = CLOCK_NEVER};
    return vmx_succeed(c, o);
}

HANDLER(h_vmxoff)
{
    begin(c, o);
    root_only(c, o, VMX_VMXOFF, 0, 0);
    c->vmx = (struct vmx){.vmcs = VMCS_NONE, .timer = CLOCK_NEVER};
    return vmx_succeed(c, o);
}

HANDLER(h_vmclear)
{
    uint64_t pa;

    begin(c, o);
    root_only_memory(c, o, VMX_VMCLEAR);
    pa = load_pointer(c, o);
    if (!region_at(pa))
        return vmx_fail(c, o, VMX_E_VMCLEAR_ADDRESS);
    if (pa == c->vmx.vmxon)
        return vmx_fail(c, o, VMX_E_VMCLEAR_VMXON);
    phys_store(c->m, pa + VMCS_LAUNCHED_AT, 4, 0);
    if (pa == c->vmx.vmcs)
        c->vmx.vmcs = VMCS_NONE;
    return vmx_succeed(c, o);
}

HANDLER(h_vmptrld)
{
    uint64_t pa;

    begin(c, o);
    root_only_memory(c, o, VMX_VMPTRLD);
    pa = load_pointer(c, o);
    if (!region_at(pa))
        return vmx_fail(c, o, VMX_E_VMPTRLD_ADDRESS);
    if (pa == c->vmx.vmxon)
        return vmx_fail(c, o, VMX_E_VMPTRLD_VMXON);
    if (!right_revision(c, pa))
        return vmx_fail(c, o, VMX_E_VMPTRLD_REVISION);
    c->vmx.vmcs = pa;
    return vmx_succeed(c, o);
}

HANDLER(h_vmptrst)
{
    uint32_t at = ea(c, o);

    begin(c, o);
    root_only_memory(c, o, VMX_VMPTRST);
    lin_probe_write(c, segment_linear(c, NULL, o->seg, at, 8, true), 8, false);
    store32(c, NULL, o->seg, at, (uint32_t)c->vmx.vmcs);
    store32(c, NULL, o->seg, at + 4, (uint32_t)(c->vmx.vmcs >> 32));
    return vmx_succeed(c, o);
}

/* There is no SMM monitor that root operation could call. */
HANDLER(h_vmcall)
{
    begin(c, o);
    root_only(c, o, VMX_VMCALL, 0, 0);
    return vmx_fail(c, o, VMX_E_VMCALL_IN_ROOT);
}

static const struct op *enter(struct cpu *c, const struct op *o, bool launch)
{
    unsigned error = 0;

    begin(c, o);
    root_only(c, o, launch ? VMX_VMLAUNCH : VMX_VMRESUME, 0, 0);
    if (c->vmx.vmcs == VMCS_NONE)
        return vmx_fail(c, o, 0);
    error = vmx_entry_refused(c, launch);
    if (error)
        return vmx_fail(c, o, error);
    attention(c);
    retire_alone(c, o);
    vmx_enter(c);
    LEAVE;
}

HANDLER(h_vmlaunch)
{
    return enter(c, o, true);
}

HANDLER(h_vmresume)
{
    return enter(c, o, false);
}

/* ---- VMREAD, VMWRITE: fields of the current VMCS ---- */

/* Bit 0 of an encoding asks for the high half, which only fields of 64 bits have. */
static int field_of(uint32_t encoding)
{
    int f = vmcs_find(encoding);

    return f >= 0 && (encoding & 1) && vmcs_info[f].width != VMCS_W64 ? -1 : f;
}

static uint32_t info_of_fields(const struct op *o, bool memory, unsigned operand, unsigned encoding)
{
    return (memory ? vmx_info_memory(o) : vmx_info_register(operand)) | encoding << VMX_INFO_REG2_SHIFT;
}

static void root_only_field(struct cpu *c, const struct op *o, unsigned reason, bool memory, unsigned operand,
                            unsigned encoding)
{
    begin(c, o);
    root_only(c, o, reason, memory ? vmx_displacement(o) : 0, info_of_fields(o, memory, operand, encoding));
}

/* The field that register `r` names, or -1 with `*error` set: 0 where there is no VMCS. */
static int current_field(const struct cpu *c, unsigned r, unsigned *error)
{
    int f = field_of(c->r[r]);

    *error = c->vmx.vmcs == VMCS_NONE ? 0 : VMX_E_COMPONENT;
    return c->vmx.vmcs == VMCS_NONE ? -1 : f;
}

static uint32_t read_field(struct cpu *c, int f, uint32_t encoding)
{
    return (uint32_t)(vmcs_read(c->m, c->vmx.vmcs, (enum vmcs_field)f) >> (encoding & 1 ? 32 : 0));
}

HANDLER(h_vmread_r)
{
    unsigned error;
    int f;

    root_only_field(c, o, VMX_VMREAD, false, o->reg, o->base);
    f = current_field(c, o->base, &error);
    if (f < 0)
        return vmx_fail(c, o, error);
    c->r[o->reg] = read_field(c, f, c->r[o->base]);
    return vmx_succeed(c, o);
}

HANDLER(h_vmread_m)
{
    unsigned error;
    int f;

    root_only_field(c, o, VMX_VMREAD, true, 0, o->reg);
    f = current_field(c, o->reg, &error);
    if (f < 0)
        return vmx_fail(c, o, error);
    store32(c, NULL, o->seg, ea(c, o), read_field(c, f, c->r[o->reg]));
    return vmx_succeed(c, o);
}

/* A full access to a field of 64 bits clears its high half (30.3, VMWRITE: zero-extended); one to that half keeps the low. */
static const struct op *write_field(struct cpu *c, const struct op *o, unsigned r, uint32_t v)
{
    uint32_t encoding = c->r[r];
    uint64_t whole = v;
    unsigned error;
    int f = current_field(c, r, &error);

    if (f < 0)
        return vmx_fail(c, o, error);
    if (vmcs_info[f].group == VMCS_INFO)
        return vmx_fail(c, o, VMX_E_READ_ONLY);
    if (encoding & 1)
        whole = (uint32_t)vmcs_read(c->m, c->vmx.vmcs, (enum vmcs_field)f) | whole << 32;
    vmcs_write(c->m, c->vmx.vmcs, (enum vmcs_field)f, whole);
    return vmx_succeed(c, o);
}

HANDLER(h_vmwrite_r)
{
    root_only_field(c, o, VMX_VMWRITE, false, o->base, o->reg);
    return write_field(c, o, o->reg, c->r[o->base]);
}

HANDLER(h_vmwrite_m)
{
    root_only_field(c, o, VMX_VMWRITE, true, 0, o->reg);
    if (c->vmx.vmcs == VMCS_NONE) /* before the operand is read */
        return vmx_fail(c, o, 0);
    return write_field(c, o, o->reg, load32(c, NULL, o->seg, ea(c, o)));
}

/* ---- INVEPT, INVVPID ---- */

static uint64_t load_half(struct cpu *c, const struct op *o, unsigned at)
{
    uint32_t low = load32(c, NULL, o->seg, ea(c, o) + at);

    return low | (uint64_t)load32(c, NULL, o->seg, ea(c, o) + at + 4) << 32;
}

static void root_only_invalidate(struct cpu *c, const struct op *o, unsigned reason)
{
    begin(c, o);
    root_only(c, o, reason, vmx_displacement(o), vmx_info_memory(o) | (uint32_t)o->reg << VMX_INFO_REG2_SHIFT);
}

HANDLER(h_invept)
{
    uint32_t type = c->r[o->reg];
    uint64_t eptp, rest;

    root_only_invalidate(c, o, VMX_INVEPT);
    eptp = load_half(c, o, 0);
    rest = load_half(c, o, 8);
    if (rest || (type != INVEPT_ALL && (type != INVEPT_CONTEXT || !vmx_eptp_valid(eptp))))
        return vmx_fail(c, o, VMX_E_INV_OPERAND);
    tlb_invept(c, type, eptp);
    return vmx_succeed(c, o);
}

HANDLER(h_invvpid)
{
    uint32_t type = c->r[o->reg];
    uint64_t vpid, linear;

    root_only_invalidate(c, o, VMX_INVVPID);
    vpid = load_half(c, o, 0);
    linear = load_half(c, o, 8);
    if (type > INVVPID_NON_GLOBAL || vpid > UINT16_MAX || (!vpid && type != INVVPID_ALL) ||
        (type == INVVPID_ADDRESS && linear > UINT32_MAX))
        return vmx_fail(c, o, VMX_E_INV_OPERAND);
    tlb_invvpid(c, type, (uint16_t)vpid, (uint32_t)linear);
    return vmx_succeed(c, o);
}
