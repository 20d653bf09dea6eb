/* SPDX-License-Identifier: MIT */
/* VM exits: each reason of vmx_exit.def is caused, and what is told of it is looked at (SDM Vol. 3, chapter 27). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/ept.h"
#include "interp/fault.h"
#include "interp/segment.h"
#include "tests/support/hyper.h"

enum { CODE_MAX = 20, STEPS = 16, ANY = -1 };

/* What the table's columns cannot say. */
enum how {
    USER = 1 << 0,      /* the guest is at ring 3 */
    IF_SET = 1 << 1,    /* its interrupts are on */
    IRQ = 1 << 2,       /* an interrupt waits, with vector 0x55 */
    NMI_WAITS = 1 << 3, /* an NMI does */
    BITS = 1 << 4,      /* all bits of the I/O and MSR bitmaps are 1 */
    EPT_NONE = 1 << 5,  /* the page of HYPER_DATA is not mapped by EPT */
    EPT_BAD = 1 << 6,   /* it is misconfigured: writable and not readable */
    NO_IDT = 1 << 7,    /* its IDT is empty */
    GATE = 1 << 8,      /* vector 0x40 is a task gate to METAL_FREE, a TSS */
    TASK_LINK = 1 << 9, /* NT is set, the TSS links back to a busy one at METAL_FREE */
    OWNED = 1 << 10,    /* the host owns CR0.TS and MP, and CR4.PSE; the guest sees 0 */
    OWNED_TS = 1 << 11, /* the same, and the guest sees TS set */
};

struct causing {
    const char *what;
    uint8_t code[CODE_MAX];
    unsigned size;
    uint32_t pin, proc, proc2, exceptions;
    unsigned how;
    uint32_t reason, qualification;
    int length;    /* ANY: undefined */
    uint32_t at;   /* the saved EIP, from HYPER_GUEST */
    uint32_t info; /* interruption information, or instruction information of exits by instruction; 0: not looked at */
};

#define INTR(type, vector) (INTR_VALID | (uint32_t)(type) << INTR_TYPE_SHIFT | (vector))

