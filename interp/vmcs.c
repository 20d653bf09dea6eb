/* SPDX-License-Identifier: MIT */
/* The VMCS as data: where its fields lie in machine memory, and the tables that give numbers a name. */
#include <stddef.h>

#include "interp/phys.h"
#include "interp/vmx.h"

typedef uint16_t field_w16;
typedef uint32_t field_w32, field_nat;
typedef uint64_t field_w64;

/* Only offsets are taken from it: a region is never overlaid with it. */
struct layout {
    uint8_t head[VMCS_FIELDS_AT];
#define W16 field_w16
#define W32 field_w32
#define W64 field_w64
#define NAT field_nat
#define FIELD(encoding, name, width, group, doc) width name;
#include "interp/vmcs.def"
#undef FIELD
#undef W16
#undef W32
#undef W64
#undef NAT
};

_Static_assert(sizeof(struct layout) <= PAGE_SIZE, "a region is one page");

const struct vmcs_info vmcs_info[VMCS_FIELDS] = {
#define FIELD(encoding_, name_, width_, group_, doc_)                                                                  \
    {.encoding = encoding_,                                                                                            \
     .offset = offsetof(struct layout, name_),                                                                         \
     .size = sizeof((struct layout *)0)->name_,                                                                        \
     .width = VMCS_##width_,                                                                                           \
     .group = VMCS_##group_,                                                                                           \
     .name = #name_,                                                                                                   \
     .doc = doc_},
#include "interp/vmcs.def"
#undef FIELD
};

const char *const vmx_reason_name[VMX_REASONS] = {
#define REASON(number, name, doc) [number] = #name,
#include "interp/vmx_exit.def"
#undef REASON
};

const char *const vmx_reason_doc[VMX_REASONS] = {
#define REASON(number, name, doc) [number] = doc,
#include "interp/vmx_exit.def"
#undef REASON
};

const char *const vmx_error_doc[VMX_ERRORS] = {
#define ERROR(number, name, doc) [number] = doc,
#include "interp/vmx_error.def"
#undef ERROR
};

/* Of an encoding: type and width, then index. Index + 1 in vmcs_info, or 0. Filled once, before main(). */
enum { INDEXES = 32 };
static uint8_t by_encoding[16][INDEXES];
_Static_assert(VMCS_FIELDS < UINT8_MAX, "an index and 0 fit into a byte");

static unsigned kind(uint32_t encoding)
{
    return (encoding >> 10 & 3) | (encoding >> 13 & 3) << 2;
}

__attribute__((constructor)) static void index_fields(void)
{
    for (unsigned i = 0; i < VMCS_FIELDS; i++)
        by_encoding[kind(vmcs_info[i].encoding)][vmcs_info[i].encoding >> 1 & (INDEXES - 1)] = (uint8_t)(i + 1);
}

int vmcs_find(uint32_t encoding)
{
    unsigned i = by_encoding[kind(encoding)][encoding >> 1 & (INDEXES - 1)];

    return i && vmcs_info[i - 1].encoding == (encoding & ~1u) ? (int)i - 1 : -1;
}

uint64_t vmcs_read(struct machine *m, uint64_t vmcs, enum vmcs_field f)
{
    uint64_t at = vmcs + vmcs_info[f].offset;
    unsigned size = vmcs_info[f].size;

    if (size < 8)
        return phys_load(m, at, size);
    return phys_load(m, at, 4) | (uint64_t)phys_load(m, at + 4, 4) << 32;
}

void vmcs_write(struct machine *m, uint64_t vmcs, enum vmcs_field f, uint64_t v)
{
    uint64_t at = vmcs + vmcs_info[f].offset;
    unsigned size = vmcs_info[f].size;

    phys_store(m, at, size < 8 ? size : 4, (uint32_t)v);
    if (size == 8)
        phys_store(m, at + 4, 4, (uint32_t)(v >> 32));
}
