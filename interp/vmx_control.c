/* SPDX-License-Identifier: MIT */
/* Instructions that exit where a control, a bitmap or a table says so (SDM Vol. 3, 25.1.3), and task switches (25.4.2). */
#include "interp/phys.h"
#include "interp/vmx_insn.h"

/* Bit `n` of a bitmap at a physical address from the VMCS, which may have been written to since it was checked. */
static bool bit_of(struct cpu *c, enum vmcs_field bitmap, uint32_t n)
{
    uint64_t page = vmcs_read(c->m, c->vmx.vmcs, bitmap) & ~(uint64_t)PAGE_OFFSET;

    return phys_load(c->m, page + n / 8, 1) >> (n & 7) & 1;
}

/* ---- MOV DR ---- */

void vmx_mov_dr(struct cpu *c, const struct op *o, unsigned dr, unsigned reg, bool to)
{
    if (c->vmx.proc & PROC_DR)
        vmx_exit_at(c, o, VMX_DR, dr | (to ? 0 : 1 << 4) | reg << 8, 0);
}

/* ---- RDMSR, WRMSR ---- */

/* Four bitmaps of 1 KiB: read low, read high, write low, write high (24.6.9). */
static bool msr_exits(struct cpu *c, bool write)
{
    enum { MSRS = 0x2000, BITS = 8 * 1024 };
    const uint32_t n = c->r[ECX], high = 0xc0000000;
    uint32_t first = write ? 2 * BITS : 0;

    if (!(c->vmx.proc & PROC_MSR_BITMAPS))
        return true;
    if (n < MSRS)
        return bit_of(c, VMCS_MSR_BITMAP, first + n);
    if (n - high < MSRS)
        return bit_of(c, VMCS_MSR_BITMAP, first + BITS + (n - high));
    return true;
}

void vmx_access_msr(struct cpu *c, const struct op *o, bool write)
{
    if (c->vmx.non_root && msr_exits(c, write))
        vmx_exit_at(c, o, write ? VMX_WRMSR : VMX_RDMSR, 0, 0);
}

/* ---- descriptor tables ---- */

#define OPERAND32 (1u << 11)
#define IDENTITY_SHIFT 28

void vmx_table(struct cpu *c, const struct op *o, unsigned which, unsigned bits)
{
    uint32_t info;

    if (!(c->vmx.proc2 & PROC2_TABLES))
        return;
    info = vmx_info_memory(o) | which << IDENTITY_SHIFT | (bits == 32 ? OPERAND32 : 0);
    vmx_exit_at(c, o, VMX_GDTR_IDTR, vmx_displacement(o), info);
}

void vmx_selector(struct cpu *c, const struct op *o, unsigned which, bool memory)
{
    uint32_t info;

    if (!(c->vmx.proc2 & PROC2_TABLES))
        return;
    info = (memory ? vmx_info_memory(o) : vmx_info_register(o->reg)) | which << IDENTITY_SHIFT;
    vmx_exit_at(c, o, VMX_LDTR_TR, memory ? vmx_displacement(o) : 0, info);
}

/* ---- IN, OUT ---- */

static bool port_bit(struct cpu *c, uint16_t port)
{
    return bit_of(c, port & 0x8000 ? VMCS_IO_BITMAP_B : VMCS_IO_BITMAP_A, port & 0x7fff);
}

/* An access that wraps around from port ffff exits whatever the bitmaps say (25.1.3). */
static bool port_exits(struct cpu *c, uint16_t port, unsigned size)
{
    if (!(c->vmx.proc & PROC_IO_BITMAPS))
        return c->vmx.proc & PROC_IO;
    if (port + size > 0x10000)
        return true;
    for (unsigned i = 0; i < size; i++)
        if (port_bit(c, (uint16_t)(port + i)))
            return true;
    return false;
}

/* Where a string instruction's element is, and how it is addressed (table 27-8). */
static void tell_string(const struct cpu *c, const struct op *o, bool in, struct vmx_exit *e)
{
    unsigned seg = in ? ES : o->seg;
    uint32_t offset = c->r[in ? EDI : ESI];

    e->linear = c->seg[seg].base + (o->addr16 ? offset & 0xffff : offset);
    e->instruction = (uint32_t)seg << VMX_INFO_SEGMENT_SHIFT | (o->addr16 ? 0 : VMX_INFO_ADDRESS32);
}

void vmx_io(struct cpu *c, const struct op *o, uint16_t port, unsigned size, unsigned how)
{
    struct vmx_exit e = {.reason = VMX_IO, .length = o->len};

    if (!c->vmx.non_root || !port_exits(c, port, size))
        return;
    e.qualification = (size - 1) | how | (uint32_t)port << 16;
    if (how & VMX_IO_STRING)
        tell_string(c, o, how & VMX_IO_IN, &e);
    vmx_exit(c, NULL, &e);
}

/* ---- task switches ---- */

enum { FROM_CALL, FROM_IRET, FROM_JMP, FROM_GATE };

/* The TSS is looked at before: what is wrong with it is the guest's fault. IRET goes back to a task that is busy. */
static void check_tss(struct cpu *c, unsigned sel, unsigned source)
{
    enum { SMALLEST = 0x67, SMALLEST16 = 0x2b, TYPE32 = 8, TYPE_BUSY = 2 };
    unsigned vector = source == FROM_IRET ? VEC_TS : VEC_GP, type;
    struct desc d;

    if (sel & 4)
        raise_fault(c, NULL, vector, sel & ~3u);
    desc_fetch(c, sel, &d, vector);
    type = desc_attr(&d) & (ATTR_S | ATTR_TYPE);
    if ((type & ~(TYPE32 | TYPE_BUSY)) != SYS_TSS16 || !(type & TYPE_BUSY) != (source != FROM_IRET))
        raise_fault(c, NULL, vector, sel & ~3u);
    if (!(desc_attr(&d) & ATTR_P))
        raise_fault(c, NULL, VEC_NP, sel & ~3u);
    if (desc_limit(&d) < (type & TYPE32 ? SMALLEST : SMALLEST16))
        raise_fault(c, NULL, VEC_TS, sel & ~3u);
}

noreturn void vmx_task_switch(struct cpu *c, unsigned sel, unsigned source, uint32_t length)
{
    check_tss(c, sel, source);
    vmx_exit(c, NULL,
             &(struct vmx_exit){
                 .reason = VMX_TASK_SWITCH, .qualification = (sel & 0xffff) | source << 30, .length = length});
}
