/* SPDX-License-Identifier: MIT */
/* Events and VMX: injection, what breaks off a delivery, windows, the timer, debug exceptions (SDM Vol. 3, 25, 26.6, 27.2.4). */
#include <criterion/criterion.h>

#include "interp/debugreg.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "interp/state.h"
#include "tests/support/hyper.h"

#define INTR(type, vector) (INTR_VALID | (uint32_t)(type) << INTR_TYPE_SHIFT | (vector))

static const uint8_t nops[16] = {0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
                                 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90};

static uint32_t reason(struct machine *m)
{
    return (uint32_t)hyper_get(m, VMCS_EXIT_REASON);
}

/* ---- injection (26.6.1) ---- */

struct injected {
    const char *what;
    uint32_t info, error, length;
    uint32_t pushed_eip; /* from HYPER_GUEST */
    bool has_error;
};

static const struct injected injected[] = {
    {"an interrupt", INTR(INTR_EXTERNAL, 0x20), 0, 0, 0, false},
    {"an NMI", INTR(INTR_NMI, VEC_NMI), 0, 0, 0, false},
    {"#UD", INTR(INTR_FAULT, VEC_UD), 0, 0, 0, false},
    {"#GP", INTR(INTR_FAULT, VEC_GP) | INTR_ERROR, 0x1230, 0, 0, true},
    {"#PF", INTR(INTR_FAULT, VEC_PF) | INTR_ERROR, 7, 0, 0, true},
    {"#DB", INTR(INTR_FAULT, VEC_DB), 0, 0, 0, false},
    {"int 0x80", INTR(INTR_SOFTWARE, 0x80), 0, 2, 2, false},
    {"int1", INTR(INTR_PRIVILEGED, VEC_DB), 0, 1, 1, false},
    {"int3", INTR(INTR_TRAP, VEC_BP), 0, 1, 1, false},
};

Test(vmx_event, injects)
{
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    for (unsigned n = 0; n < sizeof injected / sizeof *injected; n++) {
        const struct injected *i = &injected[n];
        uint32_t at;

        hyper_again(m);
        hyper_or(m, VMCS_GUEST_EFLAGS, FL_IF);
        hyper_set(m, VMCS_GUEST_DR7, DR7_FIXED | DR7_GD);
        hyper_set(m, VMCS_EXCEPTION_BITMAP, UINT32_MAX); /* an event that is injected does not exit by itself */
        hyper_set(m, VMCS_ENTRY_INTR, i->info);
        hyper_set(m, VMCS_ENTRY_INTR_ERROR, i->error);
        hyper_set(m, VMCS_ENTRY_LENGTH, i->length);
        c->cr2 = 0xbeef;
        hyper_enter(m);
        at = c->r[ESP];
        cr_assert(c->vmx.non_root, "%s", i->what);
        cr_expect_eq(c->eip, METAL_HANDLERS + 16 * (i->info & 0xff), "%s", i->what);
        if (i->has_error) {
            cr_expect_eq(metal_read32(m, at), i->error, "%s", i->what);
            at += 4;
        }
        cr_expect_eq(metal_read32(m, at), HYPER_GUEST + i->pushed_eip, "%s: the EIP", i->what);
        cr_expect_eq(metal_read32(m, at + 8), FL_1 | FL_IF, "%s: RF as it was", i->what);
        cr_expect_eq(c->dr[7], DR7_FIXED | DR7_GD, "%s: DR7 as it was", i->what);
        cr_expect_eq(c->cr2, 0xbeef, "%s: CR2 as it was", i->what);
        cr_expect_eq(c->nmi_blocked, (i->info & 0x700) == 0x200, "%s", i->what);
    }
    metal_destroy(m);
}

