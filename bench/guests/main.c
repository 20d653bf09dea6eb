/* SPDX-License-Identifier: MIT */
/* Runs the kernel that KIND names, between the lines "S name" and "E name checksum", and ends the run. */
#include "bench.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, WINDOW = 0x40000000, WINDOW_PAGES = 2048, ABSENT = 0x50000000 };

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t table[6][1024] __attribute__((aligned(4096))); /* four for the identity, two for the window */
static uint32_t idt[256][2] __attribute__((aligned(8)));
static uint8_t user_stack[4096] __attribute__((aligned(16)));
extern uint32_t fault_table[1024];
extern uint8_t gdt_tss[8], tss[104];
void enter_user(void (*program)(void), void *stack);

static inline void out(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t in(uint16_t port)
{
    uint8_t v;

    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static void print(const char *s)
{
    for (; *s; s++) {
        while (!(in(0x3fd) & 0x20))
            ;
        out(0x3f8, (uint8_t)*s);
    }
}

static void print_hex(uint32_t v)
{
    char text[11] = "0x00000000";

    for (int i = 0; i < 8; i++)
        text[2 + i] = "0123456789abcdef"[v >> (28 - 4 * i) & 15];
    print(text);
}

void gate(unsigned vector, void (*entry)(void), unsigned dpl)
{
    uint32_t at = (uint32_t)entry;

    idt[vector][0] = 8 << 16 | (at & 0xffff);
    idt[vector][1] = (at & 0xffff0000) | 0x8e00 | dpl << 13;
}

void run_user(void (*program)(void))
{
    enter_user(program, user_stack + sizeof user_stack);
}

void paging_on(void)
{
    uint32_t *root = directory;

    for (uint32_t i = 0; i < 4096; i++)
        table[i / 1024][i % 1024] = i << 12 | PTE_P | PTE_W;
    for (uint32_t i = 0; i < WINDOW_PAGES; i++)
        table[4 + i / 1024][i % 1024] = (i + 4096) << 12 | PTE_P | PTE_W;
    for (uint32_t i = 0; i < 1024; i++)
        fault_table[i] = (i % 256 + 4096) << 12 | PTE_W;
    for (uint32_t i = 0; i < 4; i++)
        directory[i] = (uint32_t)table[i] | PTE_P | PTE_W;
    for (uint32_t i = 0; i < 2; i++)
        directory[(WINDOW >> 22) + i] = (uint32_t)table[4 + i] | PTE_P | PTE_W;
    directory[ABSENT >> 22] = (uint32_t)fault_table | PTE_P | PTE_W;
    __asm__ volatile("mov %0, %%cr3; mov %%cr0, %0; or $0x80010000, %0; mov %0, %%cr0" : "+r"(root) : : "memory");
}

volatile uint32_t *window(uint32_t page)
{
    return (volatile uint32_t *)(WINDOW + (page << 12));
}

volatile uint32_t *absent_page(uint32_t n)
{
    volatile uint32_t *at = (volatile uint32_t *)(ABSENT + (n << 12));

    fault_table[n] &= ~(uint32_t)PTE_P;
    flush_page(at);
    return at;
}

static void load_tables(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) idtr = {sizeof idt - 1, (uint32_t)idt};
    uint32_t at = (uint32_t)tss;

    gdt_tss[2] = (uint8_t)at;
    gdt_tss[3] = (uint8_t)(at >> 8);
    gdt_tss[4] = (uint8_t)(at >> 16);
    gdt_tss[7] = (uint8_t)(at >> 24);
    __asm__ volatile("lidt %0; ltr %w1" : : "m"(idtr), "r"(0x28));
}

void __attribute__((noreturn)) bench_main(void)
{
    uint32_t sum;

    load_tables();
    out(0x3fb, 3); /* COM1: eight bits, no parity, one stop bit */
    print("S " TEXT(NAME) "\n");
    sum = KIND();
    print("E " TEXT(NAME) " ");
    print_hex(sum);
    print("\n");
    while (!(in(0x3fd) & 0x40))
        ; /* until the last bit has left: what ends the run may not wait for it */
    out(0xf4, 0);
    for (const char *s = "Shutdown"; *s; s++) /* Bochs' way out */
        out(0x8900, (uint8_t)*s);
    for (;;)
        __asm__ volatile("cli; hlt");
}