/* clang-format off */
static const struct causing causing[] = {
    /* exceptions */
    {"ud2", {0x0f, 0x0b}, 2, 0, 0, 0, 1 << VEC_UD, 0, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_UD)},
    {"a null selector's use", {0x31, 0xc0, 0x8e, 0xd8, 0xa0, 0, 0, 0, 0}, 9, 0, 0, 0, 1 << VEC_GP, 0, VMX_EXCEPTION, 0, ANY, 4, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"a page fault", {0xa1, 0x04, 0, 0x80, 0}, 5, 0, 0, 0, 1 << VEC_PF, 0, VMX_EXCEPTION, 0x800004, ANY, 0, INTR(INTR_FAULT, VEC_PF) | INTR_ERROR},
    {"int3", {0xcc}, 1, 0, 0, 0, 1 << VEC_BP, 0, VMX_EXCEPTION, 0, 1, 0, INTR(INTR_TRAP, VEC_BP)},
    {"into", {0xb0, 0x7f, 0x04, 0x01, 0xce}, 5, 0, 0, 0, 1 << VEC_OF, 0, VMX_EXCEPTION, 0, 1, 4, INTR(INTR_TRAP, VEC_OF)},
    {"int1", {0xf1}, 1, 0, 0, 0, 1 << VEC_DB, 0, VMX_EXCEPTION, 0, 1, 0, INTR(INTR_PRIVILEGED, VEC_DB)},
    {"an NMI", {0x90}, 1, PIN_NMI, 0, 0, 0, NMI_WAITS, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_NMI, VEC_NMI)},
    {"an interrupt, IF clear", {0x90}, 1, PIN_INTERRUPT, 0, 0, 0, IRQ, VMX_INTERRUPT, 0, ANY, 0, INTR(INTR_EXTERNAL, 0x55)},
    {"a triple fault", {0x0f, 0x0b}, 2, 0, 0, 0, 0, NO_IDT, VMX_TRIPLE_FAULT, 0, ANY, 0, 0},
    {"a double fault", {0x0f, 0x0b}, 2, 0, 0, 0, 1 << VEC_DF, NO_IDT, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_DF) | INTR_ERROR},
    {"the interrupt window", {0x90, 0xfb, 0x90, 0x90}, 4, 0, PROC_INTR_WINDOW, 0, 0, 0, VMX_INTR_WINDOW, 0, ANY, 3, 0},
    {"the interrupt window, open", {0x90}, 1, 0, PROC_INTR_WINDOW, 0, 0, IF_SET, VMX_INTR_WINDOW, 0, ANY, 0, 0},
    {"the NMI window", {0x90}, 1, PIN_NMI | PIN_VIRTUAL_NMI, PROC_NMI_WINDOW, 0, 0, 0, VMX_NMI_WINDOW, 0, ANY, 0, 0},
    /* task switches */
    {"jmp to a TSS", {0xea, 0, 0, 0, 0, METAL_FREE, 0}, 7, 0, 0, 0, 0, GATE, VMX_TASK_SWITCH, METAL_FREE | 2u << 30, 7, 0, 0},
    {"call of a TSS", {0x9a, 0, 0, 0, 0, METAL_FREE, 0}, 7, 0, 0, 0, 0, GATE, VMX_TASK_SWITCH, METAL_FREE, 7, 0, 0},
    {"int through a task gate", {0xcd, 0x40}, 2, 0, 0, 0, 0, GATE, VMX_TASK_SWITCH, METAL_FREE | 3u << 30, 2, 0, 0},
    {"iret from a nested task", {0xcf}, 1, 0, 0, 0, 0, TASK_LINK, VMX_TASK_SWITCH, METAL_FREE | 1u << 30, 1, 0, 0},
    /* instructions, with no control or with theirs */
    {"cpuid", {0x0f, 0xa2}, 2, 0, 0, 0, 0, 0, VMX_CPUID, 0, 2, 0, 0},
    {"cpuid at ring 3", {0x0f, 0xa2}, 2, 0, 0, 0, 0, USER, VMX_CPUID, 0, 2, 0, 0},
    {"hlt", {0xf4}, 1, 0, PROC_HLT, 0, 0, 0, VMX_HLT, 0, 1, 0, 0},
    {"invd", {0x0f, 0x08}, 2, 0, 0, 0, 0, 0, VMX_INVD, 0, 2, 0, 0},
    {"wbinvd", {0x0f, 0x09}, 2, 0, 0, PROC2_WBINVD, 0, 0, VMX_WBINVD, 0, 2, 0, 0},
    {"invlpg", {0x0f, 0x01, 0x3d, 0x78, 0x56, 0x34, 0x12}, 7, 0, PROC_INVLPG, 0, 0, 0, VMX_INVLPG, 0x12345678, 7, 0, 0},
    {"rdpmc", {0x0f, 0x33}, 2, 0, PROC_RDPMC, 0, 0, 0, VMX_RDPMC, 0, 2, 0, 0},
    {"rdtsc", {0x0f, 0x31}, 2, 0, PROC_RDTSC, 0, 0, 0, VMX_RDTSC, 0, 2, 0, 0},
    {"rdtsc at ring 3", {0x0f, 0x31}, 2, 0, PROC_RDTSC, 0, 0, USER, VMX_RDTSC, 0, 2, 0, 0},
    {"pause", {0xf3, 0x90}, 2, 0, PROC_PAUSE, 0, 0, 0, VMX_PAUSE, 0, 2, 0, 0},
    {"vmcall", {0x0f, 0x01, 0xc1}, 3, 0, 0, 0, 0, 0, VMX_VMCALL, 0, 3, 0, 0},
    {"vmcall at ring 3", {0x0f, 0x01, 0xc1}, 3, 0, 0, 0, 0, USER, VMX_VMCALL, 0, 3, 0, 0},
    {"vmlaunch", {0x0f, 0x01, 0xc2}, 3, 0, 0, 0, 0, 0, VMX_VMLAUNCH, 0, 3, 0, 0},
    {"vmresume", {0x0f, 0x01, 0xc3}, 3, 0, 0, 0, 0, 0, VMX_VMRESUME, 0, 3, 0, 0},
    {"vmxoff", {0x0f, 0x01, 0xc4}, 3, 0, 0, 0, 0, 0, VMX_VMXOFF, 0, 3, 0, 0},
    {"vmclear [ebx+esi*4-16]", {0x66, 0x0f, 0xc7, 0x74, 0xb3, 0xf0}, 6, 0, 0, 0, 0, 0, VMX_VMCLEAR, 0xfffffff0, 6, 0, 2 | 1 << 7 | DS << 15 | ESI << 18 | EBX << 23},
    {"vmptrld [ss:0x1234]", {0x36, 0x0f, 0xc7, 0x35, 0x34, 0x12, 0, 0}, 8, 0, 0, 0, 0, 0, VMX_VMPTRLD, 0x1234, 8, 0, 1 << 7 | SS << 15 | 1 << 22 | 1 << 27},
    {"vmptrst [bp-2], 16-bit", {0x67, 0x0f, 0xc7, 0x7e, 0xfe}, 5, 0, 0, 0, 0, 0, VMX_VMPTRST, 0xfffffffe, 5, 0, SS << 15 | 1 << 22 | EBP << 23},
    {"vmxon [eax]", {0xf3, 0x0f, 0xc7, 0x30}, 4, 0, 0, 0, 0, 0, VMX_VMXON, 0, 4, 0, 1 << 7 | DS << 15 | 1 << 22 | EAX << 23},
    {"vmread edx, ecx", {0x0f, 0x78, 0xca}, 3, 0, 0, 0, 0, 0, VMX_VMREAD, 0, 3, 0, EDX << 3 | 1 << 10 | ECX << 28},
    {"vmread [edi], ebx", {0x0f, 0x78, 0x1f}, 3, 0, 0, 0, 0, 0, VMX_VMREAD, 0, 3, 0, 1 << 7 | DS << 15 | 1 << 22 | EDI << 23 | EBX << 28},
    {"vmwrite esi, edi", {0x0f, 0x79, 0xf7}, 3, 0, 0, 0, 0, 0, VMX_VMWRITE, 0, 3, 0, EDI << 3 | 1 << 10 | ESI << 28},
    {"invept ebx, [eax]", {0x66, 0x0f, 0x38, 0x80, 0x18}, 5, 0, 0, 0, 0, 0, VMX_INVEPT, 0, 5, 0, 1 << 7 | DS << 15 | 1 << 22 | EAX << 23 | EBX << 28},
    {"invvpid ecx, [eax]", {0x66, 0x0f, 0x38, 0x81, 0x08}, 5, 0, 0, 0, 0, 0, VMX_INVVPID, 0, 5, 0, 1 << 7 | DS << 15 | 1 << 22 | EAX << 23 | ECX << 28},
    /* control and debug registers */
    {"mov cr0, ecx", {0x89, 0xc1, 0x83, 0xc9, 0x08, 0x0f, 0x22, 0xc1}, 8, 0, 0, 0, 0, OWNED, VMX_CR, ECX << 8, 3, 5, 0},
    {"mov cr4, edx", {0xba, 0x10, 0x20, 0, 0, 0x0f, 0x22, 0xe2}, 8, 0, 0, 0, 0, OWNED, VMX_CR, 4 | EDX << 8, 3, 5, 0},
    {"mov cr3, ebx", {0x0f, 0x22, 0xdb}, 3, 0, PROC_CR3_LOAD, 0, 0, 0, VMX_CR, 3 | EBX << 8, 3, 0, 0},
    {"mov esi, cr3", {0x0f, 0x20, 0xde}, 3, 0, PROC_CR3_STORE, 0, 0, 0, VMX_CR, 3 | 1 << 4 | ESI << 8, 3, 0, 0},
    {"clts", {0x0f, 0x06}, 2, 0, 0, 0, 0, OWNED_TS, VMX_CR, 2 << 4, 2, 0, 0},
    {"lmsw ax", {0xb8, 0x0b, 0, 0, 0, 0x0f, 0x01, 0xf0}, 8, 0, 0, 0, 0, OWNED, VMX_CR, 3 << 4 | 0xb << 16, 3, 5, 0},
    {"lmsw [HYPER_DATA]", {0x0f, 0x01, 0x35, 0, 0x40, 0x06, 0}, 7, 0, 0, 0, 0, OWNED, VMX_CR, 3 << 4 | 1 << 6 | 0xau << 16, 7, 0, 0},
    {"mov dr3, ecx", {0x0f, 0x23, 0xd9}, 3, 0, PROC_DR, 0, 0, 0, VMX_DR, 3 | ECX << 8, 3, 0, 0},
    {"mov edx, dr7", {0x0f, 0x21, 0xfa}, 3, 0, PROC_DR, 0, 0, 0, VMX_DR, 7 | 1 << 4 | EDX << 8, 3, 0, 0},
    {"mov dr0, eax at ring 3", {0x0f, 0x23, 0xc0}, 3, 0, PROC_DR, 0, 0, USER, VMX_DR, 0, 3, 0, 0},
    /* ports and MSRs */
    {"in al, 0x60", {0xe4, 0x60}, 2, 0, PROC_IO, 0, 0, 0, VMX_IO, 0 | 1 << 3 | 1 << 6 | 0x60 << 16, 2, 0, 0},
    {"out dx, eax", {0x66, 0xba, 0xf8, 0x0c, 0xef}, 5, 0, PROC_IO, 0, 0, 0, VMX_IO, 3 | 0xcf8 << 16, 1, 4, 0},
    {"out dx, ax, by bitmap", {0x66, 0xba, 0, 0x80, 0x66, 0xef}, 6, 0, PROC_IO_BITMAPS, 0, 0, BITS, VMX_IO, 1 | 0x8000u << 16, 2, 4, 0},
    {"in eax, dx, that wraps", {0x66, 0xba, 0xfe, 0xff, 0xed}, 5, 0, PROC_IO_BITMAPS, 0, 0, 0, VMX_IO, 3 | 1 << 3 | 0xfffeu << 16, 1, 4, 0},
    {"rep outsb", {0x66, 0xba, 0x78, 0x03, 0x41, 0xf3, 0x6e}, 7, 0, PROC_IO, 0, 0, 0, VMX_IO, 1 << 4 | 1 << 5 | 0x378 << 16, 2, 5, 1 << 7 | DS << 15},
    {"insw", {0x66, 0xba, 0xf0, 0x01, 0x66, 0x6d}, 6, 0, PROC_IO, 0, 0, 0, VMX_IO, 1 | 1 << 3 | 1 << 4 | 0x1f0 << 16, 2, 4, 1 << 7},
    {"rdmsr", {0x0f, 0x32}, 2, 0, 0, 0, 0, 0, VMX_RDMSR, 0, 2, 0, 0},
    {"wrmsr", {0x0f, 0x30}, 2, 0, 0, 0, 0, 0, VMX_WRMSR, 0, 2, 0, 0},
    {"rdmsr, by bitmap", {0xb9, 0x10, 0, 0, 0, 0x0f, 0x32}, 7, 0, PROC_MSR_BITMAPS, 0, 0, BITS, VMX_RDMSR, 0, 2, 5, 0},
    {"wrmsr outside the bitmaps", {0xb9, 0, 0, 0, 0x40, 0x0f, 0x30}, 7, 0, PROC_MSR_BITMAPS, 0, 0, 0, VMX_WRMSR, 0, 2, 5, 0},
    /* descriptor tables */
    {"sgdt [0x1000]", {0x0f, 0x01, 0x05, 0, 0x10, 0, 0}, 7, 0, 0, PROC2_TABLES, 0, 0, VMX_GDTR_IDTR, 0x1000, 7, 0, 1 << 7 | 1 << 11 | DS << 15 | 1 << 22 | 1 << 27 | 0 << 28},
    {"sidt [eax], ring 3", {0x0f, 0x01, 0x08}, 3, 0, 0, PROC2_TABLES, 0, USER, VMX_GDTR_IDTR, 0, 3, 0, 1 << 7 | 1 << 11 | DS << 15 | 1 << 22 | 1 << 28},
    {"lgdt [eax]", {0x0f, 0x01, 0x10}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_GDTR_IDTR, 0, 3, 0, 1 << 7 | 1 << 11 | DS << 15 | 1 << 22 | 2 << 28},
    {"lidt [eax]", {0x0f, 0x01, 0x18}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_GDTR_IDTR, 0, 3, 0, 1 << 7 | 1 << 11 | DS << 15 | 1 << 22 | 3 << 28},
    {"sldt ecx", {0x0f, 0x00, 0xc1}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_LDTR_TR, 0, 3, 0, ECX << 3 | 1 << 10 | 0 << 28},
    {"str [eax]", {0x0f, 0x00, 0x08}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_LDTR_TR, 0, 3, 0, 1 << 7 | DS << 15 | 1 << 22 | 1 << 28},
    {"lldt dx", {0x0f, 0x00, 0xd2}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_LDTR_TR, 0, 3, 0, EDX << 3 | 1 << 10 | 2 << 28},
    {"ltr [eax]", {0x0f, 0x00, 0x18}, 3, 0, 0, PROC2_TABLES, 0, 0, VMX_LDTR_TR, 0, 3, 0, 1 << 7 | DS << 15 | 1 << 22 | 3 << 28},
    /* between instructions */
    {"monitor trap flag", {0x90, 0x90}, 2, 0, PROC_MTF, 0, 0, 0, VMX_MTF, 0, ANY, 1, 0},
    {"the timer, at once", {0x90}, 1, PIN_TIMER, 0, 0, 0, 0, VMX_TIMER, 0, ANY, 0, 0},
    /* EPT: a write, of a page with no rights, whose linear address is known */
    {"an EPT violation", {0xa3, 0x08, 0x40, 0x06, 0}, 5, 0, 0, PROC2_EPT, 0, EPT_NONE, VMX_EPT_VIOLATION, EPT_W | EPT_QUAL_LINEAR | EPT_QUAL_PAGE, ANY, 0, 0},
    {"an EPT misconfiguration", {0xa1, 0x08, 0x40, 0x06, 0}, 5, 0, 0, PROC2_EPT, 0, EPT_BAD, VMX_EPT_MISCONFIG, 0, ANY, 0, 0},
};
/* clang-format on */
enum { CAUSING = sizeof causing / sizeof *causing };

