/* SPDX-License-Identifier: MIT */
/* Two sides of a comparison, opened and closed: both boot, or both go on from where a session stands. */
#include <inttypes.h>

#include "interp/machine.h"
#include "interp/state.h"
#include "ui/equiv.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "vmm/technique.h"

/* The options of one side. What it writes to a disk nobody else shall read. */
static void options_of(const struct comparison *k, unsigned i, struct options *o)
{
    *o = k->o;
    o->technique = k->technique[i];
    for (unsigned d = 0; d < o->disks; d++)
        o->disk[d].snapshot = true;
}

static int attach_keys(struct side *s, const char *file)
{
    int status = file ? keys_read(&s->keys, file) : 0;

    if (!status)
        keys_attach(&s->keys, vm_guest(s->s.vm), s->s.input);
    return status;
}

/* Does a technique of the two know the --mmu that was asked for? */
static int check_mmu(const struct comparison *k)
{
    unsigned known = k->technique[0]->mmu | k->technique[1]->mmu;

    if (!k->o.mmu || known & (options_shadow(&k->o) ? MMU_SHADOW : MMU_NESTED))
        return 0;
    return report(STATUS_USAGE, _("--mmu %s: neither %s nor %s has such a memory technique"), k->o.mmu, k->name[0],
                  k->name[1]);
}

int comparison_open(struct comparison *k)
{
    int status = check_mmu(k);

    for (unsigned i = 0; i < 2 && !status; i++) {
        struct options o;

        options_of(k, i, &o);
        status = session_open(&k->side[i].s, &o);
        if (!status)
            status = attach_keys(&k->side[i], o.keys);
    }
    return status;
}

int comparison_copy(struct comparison *k, const struct session *s, const struct keys *keys)
{
    int status = 0;

    for (unsigned i = 0; i < 2 && !status; i++) {
        struct options o;

        options_of(k, i, &o);
        status = session_copy(&k->side[i].s, s, keys, &o);
        if (!status)
            status = attach_keys(&k->side[i], o.keys);
    }
    return status;
}

/* What was pressed since then is to be pressed again. */
static void back(void *comparison, uint64_t tick)
{
    struct comparison *k = comparison;

    for (unsigned i = 0; i < 2; i++)
        keys_seek(&k->side[i].keys, tick);
}

int comparison_run(struct comparison *k, uint64_t until)
{
    k->e = (struct equiv){.vm = {k->side[0].s.vm, k->side[1].s.vm},
                          .only_checkpoints = k->o.bisect,
                          .until = until,
                          .back = back,
                          .ctx = k};
    if (until <= vm_tick(k->e.vm[0]))
        return report(STATUS_USAGE, _("nothing to compare: the saved guest is at tick %" PRIu64 " already"),
                      vm_tick(k->e.vm[0]));
    equiv_run(&k->e);
    return k->e.result == EQUIV_NO_MEMORY ? report(STATUS_FAILED, _("out of memory")) : 0;
}

void comparison_close(struct comparison *k)
{
    for (unsigned i = 0; i < 2; i++) {
        (void)session_close(&k->side[i].s); /* snapshots: nothing is written */
        keys_free(&k->side[i].keys);
    }
}