/* The IDT is too short: #GP, which the host takes, and learns of both. */
Test(vmx_event, a_fault_breaks_injection_off)
{
    struct machine *m = hyper_create();

    for (unsigned n = 0; n < sizeof injected / sizeof *injected; n++) {
        const struct injected *i = &injected[n];
        uint32_t vector = i->info & 0xff, type = i->info >> INTR_TYPE_SHIFT & 7;
        uint32_t ext = type != INTR_SOFTWARE && type != INTR_TRAP;

        hyper_again(m);
        hyper_or(m, VMCS_GUEST_EFLAGS, FL_IF);
        hyper_set(m, VMCS_GUEST_IDTR_LIMIT, 0);
        hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_GP);
        hyper_set(m, VMCS_ENTRY_INTR, i->info);
        hyper_set(m, VMCS_ENTRY_INTR_ERROR, i->error);
        hyper_set(m, VMCS_ENTRY_LENGTH, i->length);
        hyper_enter(m);
        cr_expect(hyper_at_host(m), "%s", i->what);
        cr_expect_eq(reason(m), VMX_EXCEPTION, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR), INTR(INTR_FAULT, VEC_GP) | INTR_ERROR, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR_ERROR), vector * 8 + 2 + ext, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_VECTORING), i->info, "%s: %x", i->what, (unsigned)hyper_get(m, VMCS_VECTORING));
        cr_expect_eq(hyper_get(m, VMCS_VECTORING_ERROR), i->error, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_EXIT_LENGTH), i->length, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST, "%s", i->what);
        cr_expect_eq(hyper_get(m, VMCS_ENTRY_INTR), i->info & ~INTR_VALID, "%s: no longer valid", i->what);
    }
    metal_destroy(m);
}

/* ---- deliveries of the guest's own ---- */

Test(vmx_event, vectoring_of_the_guests_own_events)
{
    static const uint8_t soft[] = {0xcd, 0x81}, ud[] = {0x0f, 0x0b};
    struct machine *m = hyper_create();

    hyper_set(m, VMCS_GUEST_IDTR_LIMIT, 8 * 0x20);
    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_GP);
    hyper_run(m, soft, sizeof soft, 4);
    cr_expect_eq(hyper_get(m, VMCS_VECTORING), INTR(INTR_SOFTWARE, 0x81));
    cr_expect_eq(hyper_get(m, VMCS_EXIT_LENGTH), 2);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST);

    /* #PF on the stack while #UD is delivered: exits as #PF before the two could become one */
    hyper_again(m);
    hyper_set(m, VMCS_GUEST_ESP, 0x800010);
    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_PF);
    hyper_run(m, ud, sizeof ud, 4);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR), INTR(INTR_FAULT, VEC_PF) | INTR_ERROR);
    cr_expect_eq(hyper_get(m, VMCS_VECTORING), INTR(INTR_FAULT, VEC_UD));
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), 0x80000c);

    /* a double fault that exits has no event behind it */
    hyper_again(m);
    hyper_set(m, VMCS_GUEST_IDTR_LIMIT, 0);
    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_DF);
    hyper_run(m, ud, sizeof ud, 4);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR), INTR(INTR_FAULT, VEC_DF) | INTR_ERROR);
    cr_expect_eq(hyper_get(m, VMCS_VECTORING), 0);

    /* EPT refuses the stack */
    hyper_again(m);
    metal_write32(m, (uint32_t)hyper_ept(m, (HYPER_GUEST_STACK - 4) >> PAGE_SHIFT), 0);
    hyper_run(m, ud, sizeof ud, 4);
    cr_expect_eq(reason(m), VMX_EPT_VIOLATION);
    cr_expect_eq(hyper_get(m, VMCS_VECTORING), INTR(INTR_FAULT, VEC_UD));
    cr_expect_eq(hyper_get(m, VMCS_EXIT_PHYSICAL), HYPER_GUEST_STACK - 4);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_LINEAR), HYPER_GUEST_STACK - 4);
    metal_destroy(m);
}

/* ---- between instructions ---- */

