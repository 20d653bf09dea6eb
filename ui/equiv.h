/* SPDX-License-Identifier: MIT */
/* A guest under two techniques at once: the comparison, its result in two forms, and its finding for the scoreboard. */
#ifndef UI_EQUIV_H
#define UI_EQUIV_H

#include "ui/keys.h"
#include "ui/options.h"
#include "ui/session.h"
#include "ui/finding.h"
#include "vmm/equiv.h"

struct debugger;

struct side {
    struct session s;
    struct keys keys;
};

struct comparison {
    struct options o; /* of both sides, but for the technique */
    const struct technique *technique[2];
    const char *name[2]; /* as the user wrote them */
    struct side side[2];
    struct equiv e;
};

/* comparison.c: from the first instruction on, or --load. 0, or an exit status after one line on standard error. */
int comparison_open(struct comparison *k);
/* The same from the state in which a session stands: on copies, which it does not notice. */
int comparison_copy(struct comparison *k, const struct session *s, const struct keys *keys);
/* Until a tick. 0, or as above. */
int comparison_run(struct comparison *k, uint64_t until);
void comparison_close(struct comparison *k);

/* equiv_said.c: on standard output. 0; -1: not all could be written. */
int equiv_text(const struct comparison *k);
int equiv_json(const struct comparison *k);
void equiv_finding(const struct comparison *k, struct finding *v);

#endif
