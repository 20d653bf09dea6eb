/* SPDX-License-Identifier: MIT */
/* System calls: a table by number (abi.h), each entry a few lines that check its arguments and call the file that does it. */
#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/exec.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/memory.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"
#include "guests/bantam/kernel/user.h"

struct counters counters;

/* What a call gets: its arguments, and the registers of the process. */
struct call {
    const uint32_t *argument;
    struct arch_frame *frame;
};

typedef int call_fn(const struct call *c);

static int call_exit(const struct call *c)
{
    process_exit((int)(c->argument[0] & 0xff));
}

static int call_fork(const struct call *c)
{
    return process_fork(c->frame);
}

static int call_exec(const struct call *c)
{
    return exec(c->frame, c->argument[0], c->argument[1]);
}

/* The place for the status is looked at first: a child that has been waited for is gone. */
static int call_wait(const struct call *c)
{
    int status = 0, pid, error = c->argument[0] ? user_write(c->argument[0], &status, sizeof status) : 0;

    if (error)
        return error;
    pid = process_wait(&status);
    if (pid > 0 && c->argument[0])
        error = user_write(c->argument[0], &status, sizeof status);
    return error ? error : pid;
}

static int call_getpid(const struct call *c)
{
    (void)c;
    return current->pid;
}

static int call_yield(const struct call *c)
{
    (void)c;
    yield();
    return 0;
}

static int call_sleep(const struct call *c)
{
    if (c->argument[0] > INT32_MAX)
        return E_INVAL;
    sleep_until(now() + c->argument[0]);
    return 0;
}

static int call_read(const struct call *c)
{
    return fd_read((int)c->argument[0], c->argument[1], c->argument[2]);
}

static int call_write(const struct call *c)
{
    return fd_write((int)c->argument[0], c->argument[1], c->argument[2]);
}

/* Those whose first argument is a path. */
static int with_path(const struct call *c, int (*f)(const char *path))
{
    char path[PATH_MAX];
    int n = user_string(path, c->argument[0], sizeof path);

    return n < 0 ? n : f(path);
}

static int call_open(const struct call *c)
{
    char path[PATH_MAX];
    int n = user_string(path, c->argument[0], sizeof path);

    return n < 0 ? n : file_open(path, c->argument[1]);
}

static int call_close(const struct call *c)
{
    return fd_close((int)c->argument[0]);
}

static int call_pipe(const struct call *c)
{
    int fd[2], error = pipe_open(fd);

    if (error)
        return error;
    error = user_write(c->argument[0], fd, sizeof fd);
    if (error) {
        (void)fd_close(fd[0]);
        (void)fd_close(fd[1]);
    }
    return error;
}

static int call_dup(const struct call *c)
{
    return fd_dup((int)c->argument[0], (int)c->argument[1]);
}

static int call_sbrk(const struct call *c)
{
    return space_grow_heap(&current->space, (int32_t)c->argument[0]);
}

static int call_mmap(const struct call *c)
{
    return space_mmap(&current->space, c->argument[0]);
}

static int call_munmap(const struct call *c)
{
    return space_munmap(&current->space, c->argument[0], c->argument[1]);
}

static int call_kill(const struct call *c)
{
    return process_kill((int)c->argument[0]);
}

static int call_uptime(const struct call *c)
{
    (void)c;
    return (int)now();
}

static int call_counters(const struct call *c)
{
    counters.pages = memory_pages();
    counters.pages_free = memory_free();
    return user_write(c->argument[0], &counters, sizeof counters);
}

static int call_seek(const struct call *c)
{
    return fd_seek((int)c->argument[0], c->argument[1]);
}

static int call_stat(const struct call *c)
{
    char path[PATH_MAX];
    struct stat s;
    int error = user_string(path, c->argument[0], sizeof path);

    if (error >= 0)
        error = file_stat(path, &s);
    return error < 0 ? error : user_write(c->argument[1], &s, sizeof s);
}

static int call_unlink(const struct call *c)
{
    return with_path(c, file_unlink);
}

static int call_mkdir(const struct call *c)
{
    return with_path(c, file_mkdir);
}

static int call_sync(const struct call *c)
{
    (void)c;
    return file_sync();
}

static struct process_info info_of(const struct process *p)
{
    struct process_info i = {.pid = p->pid,
                             .parent = p->parent ? p->parent->pid : 0,
                             .state = p->state,
                             .pages = p->space.pages,
                             .ticks = p->ticks};

    text_copy(i.name, p->name, sizeof i.name);
    return i;
}

static int call_processes(const struct call *c)
{
    uint32_t n = 0;

    for (const struct process *p = processes; p < processes + PROCESSES; p++) {
        struct process_info i = info_of(p);
        int error = 0;

        if (p->state == PROCESS_NONE)
            continue;
        if (n < c->argument[1])
            error = user_write(c->argument[0] + n * sizeof i, &i, sizeof i);
        if (error)
            return error;
        n++;
    }
    return (int)n;
}

static int call_chdir(const struct call *c)
{
    return with_path(c, file_chdir);
}

static int call_clock(const struct call *c)
{
    uint64_t cycles = arch_cycles();

    return user_write(c->argument[0], &cycles, sizeof cycles);
}

static int call_foreground(const struct call *c)
{
    bool was = current->foreground;

    if (c->argument[0] > 1)
        return E_INVAL;
    current->foreground = c->argument[0];
    return was;
}

static call_fn *const table[SYSCALL_COUNT] = {
#define SYSCALL(number, name, arguments, doc) [number] = call_##name,
    SYSCALLS
#undef SYSCALL
};

int kernel_call(struct arch_frame *frame, unsigned number, const uint32_t argument[5])
{
    const struct call c = {argument, frame};

    counters.syscalls++;
    return number < SYSCALL_COUNT ? table[number](&c) : E_NOSYS;
}
