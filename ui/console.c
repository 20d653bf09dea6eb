/* SPDX-License-Identifier: MIT */
#include "ui/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/report.h"
#include "vmm/vm.h"

enum { FIRST_ROOM = 4096 };

int console_open(struct console *c, const char *serial)
{
    if (strcmp(serial, "none") == 0)
        return 0;
    c->out = strcmp(serial, "stdio") == 0 ? stdout : fopen(serial, "wb");
    return c->out ? 0 : report(STATUS_USAGE, "--serial %s: %s", serial, strerror(errno));
}

int console_close(struct console *c, const char *serial)
{
    FILE *f = c->out;

    c->out = NULL;
    if (f && f != stdout && fclose(f) && !c->error)
        return report(STATUS_FAILED, "--serial %s: %s", serial, strerror(errno));
    return 0;
}

static void keep(struct console *c, uint8_t byte)
{
    if (c->size == c->room) {
        size_t room = c->room ? 2 * c->room : FIRST_ROOM;
        uint8_t *text = c->room < CONSOLE_MAX ? realloc(c->text, room) : NULL;

        if (!text) {
            c->cut = true;
            return;
        }
        c->text = text;
        c->room = room;
    }
    c->text[c->size++] = byte;
}

static void failed(struct console *c)
{
    c->error = errno ? errno : EIO;
    vm_interrupt(c->vm);
}

void console_byte(void *console, uint8_t byte)
{
    struct console *c = console;

    if (c->keep)
        keep(c, byte);
    if (!c->out || c->error)
        return;
    errno = 0;
    if (putc(byte, c->out) == EOF || (byte == '\n' && fflush(c->out)))
        failed(c);
}

void console_flush(struct console *c)
{
    errno = 0;
    if (c->out && !c->error && fflush(c->out))
        failed(c);
}

void console_free(struct console *c)
{
    free(c->text);
    c->text = NULL;
}
