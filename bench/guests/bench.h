/* SPDX-License-Identifier: MIT */
/* What bench kernels stand on: words of memory, page tables, rings. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

static inline void fill(void *to, uint8_t v, uint32_t n)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(v) : "memory");
}

static inline void fill_words(uint32_t *to, uint32_t v, uint32_t n)
{
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(n) : "a"(v) : "memory");
}

static inline void copy_words(uint32_t *to, const uint32_t *from, uint32_t n)
{
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

/* Identity for 16 MiB, and a window of 2048 pages at 1 GiB onto 16 MiB and up. */
void paging_on(void);
volatile uint32_t *window(uint32_t page);
/* A page whose entry is not present, the TLB without it. */
volatile uint32_t *absent_page(uint32_t n);

static inline void flush_page(volatile void *p)
{
    __asm__ volatile("invlpg (%0)" : : "r"(p) : "memory");
}

static inline void flush_all(void)
{
    uint32_t cr3;

    __asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(cr3) : : "memory");
}

void gate(unsigned vector, void (*entry)(void), unsigned dpl);
void run_user(void (*program)(void));

static inline uint32_t system_call(uint32_t a, uint32_t b)
{
    __asm__ volatile("int $0x80" : "+a"(a) : "b"(b) : "memory");
    return a;
}

static inline void system_leave(void)
{
    __asm__ volatile("int $0x81" : : : "memory");
}

/* start.asm */
extern uint32_t calls, faults;
void syscall_entry(void);
void leave_user(void);
void fault_entry(void);

/* The kernels. */
uint32_t empty(void);
uint32_t alu(void);
uint32_t sieve(void);
uint32_t sort(void);
uint32_t crc32(void);
uint32_t memcpy_(void);
uint32_t paging(void);
uint32_t syscall(void);
uint32_t fault(void);

#endif
