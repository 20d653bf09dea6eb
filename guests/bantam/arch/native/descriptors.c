/* SPDX-License-Identifier: MIT */
/* GDT, TSS and IDT: flat segments for rings 0 and 3, one task whose only use is the stack that traps from ring 3 find. */
#include "guests/bantam/arch/native/native.h"

struct gate {
    uint16_t low, selector, type, high;
};

struct __attribute__((packed)) table {
    uint16_t limit;
    const void *base;
};

/* Interrupt gates (IF off on entry), and who may use them with INT, INT3 and INTO (SDM Vol. 3, 6.11). */
enum { GATE_KERNEL = 0x8e00, GATE_USER = 0xee00, VECTOR_BREAKPOINT = 3, VECTOR_OVERFLOW = 4 };

static bool for_user(unsigned vector)
{
    return vector == SYSCALL_VECTOR || vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW;
}

/* SDM Vol. 3, figure 7-2. Of its fields only these are used; the I/O map lies past the end: no port for user mode. */
static struct {
    uint32_t back, esp0, ss0, unused[22];
    uint16_t trap, io_map;
} task = {.ss0 = KERNEL_DS, .io_map = sizeof task};

/* Base 0, limit 4 GiB; accessed bits set, so that the processor has nothing to write (SDM Vol. 3, 3.4.5). */
static uint64_t gdt[] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff, 0};
static struct gate idt[256];
extern const uint32_t stub_table[256];

static void load(void)
{
    const struct table g = {sizeof gdt - 1, gdt}, i = {sizeof idt - 1, idt};

    __asm__ volatile("lgdt %0\n\tlidt %1" : : "m"(g), "m"(i));
    __asm__ volatile("ljmp %0, $1f\n1:" : : "i"(KERNEL_CS));
    __asm__ volatile("mov %0, %%ss\n\tmov %0, %%ds\n\tmov %0, %%es" : : "r"(KERNEL_DS));
    __asm__ volatile("mov %0, %%fs\n\tmov %0, %%gs" : : "r"(0));
    __asm__ volatile("lldt %w0" : : "r"(0)); /* after a reset it is one of 64 KiB at 0 (SDM Vol. 3, table 10-1) */
    __asm__ volatile("ltr %w0" : : "r"(TASK));
}

void native_descriptors(void)
{
    uint32_t base = (uint32_t)&task;

    gdt[TASK / 8] =
        (sizeof task - 1) | (uint64_t)(base & 0xffffff) << 16 | 0x89ull << 40 | (uint64_t)(base >> 24) << 56;
    for (unsigned v = 0; v < 256; v++)
        idt[v] = (struct gate){(uint16_t)stub_table[v], KERNEL_CS, for_user(v) ? GATE_USER : GATE_KERNEL,
                               (uint16_t)(stub_table[v] >> 16)};
    load();
}

void native_set_stack(void *end)
{
    task.esp0 = (uint32_t)end;
}