static void tables(struct machine *m, unsigned how)
{
    static const uint32_t bad = EPT_W;
    uint64_t entry = how & (EPT_NONE | EPT_BAD) ? hyper_ept(m, HYPER_DATA >> PAGE_SHIFT) : 0;

    for (uint32_t at = 0; at < 2 * PAGE_SIZE; at += 4)
        metal_write32(m, HYPER_BITMAP + at, how & BITS ? UINT32_MAX : 0);
    if (how & (EPT_NONE | EPT_BAD))
        metal_write32(m, (uint32_t)entry, how & EPT_BAD ? HYPER_DATA | bad : 0);
    metal_desc(m, METAL_FREE, 0x30000067, how & TASK_LINK ? 0x00008b00 : 0x00008900);
    metal_gate(m, 0x40, METAL_FREE, 0, how & GATE ? 0x85 : 0x8e);
    metal_write32(m, METAL_TSS, how & TASK_LINK ? METAL_FREE : 0);
    metal_write32(m, HYPER_DATA, 0x0000000a);
}

static void prepare(struct machine *m, const struct causing *k)
{
    hyper_again(m);
    tables(m, k->how);
    hyper_set(m, VMCS_EXIT_CONTROLS, EXIT_MUST | EXIT_SAVE_DEBUG | EXIT_ACK);
    hyper_or(m, VMCS_PIN_CONTROLS, k->pin);
    hyper_or(m, VMCS_PROC_CONTROLS, k->proc | (k->proc2 ? PROC_SECONDARY : 0));
    hyper_or(m, VMCS_PROC2_CONTROLS, k->proc2);
    hyper_set(m, VMCS_EXCEPTION_BITMAP, k->exceptions);
    if (k->how & USER)
        hyper_user(m);
    if (k->how & IF_SET)
        hyper_or(m, VMCS_GUEST_EFLAGS, FL_IF);
    if (k->how & TASK_LINK)
        hyper_or(m, VMCS_GUEST_EFLAGS, FL_NT);
    if (k->how & NO_IDT)
        hyper_set(m, VMCS_GUEST_IDTR_LIMIT, 0);
    if (k->how & (OWNED | OWNED_TS)) {
        hyper_set(m, VMCS_CR0_MASK, CR0_TS | CR0_MP);
        hyper_set(m, VMCS_CR0_SHADOW, k->how & OWNED_TS ? CR0_TS : 0);
        hyper_set(m, VMCS_CR4_MASK, CR4_PSE);
    }
    if (k->how & IRQ)
        machine_deadline(m, machine_now(m), 0x55);
    m->cpu.nmi = m->cpu.nmi_blocked = k->how & NMI_WAITS; /* blocked for the host, which has just had one */
    m->cpu.cr2 = 0xdead;
}

