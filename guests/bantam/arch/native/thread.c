/* SPDX-License-Identifier: MIT */
/* New threads: a stack that looks as if its thread had been switched away from, just before it returns to user mode. */
#include "guests/bantam/arch/native/native.h"

/* What arch_switch() pops. */
struct arch_context {
    uint32_t edi, esi, ebx, ebp, eip;
};

extern void leave_kernel(void);

static struct arch_frame *frame_of(void *stack_end)
{
    return (struct arch_frame *)stack_end - 1;
}

static struct arch_context *context_below(struct arch_frame *f)
{
    struct arch_context *c = (struct arch_context *)f - 1;

    *c = (struct arch_context){.eip = (uint32_t)leave_kernel};
    return c;
}

void arch_start_over(struct arch_frame *f, uint32_t entry, uint32_t user_stack)
{
    *f = (struct arch_frame){.gs = 0,
                             .es = USER_DS,
                             .ds = USER_DS,
                             .eip = entry,
                             .cs = USER_CS,
                             .eflags = FLAG_ALWAYS | FLAG_IF,
                             .esp = user_stack,
                             .ss = USER_DS};
}

struct arch_context *arch_thread_at(void *stack_end, uint32_t entry, uint32_t user_stack)
{
    arch_start_over(frame_of(stack_end), entry, user_stack);
    return context_below(frame_of(stack_end));
}

struct arch_context *arch_thread_like(void *stack_end, const struct arch_frame *frame)
{
    *frame_of(stack_end) = *frame;
    frame_of(stack_end)->eax = 0;
    return context_below(frame_of(stack_end));
}

/* -- backtraces -- */
/*
 * EBP chains: [EBP] is the caller's EBP, [EBP + 4] where it goes on; one byte before that is still the call, even where nothing
 * follows it. Only the kernel's own memory is looked at.
 */
void arch_backtrace(const struct arch_frame *f, void (*visit)(uint32_t address))
{
    uint32_t ebp = f ? f->ebp : (uint32_t)__builtin_frame_address(0);
    struct arch_mapping m;

    if (f)
        visit(f->eip);
    for (unsigned depth = 0; depth < 16 && ebp >= KERNEL_BASE && !(ebp & 3) && arch_lookup(0, ebp, &m); depth++) {
        const uint32_t *link = (const uint32_t *)ebp;

        if (link[1] < KERNEL_BASE)
            break;
        visit(link[1] - 1);
        ebp = link[0] > ebp ? link[0] : 0;
    }
}
