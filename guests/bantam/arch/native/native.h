/* SPDX-License-Identifier: MIT */
/* What the files of arch/native/ share. Nobody else includes it. */
#ifndef BANTAM_NATIVE_H
#define BANTAM_NATIVE_H

#include "guests/bantam/arch/arch.h"

/*
 * A trap's frame, from its lowest address: pushed by entry.asm, and above `error` by the processor (SDM Vol. 3, figure 6-4).
 * The last two are there only when the trap came from user mode.
 */
struct arch_frame {
    uint32_t edi, esi, ebp, esp_unused, ebx, edx, ecx, eax;
    uint32_t gs, fs, es, ds;
    uint32_t vector, error;
    uint32_t eip, cs, eflags;
    uint32_t esp, ss;
};

/* Selectors of descriptors.c. */
enum { KERNEL_CS = 0x08, KERNEL_DS = 0x10, USER_CS = 0x1b, USER_DS = 0x23, TASK = 0x28 };

/* EFLAGS. */
enum { FLAG_ALWAYS = 1 << 1, FLAG_IF = 1 << 9 };

/* Vectors: 0 to 31 are the processor's, then the two 8259s' lines. */
enum { VECTOR_PAGE_FAULT = 14, VECTOR_IRQ = 0x20, IRQ_LINES = 16 };

void native_descriptors(void);
void native_interrupts(void);
/* Calls the handler of a line. */
void native_irq(unsigned line);
/* The kernel's part of all address spaces: the window onto RAM up to `end`, and room for stacks. Takes pages from *free. */
void native_paging(uint32_t *free, uint32_t end);
void native_set_stack(void *end);
uint32_t native_fault_address(void);

/* What the kernel gives: a page, and back. */
uint32_t page_take(void);
void page_drop(uint32_t page);
/* The console's printf. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
