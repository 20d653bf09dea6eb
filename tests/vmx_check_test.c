/* SPDX-License-Identifier: MIT */
/* VM entry's checks: for each row of vmx_check.def a VMCS that violates it alone, and the failure that this brings. */
#include "interp/vmx_check.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/cpu.h"
#include "tests/support/hyper.h"

struct set {
    enum vmcs_field f;
    uint64_t v;
};

struct violation {
    const char *name; /* of the check */
    struct set set[4];
    uint32_t qualification;
};

#define END                                                                                                            \
    {                                                                                                                  \
        VMCS_FIELDS, 0                                                                                                 \
    }
#define SET(name, value)                                                                                               \
    {                                                                                                                  \
        VMCS_##name, value                                                                                             \
    }
#define ONE(a)                                                                                                         \
    {                                                                                                                  \
        a, END                                                                                                         \
    }
#define TWO(a, b)                                                                                                      \
    {                                                                                                                  \
        a, b, END                                                                                                      \
    }
#define THREE(a, b, c)                                                                                                 \
    {                                                                                                                  \
        a, b, c, END                                                                                                   \
    }
#define SECONDARY SET(PROC_CONTROLS, PROC_MUST | PROC_SECONDARY)
#define EVENT(type, vector) SET(ENTRY_INTR, INTR_VALID | (uint32_t)(type) << INTR_TYPE_SHIFT | (vector))

/* The same four rows of a data segment register. */
#define ROW(...)                                                                                                       \
    {                                                                                                                  \
        __VA_ARGS__, 0                                                                                                 \
    }