/* The registers that memory operands name: in front of each case they are 0 but for what points into RAM. */
static void registers(struct machine *m)
{
    struct cpu *c = &m->cpu;

    for (unsigned r = 0; r < 8; r++)
        if (r != ESP)
            c->r[r] = r == ESI || r == EDI ? HYPER_DATA : 0;
}

static bool of_instruction(const struct causing *k)
{
    return k->reason != VMX_EXCEPTION && k->reason != VMX_INTERRUPT;
}

static void told(struct machine *m, const struct causing *k)
{
    enum vmcs_field info = of_instruction(k) ? VMCS_EXIT_INSTRUCTION : VMCS_EXIT_INTR;

    cr_expect(hyper_at_host(m), "%s: the host has control", k->what);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_REASON), k->reason, "%s: reason %u", k->what,
                 (unsigned)hyper_get(m, VMCS_EXIT_REASON));
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), k->qualification, "%s: qualification %x", k->what,
                 (unsigned)hyper_get(m, VMCS_EXIT_QUALIFICATION));
    if (k->length != ANY)
        cr_expect_eq(hyper_get(m, VMCS_EXIT_LENGTH), (unsigned)k->length, "%s: length %u", k->what,
                     (unsigned)hyper_get(m, VMCS_EXIT_LENGTH));
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EIP), HYPER_GUEST + k->at, "%s: EIP %x", k->what,
                 (unsigned)hyper_get(m, VMCS_GUEST_EIP));
    if (k->info)
        cr_expect_eq(hyper_get(m, info), k->info, "%s: information %x", k->what, (unsigned)hyper_get(m, info));
    cr_expect_eq(m->cpu.cr2, 0xdead, "%s: CR2 stays", k->what);
}

