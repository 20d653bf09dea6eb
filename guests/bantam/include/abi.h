/* SPDX-License-Identifier: MIT */
/*
 * What Bantam's kernel and its programs agree upon. This header is all that the two halves share.
 *
 * A system call is `int 0x80`: its number in EAX, up to five arguments in EBX, ECX, EDX, ESI, EDI. The result comes back in
 * EAX: 0 or more, or a negated error of the list below. All other registers are kept. Pointers are checked by the kernel;
 * a bad one is E_FAULT, never a dead kernel.
 */
#ifndef BANTAM_ABI_H
#define BANTAM_ABI_H

#include <stdint.h>

/* SYSCALL(number, name, arguments, what it does) */
#define SYSCALLS                                                                                                       \
    SYSCALL(0, exit, 1, "(status) ends the process; low byte of status is kept for the parent")                        \
    SYSCALL(1, fork, 0, "() a copy of this process: its id here, 0 in the copy")                                       \
    SYSCALL(2, exec, 2, "(path, argv) this process runs that program; argv ends with NULL")                            \
    SYSCALL(3, wait, 1, "(int *status) a child's end: its id; E_CHILD where there is none. status: see W_*")           \
    SYSCALL(4, getpid, 0, "() this process's id")                                                                      \
    SYSCALL(5, yield, 0, "() lets the others run")                                                                     \
    SYSCALL(6, sleep, 1, "(ticks) waits that many ticks of HZ")                                                        \
    SYSCALL(7, read, 3, "(fd, buffer, bytes) bytes read; 0 at the end")                                                \
    SYSCALL(8, write, 3, "(fd, buffer, bytes) bytes written; E_PIPE where nobody reads any more")                      \
    SYSCALL(9, open, 2, "(path, O_*) a file descriptor, the lowest that is free")                                      \
    SYSCALL(10, close, 1, "(fd)")                                                                                      \
    SYSCALL(11, pipe, 1, "(int fd[2]) fd[0] reads what fd[1] wrote")                                                   \
    SYSCALL(12, dup, 2, "(fd, as) descriptor `as` becomes a second name of fd, closed before; as -1: lowest free")     \
    SYSCALL(13, sbrk, 1, "(bytes) moves the end of the heap: where it was")                                            \
    SYSCALL(14, mmap, 1, "(bytes) that much zeroed memory, filled on first touch: its address")                        \
    SYSCALL(15, munmap, 2, "(address, bytes) gives it back, whole pages")                                              \
    SYSCALL(16, kill, 1, "(pid) ends that process, as a fault would")                                                  \
    SYSCALL(17, uptime, 0, "() ticks of HZ since the start")                                                           \
    SYSCALL(18, counters, 1, "(struct counters *) what the kernel has counted")                                        \
    SYSCALL(19, seek, 2, "(fd, offset) from the file's start: the offset")                                             \
    SYSCALL(20, stat, 2, "(path, struct stat *)")                                                                      \
    SYSCALL(21, unlink, 1, "(path)")                                                                                   \
    SYSCALL(22, mkdir, 1, "(path)")                                                                                    \
    SYSCALL(23, sync, 0, "() all that was written is on the disk when it returns")                                     \
    SYSCALL(24, processes, 2, "(struct process_info *, room) how many there are; fills at most `room`")                \
    SYSCALL(25, chdir, 1, "(path)")                                                                                    \
    SYSCALL(26, clock, 1, "(uint64_t *) cycles of the time-stamp counter since the start")                             \
    SYSCALL(27, foreground, 1, "(0 or 1) whether ^C ends this process, and those it forks from now on: what was so")

enum syscall_number {
#define SYSCALL(number, name, arguments, doc) SYS_##name = number,
    SYSCALLS
#undef SYSCALL
        SYSCALL_COUNT
};
#define SYSCALL_VECTOR 0x80

