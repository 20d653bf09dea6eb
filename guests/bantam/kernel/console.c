/* SPDX-License-Identifier: MIT */
#include "guests/bantam/kernel/console.h"

#include <stdarg.h>

#include "guests/bantam/dev/serial.h"
#include "guests/bantam/dev/vga.h"
#include "guests/bantam/kernel/text.h"

void console_start(void)
{
    serial_start();
    vga_start();
}

void console_put(char c)
{
    serial_put(c);
    vga_put(c);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_format(console_put, format, arguments);
    va_end(arguments);
}
