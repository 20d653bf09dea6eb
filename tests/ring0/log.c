/* SPDX-License-Identifier: MIT */
#include "tests/ring0/log.h"

#include <stdlib.h>
#include <string.h>

/* One start of an emulator, read word by word. */
struct stream {
    const uint8_t *bytes;
    size_t words, at;
};

static bool take(struct stream *s, void *to, size_t words)
{
    if (s->words - s->at < words)
        return false;
    if (to)
        memcpy(to, s->bytes + 4 * s->at, 4 * words);
    s->at += words;
    return true;
}

static bool take_trap(struct stream *s, struct run *r)
{
    struct trap_record t;

    if (!take(s, &t, sizeof t / 4))
        return false;
    if (r && r->traps < TRAPS)
        r->trap[r->traps++] = t;
    return true;
}

static bool take_final(struct stream *s, struct run *r, uint8_t *dump)
{
    if (!r || !take(s, &r->final, sizeof r->final / 4))
        return false;
    r->end = RUN_WHOLE;
    return !dump || take(s, dump, ARENA_SIZE / 4);
}

/* Reads one start's records. Returns the program that it was at when it ended, `count` if it got through. */
static uint32_t read_start(struct stream *s, uint32_t count, struct run *run, uint8_t *dump)
{
    uint32_t word, number = 0;
    struct run *r = NULL;

    while (take(s, &word, 1)) {
        switch (word & 0xff) {
        case 'S':
            if (!take(s, &number, 1) || number >= count)
                return number;
            r = &run[number];
            *r = (struct run){.end = RUN_STOPPED};
            break;
        case 'X':
            if (!take_trap(s, r))
                return number;
            break;
        case 'F':
            if (!take_final(s, r, dump))
                return number;
            break;
        case 'E': return count;
        default: return number;
        }
    }
    return number;
}

int runs_collect(const struct emulator *e, struct image *image, const char *folder, struct run *run, uint8_t *dump)
{
    uint32_t first = 0, at;
    size_t size;
    uint8_t *log;
    bool hung;

    while (first < image->count) {
        struct stream s;

        image_end(image, first, e->flags | (dump ? FLAG_DUMP : 0));
        if (emulator_run(e, image, folder, &log, &size, &hung))
            return -1;
        s = (struct stream){log, size / 4, 0};
        at = read_start(&s, image->count, run, dump);
        free(log);
        if (at < first || (at < image->count && run[at].end == RUN_NOT))
            return -1;
        if (hung && at < image->count)
            run[at].end = RUN_HUNG;
        first = at < image->count ? at + 1 : at;
    }
    return 0;
}

/*
 * QEMU's pushed EFLAGS have no RF after faults, and its error codes no EXT (generate.h).
 */
void run_normalize(struct run *r, const char *judge)
{
    if (strcmp(judge, "qemu") != 0)
        return;
    for (unsigned i = 0; i < r->traps; i++) {
        struct trap_record *t = &r->trap[i];
        unsigned vector = t->vector_step & 0xff;

        t->eflags &= ~0x10000u;
        if (vector >= 10 && vector <= 13)
            t->error &= ~1u;
    }
}

bool run_equal(const struct run *a, const struct run *b)
{
    return a->end == b->end && a->traps == b->traps && memcmp(a->trap, b->trap, a->traps * sizeof *a->trap) == 0 &&
           (a->end != RUN_WHOLE || memcmp(&a->final, &b->final, sizeof a->final) == 0);
}
