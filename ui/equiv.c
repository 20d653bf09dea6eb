/* SPDX-License-Identifier: MIT */
/* `ringside equiv`: a guest under two techniques at once, and the first difference between what it sees. */
#include "ui/equiv.h"

#include <stdio.h>

#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/report.h"

static int take_side(struct comparison *k, unsigned i, const char *name)
{
    char error[512];

    k->name[i] = name;
    switch (take_technique(&k->technique[i], name, error, sizeof error)) {
    case TAKEN: return 0;
    case TAKEN_SAID: return report(STATUS_USAGE, "equiv: %s: %s", name, error);
    case TAKEN_UNBUILT: return report(STATUS_USAGE, _("equiv: %s: not built yet"), name);
    default: return report(STATUS_USAGE, _("equiv: %s: no such technique"), name);
    }
}

/* [A B] GUEST. */
static int take_words(struct comparison *k)
{
    static char *standard[] = {"native", "emulate"};
    struct options *o = &k->o;
    char **name = o->word_count == 3 ? o->words : standard;

    if (o->word_count != 1 && o->word_count != 3)
        return report(STATUS_USAGE, _("equiv takes two techniques and a guest: ringside equiv native emulate GUEST"));
    o->word = o->words[o->word_count - 1];
    if (!o->clock_insns)
        return report(STATUS_USAGE, _("techniques take different numbers of cycles; what can be compared is counted in "
                                      "instructions: --clock insns"));
    for (unsigned i = 0; i < 2; i++)
        if (take_side(k, i, name[i]))
            return STATUS_USAGE;
    return 0;
}

int command_equiv(int argc, char **argv)
{
    struct comparison k = {.technique = {NULL}};
    int status;

    if (options_parse(&k.o, FOR_EQUIV, argc, argv))
        return STATUS_USAGE;
    if (k.o.help)
        return command_help("equiv");
    status = take_words(&k);
    if (!status)
        status = comparison_open(&k);
    if (!status)
        status = comparison_run(&k, k.o.limit);
    if (!status)
        status = (k.o.json ? equiv_json(&k) : equiv_text(&k)) || k.e.result != EQUIV_SAME ? STATUS_FAILED : STATUS_OK;
    comparison_close(&k);
    return status;
}
