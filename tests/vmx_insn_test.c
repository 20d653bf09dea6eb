/* SPDX-License-Identifier: MIT */
/* The VMX instructions themselves: what they refuse, with which error, and what they change (SDM Vol. 3, chapter 30). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "interp/msr.h"
#include "interp/segment.h"
#include "tests/support/hyper.h"

enum { INVALID = 0, SUCCEEDS = 100, UD, GP };

/* What stands where [HYPER_DATA] is read, and the state in front. */
enum how { OFF = 1, RING3 = 2, NO_VMXE = 4, NO_VMCS = 8, LAUNCHED = 16, MOV_SS = 32, NO_NE = 64, NO_A20 = 128 };

struct refusal {
    const char *what;
    uint8_t code[8];
    unsigned size, how;
    uint64_t operand, more; /* 16 bytes at HYPER_DATA */
    uint32_t eax, ecx;
    unsigned result; /* an error of vmx_error.def, or one of the above */
};

#define VMXON_AT 0xf3, 0x0f, 0xc7, 0x30
#define VMCLEAR_AT 0x66, 0x0f, 0xc7, 0x30
#define VMPTRLD_AT 0x0f, 0xc7, 0x30
#define INVEPT_ECX 0x66, 0x0f, 0x38, 0x80, 0x08
#define INVVPID_ECX 0x66, 0x0f, 0x38, 0x81, 0x08
#define EPTP_GOOD (HYPER_EPT | 3 << 3 | 6)