Test(vmx_exit, each_reason_is_caused)
{
    static bool seen[VMX_REASONS];
    struct machine *m = hyper_create();
    unsigned reasons = 0;

    for (unsigned n = 0; n < CAUSING; n++) {
        prepare(m, &causing[n]);
        registers(m);
        hyper_run(m, causing[n].code, causing[n].size, STEPS);
        told(m, &causing[n]);
        seen[causing[n].reason] = true;
    }
    seen[VMX_GUEST_STATE] = seen[VMX_MSR_LOAD] = true; /* vmx_check_test.c; below */
    for (unsigned r = 0; r < VMX_REASONS; r++) {
        cr_expect(!vmx_reason_name[r] || seen[r], "nothing exits with reason %u, %s", r, vmx_reason_name[r]);
        reasons += vmx_reason_name[r] && seen[r];
    }
    printf("judge: VM exits: %u reasons, by %u cases\n", reasons, (unsigned)CAUSING);
    metal_destroy(m);
}

/* What must not exit: the fault comes first, or no control asks for it. Each ends with the guest's own HLT. */
/* clang-format off */
static const struct causing staying[] = {
    {"hlt at ring 3 is #GP", {0xf4}, 1, 0, PROC_HLT, 0, 1 << VEC_GP, USER, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"rdmsr at ring 3 is #GP", {0x0f, 0x32}, 2, 0, 0, 0, 1 << VEC_GP, USER, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"out at ring 3 is #GP", {0xe6, 0x80}, 2, 0, PROC_IO, 0, 1 << VEC_GP, USER, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"invlpg at ring 3 is #GP", {0x0f, 0x01, 0x38}, 3, 0, PROC_INVLPG, 0, 1 << VEC_GP, USER, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"lgdt at ring 3 is #GP", {0x0f, 0x01, 0x10}, 3, 0, 0, PROC2_TABLES, 1 << VEC_GP, USER, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"wrmsr of no MSR is #GP", {0xb9, 0x80, 0x1f, 0, 0, 0x0f, 0x30}, 7, 0, PROC_MSR_BITMAPS, 0, 1 << VEC_GP, 0, VMX_EXCEPTION, 0, ANY, 5, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"the escape is #UD", {0x0f, 0x04}, 2, 0, 0, 0, 1 << VEC_UD, 0, VMX_EXCEPTION, 0, ANY, 0, INTR(INTR_FAULT, VEC_UD)},
    {"clearing CR4.VMXE is #GP", {0x31, 0xc0, 0x0f, 0x22, 0xe0}, 5, 0, 0, 0, 1 << VEC_GP, 0, VMX_EXCEPTION, 0, ANY, 2, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"clearing CR0.NE is #GP", {0xb8, 0x11, 0, 0, 0x80, 0x0f, 0x22, 0xc0}, 8, 0, 0, 0, 1 << VEC_GP, 0, VMX_EXCEPTION, 0, ANY, 5, INTR(INTR_FAULT, VEC_GP) | INTR_ERROR},
    {"CR3 and its targets, then hlt", {0xb8, 0, 0x40, 0, 0, 0x0f, 0x22, 0xd8, 0xf4}, 9, 0, PROC_CR3_LOAD | PROC_HLT, 0, 0, 0, VMX_HLT, 0, 1, 8, 0},
    {"int3 without its bit, then hlt", {0xf4}, 1, 0, PROC_HLT, 0, 0, 0, VMX_HLT, 0, 1, 0, 0},
    {"ports without their bit, then hlt", {0xe6, 0x80, 0xf4}, 3, 0, PROC_HLT | PROC_IO | PROC_IO_BITMAPS, 0, 0, 0, VMX_HLT, 0, 1, 2, 0},
    {"an MSR without its bit, then hlt", {0xb9, 0x74, 0x01, 0, 0, 0x0f, 0x32, 0xf4}, 8, 0, PROC_HLT | PROC_MSR_BITMAPS, 0, 0, 0, VMX_HLT, 0, 1, 7, 0},
    {"clts of a bit that the guest sees clear, then hlt", {0x0f, 0x06, 0xf4}, 3, 0, PROC_HLT, 0, 0, OWNED, VMX_HLT, 0, 1, 2, 0},
    {"pause, wbinvd, sgdt, mov dr without controls, then hlt", {0xf3, 0x90, 0x0f, 0x09, 0x0f, 0x00, 0xc9, 0x0f, 0x21, 0xf8, 0xf4}, 11, 0, PROC_HLT, 0, 0, 0, VMX_HLT, 0, 1, 10, 0},
    {"an interrupt without control, IF clear, then hlt", {0x90, 0xf4}, 2, 0, PROC_HLT, 0, 0, IRQ, VMX_HLT, 0, 1, 1, 0},
};
/* clang-format on */

