/* SPDX-License-Identifier: MIT */
/*
 * Faults. Of a process: a page that may be touched is brought; anything else ends the process, with one line that says why.
 * Of the kernel: there are none, so that is the end.
 */
#include "guests/bantam/kernel/console.h"
#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/process.h"

static void tell(const struct arch_fault *f, const char *why)
{
    print("%s[%d]: %s", current->name, current->pid, arch_fault_name(f->vector));
    if (f->page)
        print(" at %08x (%s, %s)", f->at, f->write ? "write" : "read", why);
    else if (f->error)
        print(" (error %04x)", f->error);
    print(", eip %08x: ended\n", f->eip);
}

void kernel_fault(struct arch_frame *frame, const struct arch_fault *f)
{
    const char *why = f->present ? "not allowed" : "nothing there";
    uint32_t page;

    if (!f->user)
        panic(frame, "%s in the kernel, at %08x", arch_fault_name(f->vector), f->page ? f->at : f->eip);
    if (f->page) {
        int error = f->at < USER_END ? space_touch(&current->space, f->at, f->write, &page) : E_FAULT;

        counters.page_faults++;
        if (!error)
            return;
        if (error == E_NOMEM)
            why = "no memory left";
    }
    tell(f, why);
    process_exit((int)(W_KILLED | f->vector));
}

void kernel_leave(void)
{
    while (turn_is_over() && !current->killed)
        yield();
    if (current->killed)
        process_exit(W_KILLED | W_KILL);
}
