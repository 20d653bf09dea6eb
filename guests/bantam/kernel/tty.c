/* SPDX-License-Identifier: MIT */
/*
 * The terminal: keys and serial bytes become lines. Backspace and ^U edit, ^C ends what is in the foreground, ^D ends the
 * input. A program that reads gets at most one line.
 */
#include "guests/bantam/dev/kbd.h"
#include "guests/bantam/dev/serial.h"
#include "guests/bantam/kernel/console.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/user.h"

enum { ROOM = 512, CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, DELETE = 127 };

/* Counts of bytes: `out` <= `ready` (whole lines) <= `in` (the line that is being typed). */
static char line[ROOM];
static uint32_t in, ready, out;

static void erase(void)
{
    in--;
    console_put('\b');
    console_put(' ');
    console_put('\b');
}

static void commit(void)
{
    ready = in;
    wake(&ready);
}

static void keep(char c)
{
    if (in - out == ROOM - 1 && c != '\n')
        return; /* the last place is for the line's end */
    if (in - out == ROOM)
        return;
    line[in++ % ROOM] = c;
    if (c != CTRL_D)
        console_put(c);
    if (c == '\n' || c == CTRL_D)
        commit();
}

/* From the drivers' interrupt handlers. */
static void take(char c)
{
    switch (c) {
    case CTRL_C:
        print("^C");
        in = ready;
        if (process_interrupt_foreground())
            console_put('\n');
        else
            keep('\n'); /* a shell that reads sees that its line is gone */
        break;
    case CTRL_U:
        while (in != ready)
            erase();
        break;
    case BACKSPACE:
    case DELETE:
        if (in != ready)
            erase();
        break;
    case '\r': keep('\n'); break;
    default:
        if (c == '\n' || c == '\t' || c == CTRL_D || (uint8_t)c >= ' ')
            keep(c);
    }
}

void tty_start(void)
{
    serial_listen(take);
    kbd_start(take);
}

/* One byte of a whole line; false: the process was killed. */
static bool next(char *c)
{
    uint32_t saved = arch_irq_save();
    bool alive = true;

    while (out == ready && alive)
        alive = wait_unless_killed(&ready);
    if (alive)
        *c = line[out++ % ROOM];
    arch_irq_restore(saved);
    return alive;
}

static int read(struct file *f, uint32_t at, uint32_t bytes)
{
    uint32_t n = 0;
    char c = 0;

    (void)f;
    while (n < bytes && c != '\n') {
        int error;

        if (!next(&c))
            return E_INVAL; /* never seen: the process ends */
        if (c == CTRL_D) {
            if (n) /* the end of input is for the next read */
                out--;
            break;
        }
        error = user_write(at + n, &c, 1);
        if (error)
            return error;
        n++;
    }
    return (int)n;
}

static int write(struct file *f, uint32_t at, uint32_t bytes)
{
    (void)f;
    for (uint32_t done = 0; done < bytes;) {
        void *from;
        int n = user_bytes(at + done, bytes - done, 0, &from);

        if (n < 0)
            return done ? (int)done : n;
        for (int i = 0; i < n; i++)
            console_put(((const char *)from)[i]);
        done += (uint32_t)n;
    }
    return (int)bytes;
}

static void close(struct file *f)
{
    (void)f;
}

const struct file_kind_calls tty_calls = {read, write, close};
