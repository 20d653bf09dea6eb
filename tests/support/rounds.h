/* SPDX-License-Identifier: MIT */
/* How long judges that draw at random go on: RINGSIDE_LONG=1 in the environment asks for their long form. */
#ifndef TESTS_SUPPORT_ROUNDS_H
#define TESTS_SUPPORT_ROUNDS_H

#include <stdlib.h>
#include <string.h>

static inline unsigned rounds(unsigned short_form, unsigned long_form)
{
    const char *v = getenv("RINGSIDE_LONG");

    return v && strcmp(v, "1") == 0 ? long_form : short_form;
}

#endif