Test(vmx_exit, faults_come_first_and_the_rest_runs)
{
    struct machine *m = hyper_create();

    for (unsigned n = 0; n < sizeof staying / sizeof *staying; n++) {
        prepare(m, &staying[n]);
        hyper_set(m, VMCS_CR3_TARGET_COUNT, 2);
        hyper_set(m, VMCS_CR3_TARGET1, METAL_DIRECTORY);
        registers(m);
        hyper_run(m, staying[n].code, staying[n].size, STEPS);
        told(m, &staying[n]);
        machine_deadline(m, CLOCK_NEVER, 0);
        m->deadline_due = false;
    }
    metal_destroy(m);
}

/* Page faults exit by their error code too (24.6.3). */
Test(vmx_exit, page_faults_by_error_code)
{
    static const struct {
        uint32_t bitmap, mask, match;
        bool exits;
    } row[] = {{0, 0, 0, false},      {0, 0, 1, true},     {1, 0, 0, true},    {1, 0, 1, false},
               {1, PF_W, PF_W, true}, {1, PF_W, 0, false}, {0, PF_W, 0, true}, {1, PF_P | PF_W, PF_W, true},
               {1, PF_U, PF_U, false}};
    static const uint8_t store[] = {0xa3, 0, 0, 0x80, 0}; /* not present, a write, supervisor */
    struct machine *m = hyper_create();

    for (unsigned n = 0; n < sizeof row / sizeof *row; n++) {
        hyper_again(m);
        hyper_set(m, VMCS_EXCEPTION_BITMAP, row[n].bitmap << VEC_PF);
        hyper_set(m, VMCS_PFEC_MASK, row[n].mask);
        hyper_set(m, VMCS_PFEC_MATCH, row[n].match);
        m->cpu.cr2 = 0;
        hyper_run(m, store, sizeof store, 2);
        cr_expect_eq(!m->cpu.vmx.non_root, row[n].exits, "row %u", n);
        cr_expect_eq(m->cpu.cr2, row[n].exits ? 0 : 0x800000, "row %u: CR2", n);
    }
    metal_destroy(m);
}

