/* SPDX-License-Identifier: MIT */
/*
 * The shell: lines of commands, expressions among them, on a guest under trap-and-emulate. Each line must be answered with
 * one line at most where it is bad, and end; no run goes on for longer than a few slices.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/shell/command.h"
#include "ui/shell/shell.h"
#include "vmm/technique.h"

enum { LINES = 24, SLICES = 4, SLICE_NS = 1000000 };

static struct debugger d;
static struct shell sh;

static void open_guest(void)
{
    struct options o;

    options_init(&o);
    o.word = "build/guests/micro/cr3.elf";
    o.technique = &technique_trap;
    o.virtualizable = true;
    o.mem = 2u << 20;
    if (debug_open(&d, &o))
        exit(2); /* `make guests` builds it */
    shell_init(&sh, &d);
    sh.width = 80;
}

/* Files are not for a fuzzer to write, nor to read. */
static bool is_harmless(const char *line)
{
    static const char *const files[] = {"save", "shot", "source"};
    const char *args = line;
    char word[WORD];
    const struct shell_command *c = arg_word(&args, word) ? command_lookup(word) : NULL;

    for (unsigned i = 0; c && i < sizeof files / sizeof files[0]; i++)
        if (strcmp(c->name, files[i]) == 0)
            return false;
    return true;
}

static void run_line(const char *line)
{
    if (!is_harmless(line))
        return;
    shell_submit(&sh, line);
    for (unsigned i = 0; shell_advance(&sh, SLICE_NS); i++)
        if (i >= SLICES)
            shell_interrupt(&sh);
    free(shell_complete(&sh, line, 0));
    sheet_clear(&sh.out);
    sh.quit = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[LINE_ROOM];

    if (!sh.d)
        open_guest();
    if (debug_ended(&d) && debug_restart(&d))
        abort();
    for (unsigned n = 0; n < LINES && size; n++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) : size, kept = length < sizeof line ? length : sizeof line - 1;

        memcpy(line, data, kept);
        line[kept] = '\0';
        run_line(line);
        length += end != NULL;
        data += length;
        size -= length;
    }
    return 0;
}
