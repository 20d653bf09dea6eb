/* SPDX-License-Identifier: MIT */
/* From the Multiboot loader to kernel_main(): memory is measured, tables are made. And the way out again. */
#include "guests/bantam/arch/native/native.h"

enum { LOADER_MAGIC = 0x2badb002, HAS_MEMORY = 1 << 0, HAS_COMMAND_LINE = 1 << 2 };
enum { DEBUG_EXIT = 0xf4, BOCHS_SHUTDOWN = 0x8900, MEGABYTE = 1 << 20, MAPPED_AT_START = 4 << 20 };

/* The front of what the loader leaves (Multiboot 0.6.96, 3.3). */
struct multiboot {
    uint32_t flags, memory_lower, memory_upper, boot_device, command_line;
};

extern char kernel_end[];

static uint32_t page_up(uint32_t address)
{
    return (address + PAGE - 1) & ~(uint32_t)(PAGE - 1);
}

static void copy_command_line(struct arch_boot *b, const struct multiboot *m)
{
    const char *from = arch_window(m->command_line);

    if (!(m->flags & HAS_COMMAND_LINE) || m->command_line >= MAPPED_AT_START - sizeof b->command_line)
        return;
    for (unsigned i = 0; i < sizeof b->command_line - 1 && from[i]; i++)
        b->command_line[i] = from[i];
}

static uint32_t memory_end(const struct multiboot *m)
{
    uint32_t kilobytes = m->flags & HAS_MEMORY ? m->memory_upper : 0;

    if (kilobytes > (WINDOW_BYTES - MEGABYTE) / 1024)
        return WINDOW_BYTES;
    return (MEGABYTE + kilobytes * 1024) & ~(uint32_t)(PAGE - 1);
}

/* Called by start.asm. The loader's information may lie anywhere below 4 MiB: it is read before memory is used. */
void native_main(uint32_t magic, uint32_t information)
{
    static struct arch_boot boot;
    const struct multiboot *m = arch_window(information);

    if (magic != LOADER_MAGIC || information >= MAPPED_AT_START - sizeof *m)
        arch_power_off(0xfe);
    copy_command_line(&boot, m);
    boot.free_from = page_up(arch_physical(kernel_end));
    boot.free_to = memory_end(m);
    native_paging(&boot.free_from, boot.free_to);
    native_descriptors();
    native_interrupts();
    kernel_main(&boot);
    arch_power_off(0xfe);
}

/* QEMU's isa-debug-exit, and Ringside's; Bochs ends at a word, without a status. Elsewhere the machine stands still. */
void arch_power_off(uint8_t status)
{
    arch_out8(DEBUG_EXIT, status);
    for (const char *c = "Shutdown"; *c; c++)
        arch_out8(BOCHS_SHUTDOWN, (uint8_t)*c);
    arch_halt();
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}
