/* SPDX-License-Identifier: MIT */
#include "interp/vmx_check.h"

#include <string.h>

#include "interp/cpu.h"
#include "interp/fault.h"
#include "interp/phys.h"
#include "interp/segment.h"

/* What a check looks at: the current VMCS. */
struct vmx_area {
    struct machine *m;
    uint64_t vmcs;
};

#define f(name) vmcs_read(v->m, v->vmcs, VMCS_##name)
#define f32(name) (uint32_t) f(name)

/* ---- controls ---- */

static bool fits(uint64_t controls, uint32_t must, uint32_t may)
{
    return (controls & must) == must && !(controls & ~(uint64_t)may);
}

static uint32_t proc2(const struct vmx_area *v)
{
    return f(PROC_CONTROLS) & PROC_SECONDARY ? f32(PROC2_CONTROLS) : 0;
}

/* Physical addresses have 32 bits (IA32_VMX_BASIC, bit 48). */
static bool page(uint64_t pa)
{
    return !(pa & PAGE_OFFSET) && pa <= UINT32_MAX;
}

enum { MSR_ENTRY = 16 };

static bool aligned(uint64_t count, uint64_t list)
{
    return !count || !(list & (MSR_ENTRY - 1));
}

static bool reachable(uint64_t count, uint64_t list)
{
    return !count || (list <= UINT32_MAX && list + count * MSR_ENTRY - 1 <= UINT32_MAX);
}

bool vmx_eptp_valid(uint64_t eptp)
{
    enum { UC = 0, WB = 6, LEVELS_LESS_1 = 3, RESERVED = 0xf80 };
    unsigned type = eptp & EPTP_TYPE;

    return (type == UC || type == WB) && (eptp & EPTP_LEVELS) == LEVELS_LESS_1 << 3 && !(eptp & RESERVED) &&
           eptp <= UINT32_MAX;
}

/* ---- the event to inject ---- */

static bool injects(const struct vmx_area *v)
{
    return f(ENTRY_INTR) & INTR_VALID;
}

static unsigned type(const struct vmx_area *v)
{
    return f32(ENTRY_INTR) >> INTR_TYPE_SHIFT & 7;
}

static unsigned vector(const struct vmx_area *v)
{
    return f32(ENTRY_INTR) & INTR_VECTOR;
}

static bool injects_type(const struct vmx_area *v, enum intr_type t)
{
    return injects(v) && type(v) == t;
}

static bool injects_software(const struct vmx_area *v)
{
    return injects(v) && (type(v) == INTR_SOFTWARE || type(v) == INTR_PRIVILEGED || type(v) == INTR_TRAP);
}

static bool delivers_code(const struct vmx_area *v)
{
    return f(ENTRY_INTR) & INTR_ERROR;
}

static bool has_code(const struct vmx_area *v)
{
    static const uint32_t with_code =
        1u << VEC_DF | 1u << VEC_TS | 1u << VEC_NP | 1u << VEC_SS | 1u << VEC_GP | 1u << VEC_PF | 1u << VEC_AC;

    return type(v) == INTR_FAULT && vector(v) < 32 && with_code >> vector(v) & 1;
}

/* ---- segments ---- */

static bool usable(uint64_t ar)
{
    return !(ar & AR_UNUSABLE);
}

static bool readable(uint64_t ar)
{
    return !usable(ar) || (ar & ATTR_ACCESSED && (!(ar & ATTR_CODE) || ar & ATTR_RW));
}

static bool code_dpl(uint64_t cs, uint64_t ss)
{
    unsigned dpl = attr_dpl((unsigned)cs), cpl = attr_dpl((unsigned)ss);

    return cs & ATTR_DC ? dpl <= cpl : dpl == cpl;
}

static bool data_dpl(uint64_t ar, uint64_t sel)
{
    bool conforming = (ar & (ATTR_CODE | ATTR_DC)) == (ATTR_CODE | ATTR_DC);

    return !usable(ar) || conforming || attr_dpl((unsigned)ar) >= (sel & 3);
}

static bool reserved(uint64_t ar)
{
    return ar & 0xfffe0f00;
}

static bool granular(uint64_t ar, uint64_t limit)
{
    bool fine = (limit & 0xfff) != 0xfff, large = limit & 0xfff00000;

    return ar & ATTR_G ? !fine : !large;
}

/* ---- what is not registers ---- */

static bool halted(const struct vmx_area *v)
{
    return f(GUEST_ACTIVITY) == 1;
}

/* Interrupts, NMI, #DB, #MC, and a pending monitor trap. */
static bool wakes(const struct vmx_area *v)
{
    enum { VEC_MC = 18 };

    switch (type(v)) {
    case INTR_EXTERNAL:
    case INTR_NMI:
    case INTR_OTHER: return true;
    case INTR_FAULT: return vector(v) == VEC_DB || vector(v) == VEC_MC;
    default: return false;
    }
}

static bool held(const struct vmx_area *v)
{
    return halted(v) || f(GUEST_INTERRUPTIBILITY) & (BLOCKED_STI | BLOCKED_SS);
}

static bool linked(const struct vmx_area *v)
{
    uint64_t link = f(GUEST_LINK);

    return page(link) && link != v->vmcs && phys_load(v->m, link, 4) == VMX_REVISION;
}

/* ---- the tables ---- */

#define CHECK(name, section, doc, expression)                                                                          \
    static bool check_##name(const struct vmx_area *v)                                                                 \
    {                                                                                                                  \
        return expression;                                                                                             \
    }
#define CHECKS_CONTROL
#define CHECKS_HOST
#define CHECKS_GUEST
#include "interp/vmx_check.def"
#undef CHECKS_CONTROL
#undef CHECKS_HOST
#undef CHECKS_GUEST
#undef CHECK

#define CHECK(name, section, doc, expression) {#name, section, doc, check_##name},

static const struct vmx_check control[] = {
#define CHECKS_CONTROL
#include "interp/vmx_check.def"
#undef CHECKS_CONTROL
};

static const struct vmx_check host[] = {
#define CHECKS_HOST
#include "interp/vmx_check.def"
#undef CHECKS_HOST
};

static const struct vmx_check guest[] = {
#define CHECKS_GUEST
#include "interp/vmx_check.def"
#undef CHECKS_GUEST
};

#define TABLE(t)                                                                                                       \
    {                                                                                                                  \
        t, sizeof(t) / sizeof(t)[0]                                                                                    \
    }
const struct vmx_check_table vmx_checks[CHECK_PARTS] = {
    [CHECK_CONTROL] = TABLE(control), [CHECK_HOST] = TABLE(host), [CHECK_GUEST] = TABLE(guest)};

const struct vmx_check *vmx_check(struct cpu *c, enum vmx_check_part part)
{
    const struct vmx_check_table *t = &vmx_checks[part];
    const struct vmx_area v = {c->m, c->vmx.vmcs};

    for (unsigned i = 0; i < t->count; i++)
        if (!t->check[i].holds(&v))
            return &t->check[i];
    return NULL;
}

uint32_t vmx_check_qualification(const struct vmx_check *k)
{
    enum { OTHER = 0, NMI_BLOCKED = 3, LINK_POINTER = 4 };

    if (k->holds == check_blocked_nmi_sti)
        return NMI_BLOCKED;
    return k->holds == check_link_pointer ? LINK_POINTER : OTHER;
}