/* 27.5: what the host finds. */
Test(vmx_exit, loads_the_host)
{
    static const uint8_t vmcall[] = {0x0f, 0x01, 0xc1};
    enum { FLAT = ATTR_G | ATTR_D | ATTR_P | ATTR_S | ATTR_RW | ATTR_ACCESSED };
    struct machine *m = hyper_create();
    struct cpu *c = &m->cpu;

    hyper_user(m);
    hyper_or(m, VMCS_GUEST_EFLAGS, FL_IF | FL_CF | FL_DF);
    hyper_set(m, VMCS_HOST_GS, METAL_DS0);
    hyper_set(m, VMCS_HOST_GS_BASE, 0x1234);
    hyper_set(m, VMCS_HOST_SYSENTER_EIP, 0x77);
    hyper_set(m, VMCS_GUEST_SYSENTER_EIP, 0x88);
    hyper_set(m, VMCS_GUEST_DR7, DR7_FIXED | 1);
    hyper_set(m, VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI);
    hyper_run(m, vmcall, sizeof vmcall, 1);
    cr_expect(hyper_at_host(m));
    cr_expect_eq(c->cpl, 0);
    cr_expect_eq(cpu_eflags(c), FL_1);
    cr_expect_eq(c->dr[7], DR7_FIXED);
    cr_expect_eq(c->seg[CS].attr, FLAT | ATTR_CODE);
    cr_expect_eq(c->seg[DS].attr, FLAT);
    cr_expect_eq(c->seg[FS].attr & ATTR_P, 0, "a null selector cannot be used");
    cr_expect_eq(c->seg[GS].base, 0x1234);
    cr_expect_eq(c->seg[TR].limit, 0x67);
    cr_expect_eq(c->seg[LDTR].attr & ATTR_P, 0);
    cr_expect_eq(c->gdtr.limit, 0xffff);
    cr_expect_eq(c->msr.sysenter_eip, 0x77);
    cr_expect(c->nmi_blocked, "NMIs stay blocked");
    cr_expect_eq(hyper_get(m, VMCS_GUEST_EFLAGS), FL_1 | FL_IF | FL_CF | FL_DF);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_SS_AR), 0xc0f3);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_FS_AR), AR_UNUSABLE);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_SYSENTER_EIP), 0x88);
    cr_expect_eq(hyper_get(m, VMCS_GUEST_DR7), DR7_FIXED | 1);
    cr_expect_eq(metal_read32(m, HYPER_VMCS + VMCS_LAUNCHED_AT), 1);
    metal_destroy(m);
}

