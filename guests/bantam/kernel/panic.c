/* SPDX-License-Identifier: MIT */
/*
 * panic(), and names for addresses: the table of symbols is made from the kernel's own ELF file after a first link, and put
 * behind everything else in a second one (guests/bantam/symbols.sh).
 */
#include "guests/bantam/kernel/panic.h"

#include <stdarg.h>

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/console.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"

struct symbol {
    uint32_t address;
    const char *name;
};
extern const struct symbol symbols[]; /* by address; the last has no name */

enum { PANIC_STATUS = 0xfd };

static const struct symbol *symbol_of(uint32_t address)
{
    const struct symbol *s = symbols;

    if (!s->name || address < s->address)
        return NULL;
    while (s[1].name && s[1].address <= address)
        s++;
    return s;
}

static void print_address(uint32_t address)
{
    const struct symbol *s = symbol_of(address);

    if (s)
        print("  %08x  %s+0x%x\n", address, s->name, address - s->address);
    else
        print("  %08x\n", address);
}

void panic(const struct arch_frame *frame, const char *format, ...)
{
    static bool again;
    va_list arguments;

    (void)arch_irq_save();
    if (again) /* something that panic() itself relies upon is broken */
        arch_power_off(PANIC_STATUS);
    again = true;
    print("\npanic: ");
    va_start(arguments, format);
    text_format(console_put, format, arguments);
    va_end(arguments);
    if (current)
        print("\nin process %d (%s)", current->pid, current->name);
    print("\n");
    if (frame)
        arch_print_registers(frame);
    arch_backtrace(frame, print_address);
    arch_power_off(PANIC_STATUS);
}