/* clang-format off */
static const struct refusal refusals[] = {
    {"VMXON", {VMXON_AT}, 4, OFF, HYPER_VMXON, 0, HYPER_DATA, 0, SUCCEEDS},
    {"VMXON without CR4.VMXE", {VMXON_AT}, 4, OFF | NO_VMXE, HYPER_VMXON, 0, HYPER_DATA, 0, UD},
    {"VMXON of a register", {0xf3, 0x0f, 0xc7, 0xf0}, 4, OFF, 0, 0, 0, 0, UD},
    {"VMXON at ring 3", {VMXON_AT}, 4, OFF | RING3, HYPER_VMXON, 0, HYPER_DATA, 0, GP},
    {"VMXON without CR0.NE", {VMXON_AT}, 4, OFF | NO_NE, HYPER_VMXON, 0, HYPER_DATA, 0, GP},
    {"VMXON with address line 20 off", {VMXON_AT}, 4, OFF | NO_A20, HYPER_VMXON, 0, HYPER_DATA, 0, GP},
    {"VMXON, no page", {VMXON_AT}, 4, OFF, HYPER_VMXON + 8, 0, HYPER_DATA, 0, INVALID},
    {"VMXON past 4 GiB", {VMXON_AT}, 4, OFF, 1ull << 32 | HYPER_VMXON, 0, HYPER_DATA, 0, INVALID},
    {"VMXON, no revision", {VMXON_AT}, 4, OFF, HYPER_BITMAP, 0, HYPER_DATA, 0, INVALID},
    {"VMXON where no RAM is", {VMXON_AT}, 4, OFF, 0xf0000000, 0, HYPER_DATA, 0, INVALID},
    {"VMXON again", {VMXON_AT}, 4, 0, HYPER_VMXON, 0, HYPER_DATA, 0, VMX_E_VMXON_IN_ROOT},
    {"VMXON again, no VMCS", {VMXON_AT}, 4, NO_VMCS, HYPER_VMXON, 0, HYPER_DATA, 0, INVALID},
    {"VMXOFF", {0x0f, 0x01, 0xc4}, 3, 0, 0, 0, 0, 0, SUCCEEDS},
    {"VMXOFF outside", {0x0f, 0x01, 0xc4}, 3, OFF, 0, 0, 0, 0, UD},
    {"VMXOFF at ring 3", {0x0f, 0x01, 0xc4}, 3, RING3, 0, 0, 0, 0, GP},
    {"VMCALL", {0x0f, 0x01, 0xc1}, 3, 0, 0, 0, 0, 0, VMX_E_VMCALL_IN_ROOT},
    {"VMCALL outside", {0x0f, 0x01, 0xc1}, 3, OFF, 0, 0, 0, 0, UD},
    {"VMCALL at ring 3", {0x0f, 0x01, 0xc1}, 3, RING3, 0, 0, 0, 0, GP},
    {"VMCLEAR", {VMCLEAR_AT}, 4, 0, HYPER_OTHER, 0, HYPER_DATA, 0, SUCCEEDS},
    {"VMCLEAR, no page", {VMCLEAR_AT}, 4, 0, HYPER_OTHER + 1, 0, HYPER_DATA, 0, VMX_E_VMCLEAR_ADDRESS},
    {"VMCLEAR of VMXON's", {VMCLEAR_AT}, 4, 0, HYPER_VMXON, 0, HYPER_DATA, 0, VMX_E_VMCLEAR_VMXON},
    {"VMCLEAR outside", {VMCLEAR_AT}, 4, OFF, HYPER_OTHER, 0, HYPER_DATA, 0, UD},
    {"VMPTRLD", {VMPTRLD_AT}, 3, 0, HYPER_OTHER, 0, HYPER_DATA, 0, SUCCEEDS},
    {"VMPTRLD, no page", {VMPTRLD_AT}, 3, 0, HYPER_OTHER + 0x800, 0, HYPER_DATA, 0, VMX_E_VMPTRLD_ADDRESS},
    {"VMPTRLD of VMXON's", {VMPTRLD_AT}, 3, 0, HYPER_VMXON, 0, HYPER_DATA, 0, VMX_E_VMPTRLD_VMXON},
    {"VMPTRLD, no revision", {VMPTRLD_AT}, 3, 0, HYPER_BITMAP, 0, HYPER_DATA, 0, VMX_E_VMPTRLD_REVISION},
    {"VMPTRLD at ring 3", {VMPTRLD_AT}, 3, RING3, HYPER_OTHER, 0, HYPER_DATA, 0, GP},
    {"VMPTRST", {0x0f, 0xc7, 0x38}, 3, 0, 0, 0, HYPER_DATA, 0, SUCCEEDS},
    {"VMPTRST of a register", {0x0f, 0xc7, 0xf8}, 3, 0, 0, 0, 0, 0, UD},
    {"VMREAD", {0x0f, 0x78, 0xc8}, 3, 0, 0, 0, 0, 0x681e, SUCCEEDS},
    {"VMREAD of no field", {0x0f, 0x78, 0xc8}, 3, 0, 0, 0, 0, 0x6c20, VMX_E_COMPONENT},
    {"VMREAD of the high half of 32 bits", {0x0f, 0x78, 0xc8}, 3, 0, 0, 0, 0, 0x4401, VMX_E_COMPONENT},
    {"VMREAD with a bit above the encoding", {0x0f, 0x78, 0xc8}, 3, 0, 0, 0, 0, 0x1681e, VMX_E_COMPONENT},
    {"VMREAD, no VMCS", {0x0f, 0x78, 0xc8}, 3, NO_VMCS, 0, 0, 0, 0x681e, INVALID},
    {"VMREAD with a 66 prefix", {0x66, 0x0f, 0x78, 0xc8}, 4, 0, 0, 0, 0, 0x681e, UD},
    {"VMREAD at ring 3", {0x0f, 0x78, 0xc8}, 3, RING3, 0, 0, 0, 0x681e, GP},
    {"VMWRITE", {0x0f, 0x79, 0xc8}, 3, 0, 0, 0, 7, 0x681e, SUCCEEDS},
    {"VMWRITE of no field", {0x0f, 0x79, 0xc8}, 3, 0, 0, 0, 7, 0x2014, VMX_E_COMPONENT},
    {"VMWRITE of what is read only", {0x0f, 0x79, 0xc8}, 3, 0, 0, 0, 7, 0x4402, VMX_E_READ_ONLY},
    {"VMLAUNCH, no VMCS", {0x0f, 0x01, 0xc2}, 3, NO_VMCS, 0, 0, 0, 0, INVALID},
    {"VMLAUNCH twice", {0x0f, 0x01, 0xc2}, 3, LAUNCHED, 0, 0, 0, 0, VMX_E_VMLAUNCH_NOT_CLEAR},
    {"VMRESUME first", {0x0f, 0x01, 0xc3}, 3, 0, 0, 0, 0, 0, VMX_E_VMRESUME_NOT_LAUNCHED},
    {"VMLAUNCH behind MOV SS", {0x0f, 0x01, 0xc2}, 3, MOV_SS, 0, 0, 0, 0, VMX_E_ENTRY_MOV_SS},
    {"VMLAUNCH outside", {0x0f, 0x01, 0xc2}, 3, OFF, 0, 0, 0, 0, UD},
    {"VMLAUNCH at ring 3", {0x0f, 0x01, 0xc2}, 3, RING3, 0, 0, 0, 0, GP},
    {"INVEPT of one", {INVEPT_ECX}, 5, 0, EPTP_GOOD, 0, HYPER_DATA, 1, SUCCEEDS},
    {"INVEPT of all", {INVEPT_ECX}, 5, 0, 0, 0, HYPER_DATA, 2, SUCCEEDS},
    {"INVEPT of no type", {INVEPT_ECX}, 5, 0, EPTP_GOOD, 0, HYPER_DATA, 0, VMX_E_INV_OPERAND},
    {"INVEPT of a pointer that cannot be", {INVEPT_ECX}, 5, 0, HYPER_EPT, 0, HYPER_DATA, 1, VMX_E_INV_OPERAND},
    {"INVEPT, reserved half", {INVEPT_ECX}, 5, 0, EPTP_GOOD, 1, HYPER_DATA, 1, VMX_E_INV_OPERAND},
    {"INVVPID of an address", {INVVPID_ECX}, 5, 0, 1, 0x1000, HYPER_DATA, 0, SUCCEEDS},
    {"INVVPID of all", {INVVPID_ECX}, 5, 0, 0, 0, HYPER_DATA, 2, SUCCEEDS},
    {"INVVPID of VPID 0", {INVVPID_ECX}, 5, 0, 0, 0, HYPER_DATA, 1, VMX_E_INV_OPERAND},
    {"INVVPID, reserved bits", {INVVPID_ECX}, 5, 0, 0x10001, 0, HYPER_DATA, 3, VMX_E_INV_OPERAND},
    {"INVVPID of no type", {INVVPID_ECX}, 5, 0, 1, 0, HYPER_DATA, 4, VMX_E_INV_OPERAND},
    {"INVVPID at ring 3", {INVVPID_ECX}, 5, RING3, 1, 0, HYPER_DATA, 1, GP},
};
/* clang-format on */