Test(vmx_event, monitor_trap_flag)
{
    struct machine *m = hyper_create();

    hyper_or(m, VMCS_PROC_CONTROLS, PROC_MTF);
    for (unsigned n = 1; n < 4; n++) { /* an instruction an entry */
        hyper_run(m, nops, sizeof nops, 4);
        cr_expect_eq(reason(m), VMX_MTF);
        cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST + n);
    }
    hyper_set(m, VMCS_ENTRY_INTR, INTR(INTR_FAULT, VEC_UD)); /* an event is complete before its handler begins */
    hyper_enter(m);
    machine_step(m, CLOCK_NEVER);
    cr_expect_eq(reason(m), VMX_MTF);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), METAL_HANDLERS + 16 * VEC_UD);

    hyper_again(m); /* injected as an event of its own */
    hyper_set(m, VMCS_ENTRY_INTR, INTR(INTR_OTHER, 0));
    hyper_run(m, nops, sizeof nops, 2);
    cr_expect_eq(reason(m), VMX_MTF);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST);

    hyper_again(m); /* before the debug trap of the same instruction, which stays pending */
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_MTF);
    hyper_or(m, VMCS_GUEST_EFLAGS, FL_TF);
    hyper_run(m, nops, sizeof nops, 4);
    cr_expect_eq(reason(m), VMX_MTF);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_PENDING_DEBUG), DR6_BS);
    metal_destroy(m);
}

Test(vmx_event, preemption_timer)
{
    struct machine *m = hyper_create();
    uint64_t from;

    hyper_or(m, VMCS_PIN_CONTROLS, PIN_TIMER);
    hyper_or(m, VMCS_EXIT_CONTROLS, EXIT_SAVE_TIMER);
    hyper_set(m, VMCS_GUEST_TIMER, 100);
    static const uint8_t loop[] = {0xeb, 0xfe};
    cr_assert_eq(machine_write(m, HYPER_GUEST, loop, sizeof loop), 0);
    hyper_enter(m);
    from = machine_now(m);
    while (m->cpu.vmx.non_root)
        machine_run(m, machine_now(m) + 100);
    cr_expect_eq(reason(m), VMX_TIMER);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_TIMER), 0);
    cr_expect(m->cpu.vmx.timer == CLOCK_NEVER);
    cr_expect_geq(machine_now(m) - from, 99 << VMX_TIMER_SHIFT);
    cr_expect_leq(machine_now(m) - from, (101 << VMX_TIMER_SHIFT) + m->cost.vm_exit + 100);

    hyper_again(m); /* it ends a HLT, and another exit saves what is left */
    hyper_or(m, VMCS_PIN_CONTROLS, PIN_TIMER);
    hyper_set(m, VMCS_GUEST_ACTIVITY, 1);
    hyper_set(m, VMCS_GUEST_TIMER, 1000);
    hyper_run(m, nops, sizeof nops, 4);
    cr_expect_eq(reason(m), VMX_TIMER);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_ACTIVITY), 1, "still HLT");
    static const uint8_t cpuid[] = {0x0f, 0xa2};
    hyper_again(m);
    hyper_or(m, VMCS_PIN_CONTROLS, PIN_TIMER);
    hyper_or(m, VMCS_EXIT_CONTROLS, EXIT_SAVE_TIMER);
    hyper_set(m, VMCS_GUEST_TIMER, 100000);
    hyper_run(m, cpuid, sizeof cpuid, 4);
    cr_expect_eq(reason(m), VMX_CPUID);
    cr_expect_lt(hyper_get(m, VMCS_GUEST_TIMER), 100001);
    cr_expect_gt(hyper_get(m, VMCS_GUEST_TIMER), 99000);
    metal_destroy(m);
}

