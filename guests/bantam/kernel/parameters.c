/* SPDX-License-Identifier: MIT */
/* The words of the boot loader's command line. */
#include "guests/bantam/kernel/parameters.h"

#include "guests/bantam/kernel/text.h"

enum { QUANTUM = 5, QUANTUM_MAX = 1000 };

static bool begins(const char *word, const char *with)
{
    return memcmp(word, with, text_length(with)) == 0;
}

static unsigned number(const char *s)
{
    unsigned n = 0;

    while (*s >= '0' && *s <= '9' && n < QUANTUM_MAX)
        n = n * 10 + (unsigned)(*s++ - '0');
    return n;
}

/* A name without a slash is one of PROGRAMS. */
static void set_program(struct parameters *p, const char *name)
{
    char *to = p->program;
    size_t front = name[0] == '/' ? 0 : sizeof PROGRAMS - 1;

    memcpy(to, PROGRAMS, front);
    text_copy(to + front, name, sizeof p->program - front);
}

/* Cuts the next word off: *at moves behind it. NULL: there is none. */
static char *next_word(char **at)
{
    char *word = *at, *end;

    while (*word == ' ')
        word++;
    if (!*word)
        return NULL;
    for (end = word; *end && *end != ' '; end++)
        ;
    *at = *end ? end + 1 : end;
    *end = 0;
    return word;
}

static bool option(struct parameters *p, const char *word)
{
    if (text_equal(word, "exit"))
        p->exit = true;
    else if (text_equal(word, "nodisk"))
        p->nodisk = true;
    else if (text_equal(word, "quiet"))
        p->quiet = true;
    else if (begins(word, "quantum="))
        p->quantum = number(word + 8);
    else
        return false;
    return true;
}

void parameters_parse(struct parameters *p, const char *line)
{
    unsigned n = 0;
    char *at = p->text, *word;

    text_copy(p->text, line, sizeof p->text);
    p->quantum = QUANTUM;
    while ((word = next_word(&at))) {
        if (option(p, word))
            continue;
        if (begins(word, "run=")) {
            memset(p->argument, 0, sizeof p->argument);
            set_program(p, p->argument[n = 0] = word + 4);
        } else if (!p->argument[0])
            continue; /* a loader may put its own words in front */
        if (n < ARGS_MAX)
            p->argument[n++] = begins(word, "run=") ? word + 4 : word;
    }
    if (!p->quantum)
        p->quantum = 1;
    if (!p->argument[0])
        set_program(p, p->argument[0] = "init");
}
