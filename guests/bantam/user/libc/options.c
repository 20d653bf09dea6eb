/* SPDX-License-Identifier: MIT */
/* Options of programs: each has a table, from which they are read and --help is printed. */
#include "guests/bantam/user/libc/libc.h"

static _Noreturn void help(const char *program, const char *doc, const struct option *table)
{
    printf("%s: %s\n", program, doc);
    for (; table->name; table++)
        if (table->value)
            printf("  %-12s %s (%u)\n", table->name, table->doc, *table->value);
        else
            printf("  %-12s %s (%s)\n", table->name, table->doc, *table->text);
    exit(0);
}

static unsigned sized(const char *program, const char *name, const char *text)
{
    char *end;
    unsigned v = strtoul(text, &end, 0);

    if (*end == 'K' || *end == 'M')
        v <<= *end++ == 'K' ? 10 : 20;
    if (end == text || *end)
        die("%s: %s %s: not a number", program, name, text);
    return v;
}

int options(int argc, char **argv, const char *doc, const struct option *table)
{
    int at = 1;

    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        const struct option *o = table;

        if (strcmp(argv[at], "--help") == 0)
            help(argv[0], doc, table);
        while (o->name && strcmp(o->name, argv[at]) != 0)
            o++;
        if (!o->name || at + 1 == argc)
            die("%s: %s: %s; see --help", argv[0], argv[at], o->name ? "wants a value" : "no such option");
        if (o->value)
            *o->value = sized(argv[0], argv[at], argv[at + 1]);
        else
            *o->text = argv[at + 1];
    }
    return at;
}
