/* SPDX-License-Identifier: MIT */
/* What an exit saves of an instruction, or a delivery, that it cuts off (SDM Vol. 3, 27.1, 27.2.2, 27.3). */
#include <criterion/criterion.h>

#include "interp/debugreg.h"
#include "interp/segment.h"
#include "tests/support/hyper.h"

enum { FIELDS_MAX = 6 };

#define INTR(type, vector) (INTR_VALID | (uint32_t)(type) << INTR_TYPE_SHIFT | (vector))
#define GP (INTR(INTR_FAULT, VEC_GP) | INTR_ERROR)
#define END                                                                                                            \
    {                                                                                                                  \
        VMCS_FIELDS, 0                                                                                                 \
    }

struct field {
    enum vmcs_field f;
    uint64_t v;
};

/* The guest's ES:EBX is HYPER_DATA, which holds its SS, and DR0 watches it once DR7 says so; the host takes CPUID. */
static const struct saved {
    const char *what;
    const uint8_t *code;
    struct field with[FIELDS_MAX], saved[FIELDS_MAX];
} cases[] = {
#define CODE(...)                                                                                                      \
    (const uint8_t[16])                                                                                                \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define IRET_TO_NOWHERE CODE(0x6a, 2, 0x6a, 0, 0x6a, 0, 0xcf)
#define CPUID 0x0f, 0xa2
#define MOV_SS 0x8e, 0x13
    {"IRET that faults ends the blocking of virtual NMIs",
     IRET_TO_NOWHERE,
     {{VMCS_PIN_CONTROLS, PIN_MUST | PIN_NMI | PIN_VIRTUAL_NMI},
      {VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI},
      {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP},
      END},
     {{VMCS_EXIT_INTR, GP | INTR_UNBLOCKED}, {VMCS_GUEST_INTERRUPTIBILITY, 0}, END}},
    {"IRET that faults, NMIs open",
     IRET_TO_NOWHERE,
     {{VMCS_PIN_CONTROLS, PIN_MUST | PIN_NMI | PIN_VIRTUAL_NMI}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP}, END},
     {{VMCS_EXIT_INTR, GP}, {VMCS_GUEST_INTERRUPTIBILITY, 0}, END}},
    {"IRET that faults where the blocking is the host's",
     IRET_TO_NOWHERE,
     {{VMCS_PIN_CONTROLS, PIN_MUST | PIN_NMI},
      {VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI},
      {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP},
      END},
     {{VMCS_EXIT_INTR, GP}, {VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI}, END}},
    {"a single step that MOV SS holds off",
     CODE(MOV_SS, CPUID),
     {{VMCS_GUEST_EFLAGS, FL_1 | FL_TF}, END},
     {{VMCS_EXIT_REASON, VMX_CPUID},
      {VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_SS},
      {VMCS_GUEST_PENDING_DEBUG, DR6_BS},
      END}},
    {"a data breakpoint that MOV SS holds off",
     CODE(MOV_SS, CPUID),
     {{VMCS_GUEST_DR7, DR7_FIXED | 0xf0002}, END},
     {{VMCS_EXIT_REASON, VMX_CPUID},
      {VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_SS},
      {VMCS_GUEST_PENDING_DEBUG, PENDING_BREAK | 1},
      END}},
    {"the same, before a fault that exits",
     CODE(MOV_SS, 0x0f, 0x0b),
     {{VMCS_GUEST_DR7, DR7_FIXED | 0xf0002}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_UD}, END},
     {{VMCS_EXIT_REASON, VMX_EXCEPTION}, {VMCS_GUEST_PENDING_DEBUG, PENDING_BREAK | 1}, END}},
    {"a breakpoint that is pending, but was not enabled",
     CODE(CPUID),
     {{VMCS_GUEST_PENDING_DEBUG, 1}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_DB}, END},
     {{VMCS_EXIT_REASON, VMX_CPUID}, {VMCS_GUEST_PENDING_DEBUG, 0}, END}},
    {"a delivery is under nothing that MOV SS blocks",
     CODE(MOV_SS, 0x0f, 0x0b),
     {{VMCS_GUEST_DR7, DR7_FIXED | 0xf0002}, {VMCS_GUEST_IDTR_LIMIT, 0}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP}, END},
     {{VMCS_VECTORING, INTR(INTR_FAULT, VEC_UD)},
      {VMCS_GUEST_INTERRUPTIBILITY, 0},
      {VMCS_GUEST_PENDING_DEBUG, 0},
      END}},
    {"#DB has let the debug registers go when its delivery fails",
     CODE(0x0f, 0x21, 0xc0),
     {{VMCS_GUEST_DR7, DR7_FIXED | DR7_GD}, {VMCS_GUEST_IDTR_LIMIT, 0}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP}, END},
     {{VMCS_VECTORING, INTR(INTR_FAULT, VEC_DB)}, {VMCS_GUEST_DR7, DR7_FIXED}, END}},
    {"INT1 counts as external",
     CODE(0xf1),
     {{VMCS_GUEST_IDTR_LIMIT, 0}, {VMCS_EXCEPTION_BITMAP, 1 << VEC_GP}, END},
     {{VMCS_EXIT_INTR_ERROR, VEC_DB * 8 + 3}, {VMCS_VECTORING, INTR(INTR_PRIVILEGED, VEC_DB)}, END}},
    {"a task gate saves of a fault the RF that the old task's EFLAGS would have",
     CODE(0x0f, 0x0b),
     {END},
     {{VMCS_EXIT_REASON, VMX_TASK_SWITCH}, {VMCS_GUEST_EFLAGS, FL_1 | FL_RF}, END}},
};

