/* SPDX-License-Identifier: MIT */
/* Where the kernel's words go: to the serial line and to the screen. */
#include "guests/bantam/kernel/console.h"

#include <stdarg.h>

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/dev/serial.h"
#include "guests/bantam/dev/vga.h"
#include "guests/bantam/kernel/text.h"

void console_start(void)
{
    serial_start();
    vga_start();
}

/* In one piece: an interrupt's echo must not come between a driver's steps. */
void console_put(char c)
{
    uint32_t saved = arch_irq_save();

    serial_put(c);
    vga_put(c);
    arch_irq_restore(saved);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_format(console_put, format, arguments);
    va_end(arguments);
}