#define DATA(s, S)                                                                                                     \
    ROW(s "_type", ONE(SET(GUEST_##S##_AR, 0xc092))),     /* not accessed */                                           \
        ROW(s "_type", ONE(SET(GUEST_##S##_AR, 0xc099))), /* code that cannot be read */                               \
        ROW(s "_s", ONE(SET(GUEST_##S##_AR, 0xc083))),                                                                 \
        ROW(s "_dpl", TWO(SET(GUEST_##S, 3), SET(GUEST_##S##_AR, 0xc093))),                                            \
        ROW(s "_p", ONE(SET(GUEST_##S##_AR, 0xc013))), ROW(s "_reserved", ONE(SET(GUEST_##S##_AR, 0xc193))),           \
        ROW(s "_reserved", ONE(SET(GUEST_##S##_AR, 0x2c093))),                                                         \
        ROW(s "_g", TWO(SET(GUEST_##S##_AR, 0xc093), SET(GUEST_##S##_LIMIT, 0xffffeffe))),                             \
        ROW(s "_g", TWO(SET(GUEST_##S##_AR, 0x4093), SET(GUEST_##S##_LIMIT, 0x100000)))

static const struct violation violations[] = {
    {"pin_reserved", ONE(SET(PIN_CONTROLS, 0)), 0},
    {"pin_reserved", ONE(SET(PIN_CONTROLS, PIN_MUST | 1 << 7)), 0},
    {"proc_reserved", ONE(SET(PROC_CONTROLS, 0)), 0},
    {"proc_reserved", ONE(SET(PROC_CONTROLS, PROC_MUST | 1 << 21)), 0}, /* TPR shadow: not here */
    {"proc2_reserved", TWO(SECONDARY, SET(PROC2_CONTROLS, 1 << 7)), 0}, /* unrestricted guest: not here */
    {"cr3_targets", ONE(SET(CR3_TARGET_COUNT, 5)), 0},
    {"io_bitmap_a", TWO(SET(PROC_CONTROLS, PROC_MUST | PROC_IO_BITMAPS), SET(IO_BITMAP_A, 0x44800)), 0},
    {"io_bitmap_a", TWO(SET(PROC_CONTROLS, PROC_MUST | PROC_IO_BITMAPS), SET(IO_BITMAP_A, 1ull << 32)), 0},
    {"io_bitmap_b", TWO(SET(PROC_CONTROLS, PROC_MUST | PROC_IO_BITMAPS), SET(IO_BITMAP_B, 1)), 0},
    {"msr_bitmap", TWO(SET(PROC_CONTROLS, PROC_MUST | PROC_MSR_BITMAPS), SET(MSR_BITMAP, 0x10)), 0},
    {"virtual_nmis", ONE(SET(PIN_CONTROLS, PIN_MUST | PIN_VIRTUAL_NMI)), 0},
    {"nmi_window", ONE(SET(PROC_CONTROLS, PROC_MUST | PROC_NMI_WINDOW)), 0},
    {"vpid", TWO(SECONDARY, SET(PROC2_CONTROLS, PROC2_VPID)), 0},
    {"eptp", THREE(SECONDARY, SET(PROC2_CONTROLS, PROC2_EPT), SET(EPT_POINTER, 0x48000 | 3 << 3 | 5)), 0},
    {"eptp", THREE(SECONDARY, SET(PROC2_CONTROLS, PROC2_EPT), SET(EPT_POINTER, 0x48000 | 2 << 3 | 6)), 0},
    {"eptp", THREE(SECONDARY, SET(PROC2_CONTROLS, PROC2_EPT), SET(EPT_POINTER, 0x48000 | 1 << 7 | 3 << 3 | 6)), 0},
    {"eptp", THREE(SECONDARY, SET(PROC2_CONTROLS, PROC2_EPT), SET(EPT_POINTER, 1ull << 32 | 3 << 3 | 6)), 0},
    {"exit_reserved", ONE(SET(EXIT_CONTROLS, 0)), 0},
    {"exit_reserved", ONE(SET(EXIT_CONTROLS, EXIT_MUST | 1 << 9)), 0}, /* host address-space size: Intel 64 */
    {"save_timer", ONE(SET(EXIT_CONTROLS, EXIT_MUST | EXIT_SAVE_TIMER)), 0},
    {"exit_store_align", TWO(SET(EXIT_MSR_STORE_COUNT, 1), SET(EXIT_MSR_STORE, 0x43008)), 0},
    {"exit_store_width", TWO(SET(EXIT_MSR_STORE_COUNT, 2), SET(EXIT_MSR_STORE, 0xfffffff0)), 0},
    {"exit_load_align", TWO(SET(EXIT_MSR_LOAD_COUNT, 1), SET(EXIT_MSR_LOAD, 0x43008)), 0},
    {"exit_load_width", TWO(SET(EXIT_MSR_LOAD_COUNT, 1), SET(EXIT_MSR_LOAD, 1ull << 32)), 0},
    {"entry_reserved", ONE(SET(ENTRY_CONTROLS, 0)), 0},
    {"entry_reserved", ONE(SET(ENTRY_CONTROLS, ENTRY_MUST | 1 << 9)), 0}, /* IA-32e mode guest */
    {"inject_type", ONE(EVENT(INTR_RESERVED, 0x20)), 0},
    {"inject_nmi", ONE(EVENT(INTR_NMI, 3)), 0},
    {"inject_fault", ONE(EVENT(INTR_FAULT, 32)), 0},
    {"inject_other", ONE(EVENT(INTR_OTHER, 1)), 0},
    {"inject_code", ONE(EVENT(INTR_FAULT, VEC_GP)), 0},
    {"inject_code", ONE(EVENT(INTR_FAULT, VEC_UD | INTR_ERROR)), 0},
    {"inject_code", ONE(EVENT(INTR_EXTERNAL, 0x20 | INTR_ERROR)), 0},
    {"inject_reserved", ONE(EVENT(INTR_FAULT, VEC_UD | 1 << 12)), 0},
    {"inject_reserved", ONE(EVENT(INTR_FAULT, VEC_UD | 1 << 30)), 0},
    {"inject_code_high", TWO(EVENT(INTR_FAULT, VEC_GP | INTR_ERROR), SET(ENTRY_INTR_ERROR, 0x10000)), 0},
    {"inject_length", ONE(EVENT(INTR_SOFTWARE, 0x80)), 0},
    {"inject_length", TWO(EVENT(INTR_TRAP, VEC_BP), SET(ENTRY_LENGTH, 16)), 0},
    {"inject_length", ONE(EVENT(INTR_PRIVILEGED, VEC_DB)), 0},
    {"entry_load_align", TWO(SET(ENTRY_MSR_LOAD_COUNT, 1), SET(ENTRY_MSR_LOAD, 0x43004)), 0},
    {"entry_load_width", TWO(SET(ENTRY_MSR_LOAD_COUNT, 0xffffffff), SET(ENTRY_MSR_LOAD, 0x43000)), 0},

    {"host_cr0", ONE(SET(HOST_CR0, CR0_PE | CR0_PG)), 0}, /* no NE */
    {"host_cr0", ONE(SET(HOST_CR0, CR0_PE | CR0_NE)), 0},
    {"host_cr4", ONE(SET(HOST_CR4, 0)), 0},
    {"host_cr4", ONE(SET(HOST_CR4, CR4_VMXE | 1 << 5)), 0}, /* PAE */
    {"host_es", ONE(SET(HOST_ES, METAL_DS0 | 1)), 0},
    {"host_cs", ONE(SET(HOST_CS, METAL_CS0 | 3)), 0},
    {"host_ss", ONE(SET(HOST_SS, METAL_DS0 | 4)), 0},
    {"host_ds", ONE(SET(HOST_DS, METAL_DS0 | 2)), 0},
    {"host_fs", ONE(SET(HOST_FS, 1)), 0},
    {"host_gs", ONE(SET(HOST_GS, 4)), 0},
    {"host_tr", ONE(SET(HOST_TR, METAL_TR | 4)), 0},
    {"host_cs_null", ONE(SET(HOST_CS, 0)), 0},
    {"host_tr_null", ONE(SET(HOST_TR, 0)), 0},
    {"host_ss_null", ONE(SET(HOST_SS, 0)), 0},

    {"guest_cr0", ONE(SET(GUEST_CR0, CR0_PE | CR0_NE)), 0},
    {"guest_cr0", ONE(SET(GUEST_CR0, CR0_PE | CR0_PG)), 0},
    {"guest_cr0", ONE(SET(GUEST_CR0, CR0_NE | CR0_PG)), 0},
    {"guest_cr4", ONE(SET(GUEST_CR4, 0)), 0},
    {"guest_cr4", ONE(SET(GUEST_CR4, CR4_VMXE | CR4_VIRTUALIZABLE)), 0},
    {"guest_debugctl", ONE(SET(GUEST_DEBUGCTL, 1)), 0},
    {"guest_debugctl", ONE(SET(GUEST_DEBUGCTL, 1ull << 32)), 0},
    {"tr_ti", ONE(SET(GUEST_TR, METAL_TR | 4)), 0},
    {"ldtr_ti", TWO(SET(GUEST_LDTR, 4), SET(GUEST_LDTR_AR, 0x82)), 0},
    {"ss_rpl", ONE(SET(GUEST_SS, METAL_DS0 | 1)), 0},
    {"cs_type", ONE(SET(GUEST_CS_AR, 0xc093)), 0},
    {"cs_type", ONE(SET(GUEST_CS_AR, 0xc09a)), 0},
    {"ss_type", ONE(SET(GUEST_SS_AR, 0xc091)), 0},
    {"ss_type", ONE(SET(GUEST_SS_AR, 0xc09b)), 0},
    {"cs_s", ONE(SET(GUEST_CS_AR, 0xc08b)), 0},
    {"ss_s", ONE(SET(GUEST_SS_AR, 0xc083)), 0},
    {"cs_dpl", ONE(SET(GUEST_CS_AR, 0xc0fb)), 0},
    {"cs_dpl", ONE(SET(GUEST_CS_AR, 0xc0ff)), 0}, /* conforming, and outer */
    {"ss_dpl", THREE(SET(GUEST_CS, METAL_CS0 | 3), SET(GUEST_SS, METAL_DS0 | 3), END), 0},
    {"ss_dpl", TWO(SET(GUEST_SS, METAL_DS0 | 3), SET(GUEST_CS, METAL_CS0 | 3)), 0},
    {"cs_p", ONE(SET(GUEST_CS_AR, 0xc01b)), 0},
    {"cs_p", ONE(SET(GUEST_CS_AR, 0x1c09b)), 0}, /* unusable */
    {"ss_p", ONE(SET(GUEST_SS_AR, 0xc013)), 0},
    {"cs_reserved", ONE(SET(GUEST_CS_AR, 0xc19b)), 0},
    {"cs_reserved", ONE(SET(GUEST_CS_AR, 0x8000c09b)), 0},
    {"ss_reserved", ONE(SET(GUEST_SS_AR, 0xc893)), 0},
    {"cs_g", ONE(SET(GUEST_CS_LIMIT, 0xfffffffe)), 0},
    {"cs_g", TWO(SET(GUEST_CS_AR, 0x409b), SET(GUEST_CS_LIMIT, 0x1fffff)), 0},
    {"ss_g", ONE(SET(GUEST_SS_LIMIT, 0xffffe000)), 0},
    {"ss_g", TWO(SET(GUEST_SS_AR, 0x4093), SET(GUEST_SS_LIMIT, 0x80000000)), 0},
    DATA("ds", DS),
    DATA("es", ES),
    DATA("fs", FS),
    DATA("gs", GS),
    {"tr_type", ONE(SET(GUEST_TR_AR, 0x89)), 0}, /* not busy */
    {"tr_s", ONE(SET(GUEST_TR_AR, 0x9b)), 0},
    {"tr_p", ONE(SET(GUEST_TR_AR, 0x0b)), 0},
    {"tr_reserved", ONE(SET(GUEST_TR_AR, 0x18b)), 0},
    {"tr_usable", ONE(SET(GUEST_TR_AR, 0x1008b)), 0},
    {"tr_g", ONE(SET(GUEST_TR_LIMIT, 0x100000)), 0},
    {"tr_g", TWO(SET(GUEST_TR_AR, 0x808b), SET(GUEST_TR_LIMIT, 0x67)), 0},
    {"ldtr_type", ONE(SET(GUEST_LDTR_AR, 0x81)), 0},
    {"ldtr_s", ONE(SET(GUEST_LDTR_AR, 0x92)), 0},
    {"ldtr_p", ONE(SET(GUEST_LDTR_AR, 0x02)), 0},
    {"ldtr_reserved", ONE(SET(GUEST_LDTR_AR, 0x182)), 0},
    {"ldtr_g", TWO(SET(GUEST_LDTR_AR, 0x82), SET(GUEST_LDTR_LIMIT, 0x100000)), 0},
    {"gdtr_limit", ONE(SET(GUEST_GDTR_LIMIT, 0x10000)), 0},
    {"idtr_limit", ONE(SET(GUEST_IDTR_LIMIT, 0xffffffff)), 0},
    {"eflags_reserved", ONE(SET(GUEST_EFLAGS, 0)), 0},
    {"eflags_reserved", ONE(SET(GUEST_EFLAGS, FL_1 | 1 << 3)), 0},
    {"eflags_reserved", ONE(SET(GUEST_EFLAGS, FL_1 | 1 << 5)), 0},
    {"eflags_reserved", ONE(SET(GUEST_EFLAGS, FL_1 | 1 << 15)), 0},
    {"eflags_reserved", ONE(SET(GUEST_EFLAGS, FL_1 | 1 << 22)), 0},
    {"eflags_vm", ONE(SET(GUEST_EFLAGS, FL_1 | FL_VM)), 0},
    {"eflags_if", ONE(EVENT(INTR_EXTERNAL, 0x20)), 0},
    {"activity", ONE(SET(GUEST_ACTIVITY, 3)), 0},
    {"activity_cpl", THREE(SET(GUEST_ACTIVITY, 1), SET(GUEST_CS, 0), END), 0},
    {"activity_blocked",
     THREE(SET(GUEST_ACTIVITY, 1), SET(GUEST_INTERRUPTIBILITY, BLOCKED_STI), SET(GUEST_EFLAGS, FL_1 | FL_IF)), 0},
    {"activity_event", TWO(SET(GUEST_ACTIVITY, 1), EVENT(INTR_FAULT, VEC_UD)), 0},
    {"blocked_reserved", ONE(SET(GUEST_INTERRUPTIBILITY, 16)), 0},
    {"blocked_both", TWO(SET(GUEST_INTERRUPTIBILITY, 3), SET(GUEST_EFLAGS, FL_1 | FL_IF)), 0},
    {"blocked_sti_if", ONE(SET(GUEST_INTERRUPTIBILITY, BLOCKED_STI)), 0},
    {"blocked_external",
     THREE(EVENT(INTR_EXTERNAL, 0x20), SET(GUEST_INTERRUPTIBILITY, BLOCKED_SS), SET(GUEST_EFLAGS, FL_1 | FL_IF)), 0},
    {"blocked_nmi_ss", TWO(EVENT(INTR_NMI, 2), SET(GUEST_INTERRUPTIBILITY, BLOCKED_SS)), 0},
    {"blocked_nmi_sti",
     THREE(EVENT(INTR_NMI, 2), SET(GUEST_INTERRUPTIBILITY, BLOCKED_STI), SET(GUEST_EFLAGS, FL_1 | FL_IF)), 3},
    {"blocked_smi", ONE(SET(GUEST_INTERRUPTIBILITY, BLOCKED_SMI)), 0},
    {"blocked_virtual",
     THREE(EVENT(INTR_NMI, 2), SET(GUEST_INTERRUPTIBILITY, BLOCKED_NMI),
           SET(PIN_CONTROLS, PIN_MUST | PIN_NMI | PIN_VIRTUAL_NMI)),
     0},
    {"pending_reserved", ONE(SET(GUEST_PENDING_DEBUG, 1 << 4)), 0},
    {"pending_reserved", ONE(SET(GUEST_PENDING_DEBUG, 1 << 13)), 0},
    {"pending_step", TWO(SET(GUEST_PENDING_DEBUG, DR6_BS), SET(GUEST_ACTIVITY, 1)), 0},
    {"pending_step", TWO(SET(GUEST_EFLAGS, FL_1 | FL_TF), SET(GUEST_INTERRUPTIBILITY, BLOCKED_SS)), 0},
    {"link_pointer", ONE(SET(GUEST_LINK, 0)), 4},
    {"link_pointer", ONE(SET(GUEST_LINK, HYPER_VMCS)), 4}, /* itself */
    {"link_pointer", ONE(SET(GUEST_LINK, HYPER_OTHER + 8)), 4},
};
enum { VIOLATIONS = sizeof violations / sizeof *violations };

static void apply(struct machine *m, const struct set *s)
{
    for (; s->f != VMCS_FIELDS; s++)
        hyper_set(m, s->f, s->v);
}

static bool same(const struct violation *v, const struct vmx_check *k)
{
    return k && strcmp(v->name, k->name) == 0;
}

/* The guest at ring 3 and halted: more fields than a row holds. */
static void prepare(struct machine *m, const struct violation *v)
{
    hyper_again(m);
    if (strcmp(v->name, "activity_cpl") == 0) {
        hyper_user(m);
        hyper_set(m, VMCS_GUEST_ACTIVITY, 1);
        return;
    }
    if (strcmp(v->name, "ldtr_ti") == 0)
        hyper_set(m, VMCS_GUEST_LDTR_LIMIT, 0xff);
    apply(m, v->set);
}

static void refused(struct machine *m, const struct violation *v, unsigned error)
{
    uint32_t eip = METAL_CODE + 3;

    cr_expect_eq(cpu_eflags(&m->cpu) & FL_STATUS, FL_ZF, "%s: VMfailValid", v->name);
    cr_expect_eq(m->cpu.eip, eip, "%s", v->name);
    cr_expect_eq(hyper_get(m, VMCS_INSTRUCTION_ERROR), error, "%s: error %u", v->name,
                 (unsigned)hyper_get(m, VMCS_INSTRUCTION_ERROR));
}

static void failed(struct machine *m, const struct violation *v)
{
    cr_expect(hyper_at_host(m), "%s: the host goes on", v->name);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_REASON), VMX_ENTRY_FAILED | VMX_GUEST_STATE, "%s", v->name);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), v->qualification, "%s", v->name);
    cr_expect_eq(metal_read32(m, HYPER_VMCS + VMCS_LAUNCHED_AT), 0, "%s: still clear", v->name);
}

Test(vmx_check, each_row_fails_the_entry)
{
    struct machine *m = hyper_create();
    unsigned rows = 0, covered = 0, tried = 0;

    hyper_enter(m);
    cr_assert(m->cpu.vmx.non_root, "the VMCS that all others differ from can be entered");
    for (unsigned p = 0; p < CHECK_PARTS; p++)
        for (unsigned i = 0; i < vmx_checks[p].count; i++) {
            const struct vmx_check *k = &vmx_checks[p].check[i];
            unsigned before = tried;

            for (unsigned n = 0; n < VIOLATIONS; n++) {
                const struct violation *v = &violations[n];
                const struct vmx_check *found;

                if (!same(v, k))
                    continue;
                prepare(m, v);
                for (unsigned other = 0; other < p; other++)
                    cr_expect_null(vmx_check(&m->cpu, other), "%s violates another part too", v->name);
                found = vmx_check(&m->cpu, p);
                cr_expect(found == k, "%s: %s fails", v->name, found ? found->name : "nothing");
                hyper_enter(m);
                if (p == CHECK_GUEST)
                    failed(m, v);
                else
                    refused(m, v, p == CHECK_CONTROL ? VMX_E_ENTRY_CONTROLS : VMX_E_ENTRY_HOST);
                tried++;
            }
            cr_expect_gt(tried, before, "no case violates %s", k->name);
            covered += tried > before;
            rows++;
        }
    cr_expect_eq(tried, VIOLATIONS, "a case names no row");
    printf("judge: VM-entry checks: %u rows, %u of them violated, by %u cases\n", rows, covered, tried);
    metal_destroy(m);
}

/* What looks odd and is allowed. */
static const struct violation fine[] = {
    {"nothing injected, whatever else the field says", ONE(SET(ENTRY_INTR, 0x7fffffff)), 0},
    {"a TSS of 16 bits", TWO(SET(GUEST_TR_AR, 0x83), SET(GUEST_TR_LIMIT, 0x2b)), 0},
    {"conforming code of DPL 0", ONE(SET(GUEST_CS_AR, 0xc09f)), 0},
    {"segments that cannot be used",
     THREE(SET(GUEST_SS_AR, AR_UNUSABLE), SET(GUEST_DS_AR, 0x1ffff), SET(GUEST_ES_AR, AR_UNUSABLE)), 0},
    {"an expand-down stack", ONE(SET(GUEST_SS_AR, 0xc097)), 0},
    {"data through conforming code of any DPL", TWO(SET(GUEST_DS, 3), SET(GUEST_DS_AR, 0xc09f)), 0},
    {"HLT and an NMI", TWO(SET(GUEST_ACTIVITY, 1), EVENT(INTR_NMI, 2)), 0},
    {"HLT and a debug exception", TWO(SET(GUEST_ACTIVITY, 1), EVENT(INTR_FAULT, VEC_DB)), 0},
    {"a VMCS to link to", ONE(SET(GUEST_LINK, HYPER_OTHER)), 0},
    {"lists of no MSRs anywhere", TWO(SET(EXIT_MSR_LOAD, UINT64_MAX), SET(ENTRY_MSR_LOAD, 1)), 0},
    {"bitmaps that are not used anywhere", TWO(SET(IO_BITMAP_A, UINT64_MAX), SET(MSR_BITMAP, 1)), 0},
    {"secondary controls that are not active", ONE(SET(PROC2_CONTROLS, UINT32_MAX)), 0},
    {"four CR3 targets", ONE(SET(CR3_TARGET_COUNT, 4)), 0},
    {"blocking by NMI", ONE(SET(GUEST_INTERRUPTIBILITY, BLOCKED_NMI)), 0},
    {"debug controls that are not loaded", TWO(SET(ENTRY_CONTROLS, ENTRY_MUST), SET(GUEST_DEBUGCTL, UINT64_MAX)), 0},
    {"CD and NW in any combination", ONE(SET(GUEST_CR0, CR0_NW | VMX_CR0_MUST)), 0},
};

Test(vmx_check, the_odd_and_allowed_enters)
{
    struct machine *m = hyper_create();

    for (unsigned n = 0; n < sizeof fine / sizeof *fine; n++) {
        hyper_again(m);
        apply(m, fine[n].set);
        hyper_enter(m);
        cr_expect(m->cpu.vmx.non_root, "%s: exit %x", fine[n].name, (unsigned)hyper_get(m, VMCS_EXIT_REASON));
    }
    metal_destroy(m);
}