static void list(struct machine *m, unsigned n, uint32_t number, uint32_t high, uint32_t low)
{
    metal_write32(m, HYPER_LIST + 16 * n, number);
    metal_write32(m, HYPER_LIST + 16 * n + 4, 0);
    metal_write32(m, HYPER_LIST + 16 * n + 8, low);
    metal_write32(m, HYPER_LIST + 16 * n + 12, high);
}

Test(vmx_exit, lists_of_msrs)
{
    static const uint8_t vmcall[] = {0x0f, 0x01, 0xc1};
    struct machine *m = hyper_create();

    /* entry loads two; the exit stores one and loads one */
    list(m, 0, 0x174, 0, 0x10);
    list(m, 1, 0x175, 0, 0x2000);
    list(m, 2, 0x175, 0, 0);
    list(m, 3, 0x176, 0, 0x99);
    hyper_set(m, VMCS_ENTRY_MSR_LOAD, HYPER_LIST);
    hyper_set(m, VMCS_ENTRY_MSR_LOAD_COUNT, 2);
    hyper_set(m, VMCS_EXIT_MSR_STORE, HYPER_LIST + 32);
    hyper_set(m, VMCS_EXIT_MSR_STORE_COUNT, 1);
    hyper_set(m, VMCS_EXIT_MSR_LOAD, HYPER_LIST + 48);
    hyper_set(m, VMCS_EXIT_MSR_LOAD_COUNT, 1);
    hyper_run(m, vmcall, sizeof vmcall, 1);
    cr_expect(hyper_at_host(m));
    cr_expect_eq(metal_read32(m, HYPER_LIST + 40), 0x2000, "stored");
    cr_expect_eq(m->cpu.msr.sysenter_eip, 0x99, "loaded");
    cr_expect_eq(hyper_get(m, VMCS_GUEST_SYSENTER_CS), 0x10);

    /* the second cannot be loaded */
    hyper_again(m);
    list(m, 1, 0x12345, 0, 0);
    hyper_set(m, VMCS_ENTRY_MSR_LOAD, HYPER_LIST);
    hyper_set(m, VMCS_ENTRY_MSR_LOAD_COUNT, 2);
    hyper_enter(m);
    cr_expect(hyper_at_host(m));
    cr_expect_eq(hyper_get(m, VMCS_EXIT_REASON), VMX_ENTRY_FAILED | VMX_MSR_LOAD);
    cr_expect_eq(hyper_get(m, VMCS_EXIT_QUALIFICATION), 2, "the second");
    metal_destroy(m);
}

/* 27.7: where the host's MSRs cannot be loaded, or the guest's stored, the processor gives up. */
Test(vmx_exit, aborts)
{
    static const uint8_t vmcall[] = {0x0f, 0x01, 0xc1};
    static const struct {
        enum vmcs_field list, count;
        uint32_t abort;
    } row[] = {{VMCS_EXIT_MSR_STORE, VMCS_EXIT_MSR_STORE_COUNT, 1}, {VMCS_EXIT_MSR_LOAD, VMCS_EXIT_MSR_LOAD_COUNT, 4}};
    struct machine *m = hyper_create();

    for (unsigned n = 0; n < 2; n++) {
        hyper_again(m);
        list(m, 0, 0x12345, 0, 0);
        hyper_set(m, row[n].list, HYPER_LIST);
        hyper_set(m, row[n].count, 1);
        hyper_run(m, vmcall, sizeof vmcall, 1);
        cr_expect_eq(m->cpu.activity, SHUTDOWN);
        cr_expect_eq(metal_read32(m, HYPER_VMCS + VMCS_ABORT_AT), row[n].abort);
    }
    metal_destroy(m);
}
