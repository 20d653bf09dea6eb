/* SPDX-License-Identifier: MIT */
/* Exits by instruction: the length, and what instruction information tells of operands (SDM Vol. 3, 27.2.4, 27.2.5). */
#include "interp/vmx_insn.h"

noreturn void vmx_exit_at(struct cpu *c, const struct op *o, unsigned reason, uint32_t qualification, uint32_t info)
{
    vmx_exit(
        c, NULL,
        &(struct vmx_exit){.reason = reason, .qualification = qualification, .length = o->len, .instruction = info});
}

noreturn void vmx_exit_here(struct cpu *c, const struct op *o, unsigned reason)
{
    begin(c, o);
    vmx_exit_at(c, o, reason, 0, 0);
}

/* With 16-bit addresses the operation in front holds the parts (lower.c). */
static const struct op *address_of(const struct op *o)
{
    return o->addr16 ? o - 1 : o;
}

enum { BASE_SHIFT = 23, INDEX_SHIFT = 18 };
#define NO_BASE (1u << 27)
#define NO_INDEX (1u << 22)
#define REGISTER (1u << 10)
#define REG1_SHIFT 3

uint32_t vmx_info_memory(const struct op *o)
{
    const struct op *a = address_of(o);
    uint32_t info = (uint32_t)o->seg << VMX_INFO_SEGMENT_SHIFT | (o->addr16 ? 0 : VMX_INFO_ADDRESS32);

    info |= a->base == REG_ZERO ? NO_BASE : (uint32_t)a->base << BASE_SHIFT;
    return info | (a->index == REG_ZERO ? NO_INDEX : (uint32_t)a->index << INDEX_SHIFT | a->scale);
}

uint32_t vmx_info_register(unsigned reg)
{
    return REGISTER | reg << REG1_SHIFT;
}

uint32_t vmx_displacement(const struct op *o)
{
    return o->addr16 ? (uint32_t)(int16_t)address_of(o)->disp : o->disp;
}
