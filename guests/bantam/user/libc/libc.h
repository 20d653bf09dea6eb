/* SPDX-License-Identifier: MIT */
/*
 * Bantam's C library: all that a program includes. It is small on purpose: no streams (printf writes what it made at once), no
 * errno (a system call's result below 0 is the error), no floating point. Names that C or POSIX has mean what they mean there.
 */
#ifndef BANTAM_LIBC_H
#define BANTAM_LIBC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/bantam/include/abi.h"

/* ---- calls.c: the system calls of abi.h, one function each ---- */
int system_call(unsigned number, ...); /* start.asm */
_Noreturn void exit(int status);
int fork(void), wait(int *status), getpid(void), yield(void), sleep(unsigned ticks);
int exec(const char *path, char *const argv[]);
int read(int fd, void *to, size_t bytes), write(int fd, const void *from, size_t bytes);
int open(const char *path, int how), close(int fd), pipe(int *fd), dup(int fd, int as), seek(int fd, unsigned offset);
void *sbrk(int bytes); /* as results of mmap, of which failed() says whether they are errors */
void *mmap(size_t bytes);
int munmap(void *at, size_t bytes);
int kill(int pid), uptime(void), counters(struct counters *c), sync(void);
int stat(const char *path, struct stat *s), unlink(const char *path), mkdir(const char *path), chdir(const char *path);
int processes(struct process_info *p, int room), foreground(int on);
uint64_t clock(void); /* cycles */
static inline bool failed(const void *p)
{
    return (uintptr_t)p >= (uintptr_t)-4095;
}

/* ---- error.c ---- */
const char *error_text(int error);           /* of a negative result */
_Noreturn void die(const char *format, ...); /* says it on descriptor 2, and exits with 1 */
int must(int result, const char *what);      /* the result, if it is not an error */

/* ---- string.c ---- */
void *memcpy(void *to, const void *from, size_t n), *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n), strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
size_t strlen(const char *s);
size_t strlcpy(char *to, const char *from, size_t room); /* always ends with 0; how long `from` is */
char *strchr(const char *s, int c), *strrchr(const char *s, int c);

/* ---- number.c ---- */
bool isdigit(int c), isspace(int c), isalpha(int c), isprint(int c);
int tolower(int c), toupper(int c);
unsigned long strtoul(const char *s, char **end, int base);
long strtol(const char *s, char **end, int base);
int atoi(const char *s);
unsigned rand_next(unsigned *state); /* xorshift: the same row of numbers everywhere */

/* ---- print.c: d i u x X p c s %, with - 0 + width * .precision, l ll h z ---- */
int vsnprintf(char *to, size_t room, const char *format, va_list v);
int snprintf(char *to, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vdprintf(int fd, const char *format, va_list v);
int dprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int puts(const char *s);

/* ---- malloc.c ---- */
void *malloc(size_t bytes), *calloc(size_t n, size_t bytes);
void free(void *p);

/* ---- line.c: a file by lines ---- */
struct reader {
    int fd;
    unsigned at, held;
    char buffer[256];
};
/* A line without its end, cut at room - 1. Its length, or -1 at the end of the file, or an error. */
int read_line(struct reader *r, char *to, size_t room);
int write_all(int fd, const void *from, size_t bytes); /* 0, or an error; E_NOSPC if the disk is full */
bool is_directory(const char *path);

/* ---- options.c ---- */
struct option {
    const char *name;  /* "--pages"; NULL ends the table */
    unsigned *value;   /* its default, then what was given: a number, K or M may follow; */
    const char **text; /* or a word */
    const char *doc;
};
/* Takes NAME VALUE pairs off the arguments; --help prints the table, and exits. What is left begins at argv[result]. */
int options(int argc, char **argv, const char *doc, const struct option *table);

/* ---- measure.c: what workloads print ---- */
/* One line: NAME FIGURE UNIT [NOTE]. The figure is total / n, with one decimal. */
void result(const char *name, uint64_t total, uint64_t n, const char *unit, const char *note);

/* ---- child.c ---- */
int spawn(void (*body)(void *), void *argument); /* its id; the child exits with 0 after `body` */
int wait_for(int pid);                           /* its status */
int run_child(void (*body)(void *), void *argument);
int run_program(const char *path, char *const argv[]); /* status; 127: could not be executed */

#endif