static void prepare(struct machine *m, const struct refusal *k)
{
    struct cpu *c = &m->cpu;

    hyper_again(m);
    metal_write32(m, HYPER_DATA, (uint32_t)k->operand);
    metal_write32(m, HYPER_DATA + 4, (uint32_t)(k->operand >> 32));
    metal_write32(m, HYPER_DATA + 8, (uint32_t)k->more);
    metal_write32(m, HYPER_DATA + 12, 0);
    metal_ring(m, k->how & RING3 ? 3 : 0);
    if (k->how & OFF)
        c->vmx = (struct vmx){.vmcs = VMCS_NONE, .timer = CLOCK_NEVER};
    if (k->how & NO_VMXE)
        c->cr4 = 0;
    if (k->how & NO_NE)
        c->cr0 &= ~CR0_NE;
    if (k->how & NO_VMCS)
        c->vmx.vmcs = VMCS_NONE;
    if (k->how & LAUNCHED)
        metal_write32(m, HYPER_VMCS + VMCS_LAUNCHED_AT, 1);
    c->shadow = k->how & MOV_SS ? SHADOW_SS : 0;
    machine_a20(m, !(k->how & NO_A20));
    cpu_set_eflags(c, FL_1 | FL_STATUS);
    c->r[EAX] = k->eax;
    c->r[ECX] = k->ecx;
}

static unsigned result_of(struct machine *m, const struct refusal *k)
{
    uint32_t flags = cpu_eflags(&m->cpu) & FL_STATUS;

    if (m->cpu.eip != METAL_CODE + k->size)
        return m->last_vector == VEC_UD ? UD : GP;
    if (flags == FL_CF)
        return INVALID;
    return flags == FL_ZF ? (unsigned)hyper_get(m, VMCS_INSTRUCTION_ERROR) : flags ? 99 : SUCCEEDS;
}

Test(vmx_insn, each_error_has_a_cause)
{
    static bool seen[VMX_ERRORS];
    struct machine *m = hyper_create();
    unsigned errors = 0;

    for (unsigned n = 0; n < sizeof refusals / sizeof *refusals; n++) {
        const struct refusal *k = &refusals[n];
        unsigned got;

        prepare(m, k);
        hyper_host(m, k->code, k->size);
        got = result_of(m, k);
        cr_expect_eq(got, k->result, "%s: %u", k->what, got);
        if (k->result < VMX_ERRORS)
            seen[k->result] = true;
    }
    seen[VMX_E_ENTRY_CONTROLS] = seen[VMX_E_ENTRY_HOST] = true; /* vmx_check_test.c */
    for (unsigned e = 0; e < VMX_ERRORS; e++) {
        cr_expect(!vmx_error_doc[e] || seen[e], "nothing fails with error %u", e);
        errors += vmx_error_doc[e] && seen[e];
    }
    printf("judge: VMX instructions: %u errors, %u cases\n", errors, (unsigned)(sizeof refusals / sizeof *refusals));
    metal_destroy(m);
}

static void vm_write(struct machine *m, uint32_t encoding, uint32_t v)
{
    static const uint8_t code[] = {0x0f, 0x79, 0xc8};

    metal_ring(m, 0);
    m->cpu.r[EAX] = v;
    m->cpu.r[ECX] = encoding;
    hyper_host(m, code, sizeof code);
}