Test(vmx_event, interrupts)
{
    static const uint8_t sti_hlt[] = {0xfb, 0xf4};
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    hyper_or(m, VMCS_PIN_CONTROLS, PIN_INTERRUPT); /* not acknowledged: it waits for the host */
    machine_deadline(m, machine_now(m), 0x55);
    hyper_run(m, nops, sizeof nops, 4);
    cr_expect_eq(reason(m), VMX_INTERRUPT);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR), 0);
    cr_expect(m->deadline_due);
    m->deadline_due = false;

    hyper_again(m); /* it ends a HLT, with the guest's IF clear */
    hyper_or(m, VMCS_PIN_CONTROLS, PIN_INTERRUPT);
    hyper_set(m, VMCS_GUEST_ACTIVITY, 1);
    hyper_enter(m);
    machine_deadline(m, machine_now(m) + 5000, 0x55);
    while (c->vmx.non_root)
        cr_assert_neq(machine_run(m, machine_now(m) + 1000), STOP_HANG);
    cr_expect_eq(reason(m), VMX_INTERRUPT);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_ACTIVITY), 1);
    m->deadline_due = false;

    hyper_again(m); /* without the control it is the guest's */
    hyper_or(m, VMCS_GUEST_EFLAGS, FL_IF);
    hyper_enter(m);
    machine_deadline(m, machine_now(m), 0x55);
    machine_step(m, CLOCK_NEVER);
    cr_expect(c->vmx.non_root);
    cr_expect_eq(c->eip, METAL_HANDLERS + 16 * 0x55);

    hyper_again(m); /* the shadow of STI is saved */
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_HLT);
    hyper_run(m, sti_hlt, sizeof sti_hlt, 4);
    cr_expect_eq(reason(m), VMX_HLT);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_INTERRUPTIBILITY), BLOCKED_STI);
    metal_destroy(m);
}

Test(vmx_event, nmis)
{
    static const uint8_t iret[] = {0xcf};
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    hyper_or(m, VMCS_PIN_CONTROLS, PIN_NMI | PIN_VIRTUAL_NMI); /* a virtual NMI blocks virtual NMIs, not real ones */
    hyper_set(m, VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI);
    hyper_enter(m);
    c->nmi = true;
    machine_step(m, CLOCK_NEVER);
    cr_expect_eq(reason(m), VMX_EXCEPTION);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_INTR), INTR(INTR_NMI, VEC_NMI));
    cr_expect_eq(hyper_get(m, VMCS_GUEST_INTERRUPTIBILITY), BLOCKED_NMI);
    cr_expect(c->nmi_blocked, "the host has an NMI");

    hyper_again(m); /* IRET opens the window */
    hyper_or(m, VMCS_PIN_CONTROLS, PIN_NMI | PIN_VIRTUAL_NMI);
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_NMI_WINDOW);
    hyper_set(m, VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI);
    hyper_set(m, VMCS_GUEST_ESP, HYPER_DATA);
    metal_write32(m, HYPER_DATA, HYPER_GUEST + 0x100);
    metal_write32(m, HYPER_DATA + 4, METAL_CS0);
    metal_write32(m, HYPER_DATA + 8, FL_1);
    hyper_run(m, iret, sizeof iret, 4);
    cr_expect_eq(reason(m), VMX_NMI_WINDOW);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST + 0x100);
    cr_expect_not(c->nmi_blocked);

    hyper_again(m); /* without virtual NMIs IRET leaves the blocking to the host */
    hyper_or(m, VMCS_PIN_CONTROLS, PIN_NMI);
    hyper_set(m, VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI);
    hyper_set(m, VMCS_GUEST_ESP, HYPER_DATA);
    hyper_run(m, iret, sizeof iret, 1);
    cr_expect(c->vmx.non_root && c->nmi_blocked);
    metal_destroy(m);
}

/* ---- debug exceptions ---- */

