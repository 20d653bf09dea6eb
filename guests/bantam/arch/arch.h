/* SPDX-License-Identifier: MIT */
/*
 * All that Bantam wants of the machine below it. Nothing outside arch/ contains inline assembly, touches a port, a control
 * register, a descriptor table or the format of a page-table entry. arch/native/ is the implementation for a PC; one for a
 * monitor whose guests know of it (pv) fits behind the same calls, which is why page tables are edited in batches and the
 * kernel never asks in which ring it runs.
 */
#ifndef BANTAM_ARCH_H
#define BANTAM_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/bantam/include/abi.h"

enum { PAGE = 4096 };

/* -- start -- */
struct arch_boot {
    uint32_t free_from, free_to; /* physical memory that nobody uses yet, whole pages */
    char command_line[256];
};
/* The kernel's first function: interrupts are off, the kernel's half of the address space is mapped. */
void kernel_main(const struct arch_boot *boot);
/* Ends the machine where it can be told to, with a status; else it stands still. */
_Noreturn void arch_power_off(uint8_t status);
_Noreturn void arch_halt(void);

/* -- memory: physical pages are seen through a window above KERNEL_BASE -- */
#define KERNEL_BASE 0xc0000000u
#define WINDOW_BYTES 0x30000000u /* RAM beyond this is not used */
static inline void *arch_window(uint32_t physical)
{
    return (void *)(physical + KERNEL_BASE);
}
static inline uint32_t arch_physical(const void *window)
{
    return (uint32_t)window - KERNEL_BASE;
}

/*
 * Address spaces. The lower part is a process's own, the kernel's part is the same in all. Edits may be seen by the
 * processor at once or late; arch_commit() is when they are.
 */
typedef uint32_t arch_space_t;
/* `SHARED` is the kernel's own mark (copy on write): the hardware ignores it. */
enum { MAP_WRITE = 1, MAP_SHARED = 2 };
struct arch_mapping {
    uint32_t page; /* physical address */
    unsigned rights;
};
int arch_space_new(arch_space_t *s);  /* 0 or E_NOMEM */
void arch_space_free(arch_space_t s); /* its tables; the pages they map are the caller's. Not the one in use */
void arch_space_use(arch_space_t s);  /* 0: the kernel's part alone */
int arch_map(arch_space_t s, uint32_t at, uint32_t page, unsigned rights); /* 0 or E_NOMEM; replaces what is there */
void arch_unmap(arch_space_t s, uint32_t at);
bool arch_lookup(arch_space_t s, uint32_t at, struct arch_mapping *m);
/* Calls for each page that is mapped in [from, to); the callee may unmap or map that page anew. Stops at the first result not 0. */
int arch_each(arch_space_t s, uint32_t from, uint32_t to,
              int (*visit)(void *ctx, uint32_t at, const struct arch_mapping *m), void *ctx);
void arch_commit(void);

/* -- threads of the kernel, one a process -- */
enum { STACK_SLOTS = 128 };
struct arch_context; /* where a thread stands that does not run: on its stack */
struct arch_frame;   /* the user's registers, at the top of its stack while it is in the kernel */
/* Stack number `slot`, with an unmapped page below it: its end. NULL: no memory. */
void *arch_stack_new(unsigned slot);
void arch_stack_free(unsigned slot);
void arch_switch(struct arch_context **from, struct arch_context *to, void *stack_end);
/* A thread whose first switch leads into user mode. */
struct arch_context *arch_thread_at(void *stack_end, uint32_t entry, uint32_t user_stack);
/* The same with the registers of `frame`, but for the result of its system call, which is 0. */
struct arch_context *arch_thread_like(void *stack_end, const struct arch_frame *frame);
void arch_start_over(struct arch_frame *frame, uint32_t entry, uint32_t user_stack);

/* -- traps: what the kernel is called for -- */
struct arch_fault {
    unsigned vector;
    uint32_t error, at; /* at: the address of a page fault */
    uint32_t eip;
    bool user;
    bool page, write, present; /* a page fault, and what it was */
};
const char *arch_fault_name(unsigned vector);
void arch_print_registers(const struct arch_frame *frame);
void kernel_fault(struct arch_frame *frame, const struct arch_fault *f);
int kernel_call(struct arch_frame *frame, unsigned number, const uint32_t argument[5]); /* interrupts on */
void kernel_leave(void); /* before user mode is entered again; interrupts off */

/* -- interrupts -- */
bool arch_irq_enabled(void);
uint32_t arch_irq_save(void); /* off; what arch_irq_restore() is to be told */
void arch_irq_restore(uint32_t saved);
void arch_irq_on(void);
/* With interrupts off: waits for one, lets its handler run, comes back with interrupts off. */
void arch_idle(void);
void arch_irq_attach(unsigned line, void (*handler)(void)); /* and unmasks it */
/* Calls `tick` HZ times a second. */
void arch_timer_start(void (*tick)(void));
uint64_t arch_cycles(void);

/* -- ports, for drivers -- */
uint8_t arch_in8(uint16_t port);
void arch_out8(uint16_t port, uint8_t value);
void arch_in16s(uint16_t port, void *to, unsigned words);
void arch_out16s(uint16_t port, const void *from, unsigned words);

/* -- backtraces: calls for where `frame` was trapped (NULL: none), then for each call that led there, innermost first -- */
void arch_backtrace(const struct arch_frame *frame, void (*visit)(uint32_t address));

#endif