/* Errors, as results of system calls: negative. ERROR(number, name, text) */
#define ERRORS                                                                                                         \
    ERROR(1, PERM, "not permitted")                                                                                    \
    ERROR(2, NOENT, "no such file")                                                                                    \
    ERROR(3, SRCH, "no such process")                                                                                  \
    ERROR(5, IO, "disk error")                                                                                         \
    ERROR(7, TOOBIG, "arguments too long")                                                                             \
    ERROR(8, NOEXEC, "not a program")                                                                                  \
    ERROR(9, BADF, "bad file descriptor")                                                                              \
    ERROR(10, CHILD, "no child")                                                                                       \
    ERROR(11, AGAIN, "too many processes")                                                                             \
    ERROR(12, NOMEM, "no memory")                                                                                      \
    ERROR(14, FAULT, "bad address")                                                                                    \
    ERROR(17, EXIST, "exists")                                                                                         \
    ERROR(20, NOTDIR, "not a directory")                                                                               \
    ERROR(21, ISDIR, "a directory")                                                                                    \
    ERROR(22, INVAL, "bad argument")                                                                                   \
    ERROR(24, MFILE, "too many open files")                                                                            \
    ERROR(27, FBIG, "file too large")                                                                                  \
    ERROR(28, NOSPC, "disk full")                                                                                      \
    ERROR(30, ROFS, "read-only")                                                                                       \
    ERROR(32, PIPE, "nobody reads")                                                                                    \
    ERROR(36, NAMETOOLONG, "name too long")                                                                            \
    ERROR(38, NOSYS, "no such system call")                                                                            \
    ERROR(39, NOTEMPTY, "directory not empty")

enum error {
#define ERROR(number, name, text) E_##name = -number,
    ERRORS
#undef ERROR
};

/* Of open(). */
enum { O_READ = 1, O_WRITE = 2, O_CREATE = 4, O_TRUNCATE = 8, O_APPEND = 16 };

/* A child's status: its exit() value, or that the kernel ended it, and by which vector (W_KILL: by kill()). */
#define W_KILLED 0x100
#define W_KILL 0xff
#define W_VECTOR(status) ((status)&0xff)

enum file_kind { KIND_NONE, KIND_FILE, KIND_DIRECTORY, KIND_DEVICE };

struct stat {
    uint32_t inode, kind, size, links;
};

/* A directory is read as an array of these. An unused entry has inode 0. */
enum { NAME_MAX = 27 };
struct dirent {
    uint32_t inode;
    char name[NAME_MAX + 1]; /* ends with 0 */
};

enum { PATH_MAX = 128, ARGS_MAX = 16, ARGS_BYTES = 2048, FILES_MAX = 16 };

/* Ticks a second. */
enum { HZ = 100 };

/* Since the kernel started. */
struct counters {
    uint32_t ticks, switches, syscalls, page_faults, copied_pages, forks, execs, interrupts, disk_reads, disk_writes;
    uint32_t pages, pages_free; /* of memory */
};

enum process_state { PROCESS_NONE, PROCESS_READY, PROCESS_RUNNING, PROCESS_WAITING, PROCESS_ENDED };
struct process_info {
    int32_t pid, parent;
    uint32_t state, pages, ticks;
    char name[16];
};

/*
 * The address space of a process:
 *
 *      0x00000000  nothing, one page: a null pointer faults
 *      0x00001000  nothing, up to
 *      0x00400000  the program, then its heap (sbrk)
 *      0x40000000  mmap, upwards
 *      0xbfff0000  the stack, downwards from USER_END, at most STACK_BYTES; below it a page of nothing
 *      0xc0000000  the kernel: every access faults
 *
 * A program starts at its ELF entry with ESP at argc; behind it lie argv[0] to argv[argc - 1] and a NULL, as the System V ABI
 * for i386 has it. Descriptors 0, 1 and 2 of process 1 are the terminal.
 *
 * Process 1 is what run= names, else PROGRAMS "init". It is no foreground process, so ^C leaves it and its shell alone; the
 * shell's children call foreground(1) before they exec, but for those behind `&`.
 */
#define PROGRAMS "/bin/"
#define USER_PROGRAM 0x00400000u
#define USER_MMAP 0x40000000u
#define USER_END 0xc0000000u
#define STACK_BYTES 0x00010000u

#endif