static void put(struct machine *m, const struct field *f)
{
    for (; f->f != VMCS_FIELDS; f++)
        hyper_set(m, f->f, f->v);
}

static void begin(struct machine *m, const struct saved *s)
{
    struct cpu *c = &m->cpu;

    hyper_again(m);
    hyper_or(m, VMCS_EXIT_CONTROLS, EXIT_SAVE_DEBUG);
    hyper_or(m, VMCS_ENTRY_CONTROLS, ENTRY_LOAD_DEBUG);
    put(m, s->with);
    metal_write32(m, HYPER_DATA, METAL_DS0);
    c->r[EBX] = HYPER_DATA;
    c->dr[0] = HYPER_DATA;
}

Test(vmx_saved, of_what_was_cut_off)
{
    enum { TASK_GATE = 0x85 };
    struct machine *m = hyper_create();

    metal_desc(m, METAL_FREE, 0x30000067, 0x00008900); /* a TSS */
    for (unsigned n = 0; n < sizeof cases / sizeof *cases; n++) {
        const struct saved *s = &cases[n];

        begin(m, s);
        if (s->with[0].f == VMCS_FIELDS)
            metal_gate(m, VEC_UD, METAL_FREE, 0, TASK_GATE);
        hyper_run(m, s->code, 16, 8);
        cr_expect(hyper_at_host(m), "%s: no exit", s->what);
        for (const struct field *f = s->saved; f->f != VMCS_FIELDS; f++)
            cr_expect_eq(hyper_get(m, f->f), f->v, "%s: %s is %llx", s->what, vmcs_info[f->f].name,
                         (unsigned long long)hyper_get(m, f->f));
    }
    metal_destroy(m);
}

/* IRET reads its frame from a page that EPT does not give: the host fills it in and lets it run again, NMIs blocked. */
Test(vmx_saved, of_an_iret_that_violates_ept)
{
    static const uint8_t iret[] = {0xcf};
    struct machine *m = hyper_create();

    hyper_or(m, VMCS_PIN_CONTROLS, PIN_NMI | PIN_VIRTUAL_NMI);
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_SECONDARY);
    hyper_or(m, VMCS_PROC2_CONTROLS, PROC2_EPT);
    hyper_set(m, VMCS_EPT_POINTER, HYPER_EPT | 6 | 3 << 3);
    hyper_set(m, VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI);
    hyper_set(m, VMCS_GUEST_ESP, HYPER_DATA);
    metal_write32(m, (uint32_t)hyper_ept(m, HYPER_DATA >> 12), 0);
    hyper_run(m, iret, sizeof iret, 4);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_REASON), VMX_EPT_VIOLATION);
    cr_expect(hyper_get(m, VMCS_EXIT_QUALIFICATION) & INTR_UNBLOCKED);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_INTERRUPTIBILITY), 0);
    metal_destroy(m);
}

/* What MOV SS holds off is lost where the next instruction faults and the guest takes the fault. */
Test(vmx_saved, nothing_of_a_trap_behind_a_fault)
{
    static const uint8_t code[] = {MOV_SS, 0x0f, 0x0b};
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    metal_ring(m, 0);
    metal_write32(m, HYPER_DATA, METAL_DS0);
    c->r[EBX] = c->dr[0] = HYPER_DATA;
    c->dr[7] = DR7_FIXED | 0xf0002;
    debugreg_changed(c);
    (void)metal_step(m, code, sizeof code);
    cr_expect_eq(c->debug_hit, 1);
    machine_step(m, CLOCK_NEVER);
    cr_expect_eq(c->eip, METAL_HANDLERS + 16 * VEC_UD);
    cr_expect_eq(c->debug_hit, 0);
    metal_destroy(m);
}

/* What the guest writes to the VMCS's host selectors is not what the exit loads: RPL and TI are those that were checked. */
Test(vmx_saved, a_hosts_selectors_have_no_rpl)
{
    static const uint8_t cpuid[] = {CPUID};
    struct machine *m = hyper_create();

    cr_assert_eq(machine_write(m, HYPER_GUEST, cpuid, sizeof cpuid), 0);
    hyper_enter(m);
    hyper_set(m, VMCS_HOST_FS, METAL_DS0 | 7);
    machine_step(m, CLOCK_NEVER);
    cr_expect(hyper_at_host(m));
    cr_expect_eq(m->cpu.seg[FS].sel, METAL_DS0);
    metal_destroy(m);
}
