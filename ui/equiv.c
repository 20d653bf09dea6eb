/* SPDX-License-Identifier: MIT */
/* `ringside equiv`: a guest under two techniques at once, and the first difference between what it sees. */
#include <inttypes.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "interp/machine.h"
#include "ui/command.h"
#include "ui/disasm.h"
#include "ui/equiv.h"
#include "ui/i18n.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/session.h"
#include "vmm/technique.h"

static int open_side(struct side *s, const struct options *o, const char *technique)
{
    struct options one = *o;
    enum taken taken = take_mode(&one, technique);
    int status;

    if (taken == TAKEN_SAID)
        return STATUS_USAGE;
    if (taken == TAKEN_UNBUILT)
        return report(STATUS_USAGE, _("equiv: %s: not built yet"), technique);
    if (taken != TAKEN)
        return report(STATUS_USAGE, _("equiv: %s: no such technique"), technique);
    for (unsigned i = 0; i < one.disks; i++)
        one.disk[i].snapshot = true; /* what one side writes the other shall not read */
    status = session_open(&s->s, &one);
    if (!status && o->keys)
        status = keys_read(&s->keys, o->keys);
    if (!status)
        keys_attach(&s->keys, vm_guest(s->s.vm), s->s.input);
    return status;
}

/* What was pressed since then is to be pressed again. */
static void back(void *comparison, uint64_t tick)
{
    struct comparison *k = comparison;

    for (unsigned i = 0; i < 2; i++)
        keys_seek(&k->side[i].keys, tick);
}

static int compare(struct comparison *k)
{
    struct equiv *e = &k->e;

    *e = (struct equiv){.vm = {k->side[0].s.vm, k->side[1].s.vm},
                        .only_checkpoints = k->o.bisect,
                        .until = k->o.limit,
                        .back = back,
                        .ctx = k};
    equiv_run(e);
    if (e->result == EQUIV_NO_MEMORY)
        return report(STATUS_FAILED, _("out of memory"));
    if (k->o.json ? equiv_json(k) : equiv_text(k))
        return STATUS_FAILED;
    return e->result == EQUIV_SAME ? STATUS_OK : STATUS_FAILED;
}

/* [A B] GUEST. */
static int take_words(struct comparison *k)
{
    static char *standard[] = {"native", "emulate"};
    struct options *o = &k->o;

    if (o->word_count != 1 && o->word_count != 3)
        return report(STATUS_USAGE, _("equiv takes two techniques and a guest: ringside equiv native emulate GUEST"));
    o->word = o->words[o->word_count - 1];
    k->technique = o->word_count == 3 ? o->words : standard;
    if (!o->clock_insns)
        return report(STATUS_USAGE, _("equiv compares by the clock of instructions: --clock insns"));
    return 0;
}

int command_equiv(int argc, char **argv)
{
    struct comparison k = {.technique = NULL};
    int status;

    if (options_parse(&k.o, FOR_EQUIV, argc, argv))
        return STATUS_USAGE;
    if (k.o.help)
        return command_help("equiv");
    status = take_words(&k);
    for (unsigned i = 0; i < 2 && !status; i++)
        status = open_side(&k.side[i], &k.o, k.technique[i]);
    if (!status)
        status = compare(&k);
    for (unsigned i = 0; i < 2; i++) {
        (void)session_close(&k.side[i].s); /* snapshots: nothing is written */
        keys_free(&k.side[i].keys);
    }
    return status;
}
