/* SPDX-License-Identifier: MIT */
/*
 * Processes, and the round of turns they take. The kernel itself is never preempted: inside a system call a process runs
 * until it waits. What interrupt handlers change (states, the tty's buffer) is looked at with interrupts off.
 */
#ifndef BANTAM_PROCESS_H
#define BANTAM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "guests/bantam/include/abi.h"
#include "guests/bantam/kernel/space.h"

enum { PROCESSES = 64 };
_Static_assert((int)PROCESSES <= (int)STACK_SLOTS, "a stack for each process");

struct file;

struct process {
    enum process_state state;
    int pid, status;
    char name[16];
    struct process *parent;
    struct space space;
    void *stack; /* its end */
    struct arch_context *context;
    struct file *file[FILES_MAX];
    uint32_t directory; /* inode of the current one */
    uint32_t wake_at;   /* tick, while it sleeps */
    const void *waits_for;
    bool killed, foreground;
    uint32_t ticks; /* of the clock, while it ran */
};

extern struct process processes[PROCESSES];
extern struct process *current; /* NULL: the kernel starts, or nobody is left to run */

/* A process without memory, files or thread. E_AGAIN: all slots are taken; E_NOMEM. */
int process_new(struct process **p);
/* The first one: runs the program of that path with these arguments. */
void process_first(const char *path, char *const argument[]);
int process_fork(const struct arch_frame *frame);
/* A child's end. Its id; *status as in abi.h. */
int process_wait(int *status);
int process_kill(int pid);
/* ^C: ends those in the foreground; whether there were any. Called with interrupts off. */
bool process_interrupt_foreground(void);
_Noreturn void process_exit(int status);
/* What starts when process 1 has ended. */
void process_when_first_ends(void (*then)(int status));

/* -- schedule.c -- */
void schedule_start(unsigned quantum); /* ticks a turn */
/* Runs somebody else until this process's turn comes again. Interrupts off; its state says whether it can be chosen. */
void schedule(void);
void yield(void);
/* Waits for wake() of the same address; interrupts off, and off again when it comes back. Ask again what was waited for. */
void wait_for(const void *what);
/* False: the process has been killed. */
bool wait_unless_killed(const void *what);
void wake(const void *what);
void sleep_until(uint32_t tick);
uint32_t now(void);
/* For the clock's handler: has the turn ended? */
bool turn_is_over(void);

/* A lock whose holder may wait. */
struct lock {
    bool held;
};
void lock_take(struct lock *l);
void lock_give(struct lock *l);

#endif
