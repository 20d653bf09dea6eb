/* SPDX-License-Identifier: MIT */
/* `ringside equiv`: the comparison, and its result in two forms. */
#ifndef UI_EQUIV_H
#define UI_EQUIV_H

#include "ui/keys.h"
#include "ui/options.h"
#include "ui/session.h"
#include "vmm/equiv.h"

struct side {
    struct session s;
    struct keys keys;
};

struct comparison {
    struct options o;
    char **technique; /* two names */
    struct side side[2];
    struct equiv e;
};

/* On standard output. 0; -1: not all could be written. */
int equiv_text(const struct comparison *k);
int equiv_json(const struct comparison *k);

#endif
