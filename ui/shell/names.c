/* SPDX-License-Identifier: MIT */
#include "ui/shell/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vmm/vm.h"

enum { EXCEPTIONS = 32, VECTORS = 256 };

int exit_number(const char *name)
{
    for (int i = 0; i < EXIT_REASONS; i++)
        if (strcmp(exit_info[i].name, name) == 0)
            return i;
    return -1;
}

const char *exception_name(unsigned vector)
{
    char room[16];
    const char *name = vector < EXCEPTIONS ? vector_name(vector, room) : room;

    return name == room ? NULL : name; /* made up from its number */
}

int vector_number(const char *name)
{
    const char *letters = name + (*name == '#');
    char *end;
    unsigned long n;

    for (unsigned v = 0; v < EXCEPTIONS; v++) {
        const char *known = exception_name(v);

        if (known && strcasecmp(known + (*known == '#'), letters) == 0)
            return (int)v;
    }
    if (!isdigit((unsigned char)*name))
        return -1;
    n = strtoul(name, &end, 0);
    return *end || n >= VECTORS ? -1 : (int)n;
}