static uint32_t vm_read(struct machine *m, uint32_t encoding)
{
    static const uint8_t code[] = {0x0f, 0x78, 0xc8};

    metal_ring(m, 0);
    m->cpu.r[EAX] = 0xdeadbeef;
    m->cpu.r[ECX] = encoding;
    hyper_host(m, code, sizeof code);
    return m->cpu.r[EAX];
}

/* Every field through the instructions: its width, both halves of 64 bits, and no other field. */
Test(vmx_insn, fields_by_vmread_and_vmwrite)
{
    struct machine *m = hyper_create();

    for (unsigned i = 0; i < VMCS_FIELDS; i++) {
        const struct vmcs_info *f = &vmcs_info[i];

        if (f->group == VMCS_INFO)
            continue;
        vm_write(m, f->encoding, 0xa5a50000 + i);
        cr_expect_eq(vm_read(m, f->encoding), f->size == 2 ? i : 0xa5a50000 + i, "%s", f->name);
        if (f->size != 8)
            continue;
        vm_write(m, f->encoding | 1, 0x5a5a0000 + i);
        cr_expect_eq(vm_read(m, f->encoding | 1), 0x5a5a0000 + i, "%s", f->name);
        cr_expect_eq(vm_read(m, f->encoding), 0xa5a50000 + i, "%s: the low half stays", f->name);
        vm_write(m, f->encoding, 1);
        cr_expect_eq(vm_read(m, f->encoding | 1), 0, "%s: a full access clears the high half", f->name);
    }
    metal_destroy(m);
}

/* What is current, active and launched. */
Test(vmx_insn, pointers)
{
    static const uint8_t clear[] = {VMCLEAR_AT}, load[] = {VMPTRLD_AT}, store[] = {0x0f, 0xc7, 0x38};
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    metal_write32(m, HYPER_DATA, HYPER_VMCS);
    metal_write32(m, HYPER_DATA + 4, 0);
    metal_write32(m, HYPER_VMCS + VMCS_LAUNCHED_AT, 1);
    c->r[EAX] = HYPER_DATA;
    hyper_host(m, clear, sizeof clear);
    cr_expect_eq(c->vmx.vmcs, VMCS_NONE, "a current VMCS that is cleared is no longer current");
    cr_expect_eq(metal_read32(m, HYPER_VMCS + VMCS_LAUNCHED_AT), 0);
    metal_ring(m, 0);
    hyper_host(m, store, sizeof store);
    cr_expect_eq(metal_read32(m, HYPER_DATA), UINT32_MAX);
    cr_expect_eq(metal_read32(m, HYPER_DATA + 4), UINT32_MAX);
    metal_write32(m, HYPER_DATA, HYPER_OTHER);
    metal_write32(m, HYPER_DATA + 4, 0);
    metal_ring(m, 0);
    hyper_host(m, load, sizeof load);
    cr_expect_eq(c->vmx.vmcs, HYPER_OTHER);
    metal_destroy(m);
}

/* Without a current VMCS nothing is read: the operand is in no page (30.3, VMWRITE). */
Test(vmx_insn, vmwrite_looks_for_a_vmcs_first)
{
    static const uint8_t code[] = {0x0f, 0x79, 0x03}; /* vmwrite eax, [ebx] */
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    c->vmx.vmcs = VMCS_NONE;
    c->r[EBX] = 0xc0000000;
    hyper_host(m, code, sizeof code);
    cr_expect_eq(cpu_eflags(c) & FL_STATUS, FL_CF);
    cr_expect_eq(c->eip, METAL_CODE + sizeof code);
    metal_destroy(m);
}

/* Capabilities are what is checked, and cannot be written (appendix A). */
Test(vmx_insn, capabilities)
{
    static const struct {
        uint32_t number;
        uint64_t v;
    } row[] = {{0x3a, 5},
               {0x480, 0x00d9100052690001},
               {0x486, 0x80000021},
               {0x487, 0xffffffff},
               {0x488, 0x2000},
               {0x48d, (uint64_t)PIN_MAY << 32 | 0x16},
               {0x482, (uint64_t)PROC_MAY << 32 | 0x0401e172},
               {0x483, (uint64_t)EXIT_MAY << 32 | 0x36dff},
               {0x484, (uint64_t)ENTRY_MAY << 32 | 0x11ff}};
    struct machine *m = hyper_create();
    uint64_t v;

    for (unsigned n = 0; n < sizeof row / sizeof *row; n++) {
        cr_expect(msr_read(&m->cpu, row[n].number, &v));
        cr_expect_eq(v, row[n].v, "MSR %x: %llx", row[n].number, (unsigned long long)v);
        cr_expect_not(msr_write(&m->cpu, row[n].number, v), "MSR %x is read only", row[n].number);
    }
    cr_expect_not(msr_read(&m->cpu, 0x491, &v), "there are no VM functions");
    metal_destroy(m);
}
