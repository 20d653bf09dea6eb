/* SPDX-License-Identifier: MIT */
/* A trap's frame becomes one of the kernel's three concerns: a fault, a system call, an interrupt. */
#include "guests/bantam/arch/native/native.h"

/* Bits of a page fault's error code (SDM Vol. 3, 4.7). */
enum { FAULT_PRESENT = 1, FAULT_WRITE = 2 };

const char *arch_fault_name(unsigned vector)
{
    static const char *const name[] = {
        "divide error",   "debug exception",    "NMI",          "breakpoint", "overflow",    "bound exceeded",
        "invalid opcode", "no coprocessor",     "double fault", "vector 9",   "invalid TSS", "no segment",
        "stack fault",    "general protection", "page fault",   "vector 15",  "x87 error",   "alignment",
        "machine check"};

    return vector < sizeof name / sizeof *name ? name[vector] : "unknown trap";
}

static bool from_user(const struct arch_frame *f)
{
    return (f->cs & 3) == 3;
}

static void fault(struct arch_frame *f)
{
    struct arch_fault k = {.vector = f->vector, .error = f->error, .eip = f->eip, .user = from_user(f)};

    if (f->vector == VECTOR_PAGE_FAULT) {
        k.page = true;
        k.at = native_fault_address(); /* before another fault can change it */
        k.write = f->error & FAULT_WRITE;
        k.present = f->error & FAULT_PRESENT;
    }
    if (k.user)
        arch_irq_on();
    kernel_fault(f, &k);
}

static void call(struct arch_frame *f)
{
    const uint32_t argument[5] = {f->ebx, f->ecx, f->edx, f->esi, f->edi};
    uint32_t number = f->eax;

    arch_irq_on();
    f->eax = (uint32_t)kernel_call(f, number, argument);
}

/* Called by entry.asm, interrupts off. What it leaves in the frame is what the interrupted code goes on with. */
void native_trap(struct arch_frame *f)
{
    if (f->vector == SYSCALL_VECTOR)
        call(f);
    else if (f->vector - VECTOR_IRQ < IRQ_LINES)
        native_irq(f->vector - VECTOR_IRQ);
    else
        fault(f);
    if (from_user(f)) {
        (void)arch_irq_save();
        kernel_leave();
    }
}

void arch_print_registers(const struct arch_frame *f)
{
    print("eax %08x  ebx %08x  ecx %08x  edx %08x\n", f->eax, f->ebx, f->ecx, f->edx);
    print("esi %08x  edi %08x  ebp %08x  eip %08x\n", f->esi, f->edi, f->ebp, f->eip);
    print("cs %04x  ds %04x  es %04x  eflags %08x  error %08x\n", f->cs & 0xffff, f->ds & 0xffff, f->es & 0xffff,
          f->eflags, f->error);
}
