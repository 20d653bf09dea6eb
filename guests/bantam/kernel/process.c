/* SPDX-License-Identifier: MIT */
/* How processes begin and end. */
#include "guests/bantam/kernel/process.h"

#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/exec.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/text.h"

struct process processes[PROCESSES];
struct process *current;
static int last_pid;
static void (*when_first_ends)(int status);

static unsigned slot(const struct process *p)
{
    return (unsigned)(p - processes);
}

int process_new(struct process **out)
{
    struct process *p = processes;

    while (p < processes + PROCESSES && p->state != PROCESS_NONE)
        p++;
    if (p == processes + PROCESSES)
        return E_AGAIN;
    *p = (struct process){.pid = ++last_pid, .parent = current, .stack = arch_stack_new(slot(p))};
    if (!p->stack)
        return E_NOMEM;
    *out = p;
    return 0;
}

/* What is left of a process that has ended, or has never begun. Not the one that runs: it stands on its stack. */
static void forget(struct process *p)
{
    space_free(&p->space);
    arch_stack_free(slot(p));
    p->state = PROCESS_NONE;
}

void process_first(const char *path, char *const argument[])
{
    struct process *p;
    struct program program;
    int error = process_new(&p);

    if (error)
        panic(NULL, "no memory for process 1");
    p->directory = ROOT_INODE;
    files_open_first(p);
    error = exec_load(&program, ROOT_INODE, path, argument);
    if (error)
        panic(NULL, "%s cannot be run (%d)", path, error);
    p->space = program.space;
    text_copy(p->name, program.name, sizeof p->name);
    p->context = arch_thread_at(p->stack, program.entry, program.stack);
    p->state = PROCESS_READY;
    schedule();
}

int process_fork(const struct arch_frame *frame)
{
    struct process *child;
    int error;

    files_hold_directory(
        current); /* may wait; from here on nothing does, for nobody else may find the child's slot free */
    error = process_new(&child);
    if (!error && (error = space_copy(&child->space, &current->space)))
        forget(child);
    if (error) {
        files_drop_directory(current);
        return error;
    }
    files_share(child, current);
    child->directory = current->directory;
    child->foreground = current->foreground;
    memcpy(child->name, current->name, sizeof child->name);
    child->context = arch_thread_like(child->stack, frame);
    child->state = PROCESS_READY;
    counters.forks++;
    return child->pid;
}

static struct process *child_that_ended(bool *any)
{
    *any = false;
    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state != PROCESS_NONE && p->parent == current) {
            *any = true;
            if (p->state == PROCESS_ENDED)
                return p;
        }
    return NULL;
}

int process_wait(int *status)
{
    uint32_t saved = arch_irq_save();
    struct process *p;
    bool any;
    int pid;

    while (!(p = child_that_ended(&any)) && any && wait_unless_killed(current))
        ;
    arch_irq_restore(saved);
    if (!p)
        return E_CHILD;
    pid = p->pid;
    *status = p->status;
    forget(p);
    return pid;
}

/* It ends when it is about to go back to user mode; what it waits for is given up, unless that is sure to come soon. */
static void kill(struct process *p)
{
    p->killed = true;
    if (p->state == PROCESS_WAITING)
        p->state = PROCESS_READY;
}

/* Process 1 can be ended by itself alone: the machine ends with it. */
int process_kill(int pid)
{
    if (pid == 1 && current->pid != 1)
        return E_PERM;
    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state != PROCESS_NONE && p->state != PROCESS_ENDED && p->pid == pid) {
            uint32_t saved = arch_irq_save();

            kill(p);
            arch_irq_restore(saved);
            return 0;
        }
    return E_SRCH;
}

bool process_interrupt_foreground(void)
{
    bool any = false;

    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state != PROCESS_NONE && p->state != PROCESS_ENDED && p->foreground) {
            kill(p);
            any = true;
        }
    return any;
}

/* Process 1 takes on the children of those that end before them. */
static void hand_over_children(void)
{
    struct process *first = NULL;

    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state != PROCESS_NONE && p->pid == 1)
            first = p;
    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state != PROCESS_NONE && p->parent == current)
            p->parent = first;
    wake(first);
}

void process_when_first_ends(void (*then)(int status))
{
    when_first_ends = then;
}

void process_exit(int status)
{
    files_close_all(current);
    if (current->pid == 1)
        when_first_ends(status);
    hand_over_children();
    space_empty(&current->space);
    (void)arch_irq_save();
    current->status = status;
    current->state = PROCESS_ENDED;
    wake(current->parent);
    schedule();
    panic(NULL, "a process that has ended runs");
}