Test(vmx_event, debug_exceptions)
{
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;
    uint32_t dr6 = c->dr[6];

    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_DB); /* a step: told in the qualification, not in DR6 */
    hyper_or(m, VMCS_GUEST_EFLAGS, FL_TF);
    hyper_run(m, nops, sizeof nops, 4);
    cr_expect_eq(reason(m), VMX_EXCEPTION);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), DR6_BS);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST + 1);
    cr_expect_eq(c->dr[6], dr6);

    hyper_again(m); /* a breakpoint on the first instruction */
    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_DB);
    hyper_set(m, VMCS_GUEST_DR7, DR7_FIXED | 2);
    c->dr[0] = HYPER_GUEST;
    hyper_run(m, nops, sizeof nops, 4);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), 1);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST);
    cr_expect_eq(c->dr[6], dr6);

    hyper_again(m); /* RF passes it */
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_HLT);
    hyper_set(m, VMCS_EXCEPTION_BITMAP, 1 << VEC_DB);
    hyper_set(m, VMCS_GUEST_DR7, DR7_FIXED | 2);
    hyper_or(m, VMCS_GUEST_EFLAGS, FL_RF);
    static const uint8_t nop_hlt[] = {0x90, 0xf4};
    hyper_run(m, nop_hlt, sizeof nop_hlt, 4);
    cr_expect_eq(reason(m), VMX_HLT);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EFLAGS), FL_1);

    hyper_again(m); /* one that was pending comes first */
    hyper_set(m, VMCS_GUEST_PENDING_DEBUG, 1 << 12 | 4);
    hyper_enter(m);
    cr_expect_eq(c->eip, METAL_HANDLERS + 16 * VEC_DB);
    cr_expect_eq(c->dr[6] & DR6_B, 4);

    hyper_again(m); /* and not behind an event that is injected */
    hyper_set(m, VMCS_GUEST_PENDING_DEBUG, 1 << 12 | 4);
    hyper_set(m, VMCS_ENTRY_INTR, INTR(INTR_FAULT, VEC_UD));
    hyper_enter(m);
    cr_expect_eq(c->eip, METAL_HANDLERS + 16 * VEC_UD);
    cr_expect_eq(c->debug_hit, 0);
    metal_destroy(m);
}

/* ---- what the guest sees ---- */

Test(vmx_event, registers_as_the_guest_sees_them)
{
    /* mov eax, cr0; mov ebx, cr4; smsw ecx; rdtsc; mov esi, eax; hlt */
    static const uint8_t code[] = {0x0f, 0x20, 0xc0, 0x0f, 0x20, 0xe3, 0x89, 0xc7, 0x0f, 0x01, 0xe1, 0x0f, 0x31, 0xf4};
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;
    uint64_t tsc;

    hyper_or(m, VMCS_PROC_CONTROLS, PROC_HLT | PROC_TSC_OFFSET);
    hyper_set(m, VMCS_TSC_OFFSET, 0x1000000000);
    hyper_set(m, VMCS_CR0_MASK, CR0_TS | CR0_NE);
    hyper_set(m, VMCS_CR0_SHADOW, CR0_TS);
    hyper_set(m, VMCS_CR4_MASK, CR4_VMXE);
    hyper_set(m, VMCS_CR4_SHADOW, 0);
    hyper_run(m, code, sizeof code, 16);
    cr_expect_eq(reason(m), VMX_HLT);
    cr_expect_eq(c->r[EDI], (CR0_ET | CR0_WP | VMX_CR0_MUST | CR0_TS) & ~CR0_NE);
    cr_expect_eq(c->r[ECX], c->r[EDI]);
    cr_expect_eq(c->r[EBX], 0);
    tsc = (uint64_t)c->r[EDX] << 32 | c->r[EAX];
    cr_expect_gt(tsc, 0x1000000000);
    cr_expect_leq(tsc, 0x1000000000 + machine_now(m));
    metal_destroy(m);
}

/* A state that is saved in non-root operation goes on as if nothing had been. */
Test(vmx_event, state_travels_in_non_root_operation)
{
    static const uint8_t code[] = {0x90, 0x90, 0x0f, 0xa2};
    struct machine *m = hyper_create(), *other = hyper_create();
    struct state s, l;
    char here[33], there[33];

    hyper_or(m, VMCS_PROC_CONTROLS, PROC_INTR_WINDOW);
    cr_assert_eq(machine_write(m, HYPER_GUEST, code, sizeof code), 0);
    hyper_enter(m);
    machine_step(m, CLOCK_NEVER);
    state_init_save(&s);
    cr_assert_eq(machine_state(m, &s), 0);
    state_init_load(&l, s.data, s.size);
    cr_assert_eq(machine_state(other, &l), 0, "%s", l.error);
    machine_digest(m, here);
    machine_digest(other, there);
    cr_expect_str_eq(here, there);
    for (unsigned n = 0; n < 2; n++) /* at other times: the TLB was not in the state */
        machine_step(other, CLOCK_NEVER);
    cr_expect(hyper_at_host(other));
    cr_expect_eq(reason(other), VMX_CPUID);
    state_free(&s);
    metal_destroy(m);
    metal_destroy(other);
}
