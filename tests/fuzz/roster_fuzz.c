/* SPDX-License-Identifier: MIT */
/* Rosters and file names in any encoding: what comes out is UTF-8 without control characters, and matches what it should. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "grade/roster.h"
#include "grade/submission.h"

static void printable(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roster r;
    char error[200] = "", name[SUBMISSION_NAME];

    submission_utf8((const char *)data, size, name, sizeof name);
    printable(name);
    if (roster_parse(&r, (const char *)data, size, error, sizeof error))
        return 0;
    for (size_t i = 0; i < r.count; i++) {
        printable(r.student[i].name);
        printable(r.student[i].class);
        if (roster_match(&r, r.student[i].number) != &r.student[i])
            abort();
    }
    roster_free(&r);
    return 0;
}
