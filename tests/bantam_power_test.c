/* SPDX-License-Identifier: MIT */
/*
 * Bantam's file system loses power at every write. Between two flushes a disk may keep any of the sectors that it was given,
 * in any order. Whatever it kept, fsck finds it consistent, and it holds a state that the calls went through: not older than
 * the last fs_sync(), and all of it.
 */
#include "tests/support/cutdisk.h"
#include "tests/support/fswork.h"
#include "tests/support/rounds.h"

#include "guests/bantam/fs/fs_state.h"

#include <criterion/criterion.h>

struct story {
    struct cutdisk disk, at_start, kept, cut; /* at work; before; all that was flushed; what one power cut left */
    struct fs fs, after;
    struct model model;
    struct fswork work;
    struct step {
        uint32_t synced; /* the state that the last fs_sync() before it returned for */
        uint32_t newest; /* the last state when it was done */
    } * step;            /* by mark; one more at the end */
    uint64_t random;
    unsigned long cuts, replays;
};

static unsigned draw(struct story *s, unsigned below)
{
    s->random = s->random * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(s->random >> 33) % below;
}

static void tell(struct story *s, uint32_t blocks, uint32_t slots, unsigned steps, uint64_t seed)
{
    cutdisk_init(&s->disk, blocks);
    cutdisk_init(&s->at_start, blocks);
    cutdisk_init(&s->kept, blocks);
    cutdisk_init(&s->cut, blocks);
    s->step = calloc(steps + 1, sizeof *s->step);
    s->random = seed;
    cr_assert_eq(newfs(&s->disk.disk, slots, 32), 0);
    cutdisk_copy(&s->at_start, &s->disk);
    cr_assert_eq(fs_mount(&s->fs, &s->disk.disk), 0);
    fswork_init(&s->work, &s->fs, &s->model, seed);
    s->disk.recording = 1;
    for (unsigned i = 0; i < steps; i++) {
        int did;

        s->disk.mark = i;
        did = fswork_step(&s->work);
        cr_assert_geq(did, 0, "seed %llu: step %u went wrong", (unsigned long long)seed, i);
        s->step[i].newest = s->work.sums - 1;
        s->step[i + 1].synced = did ? s->step[i].newest : s->step[i].synced;
    }
}

static void forget(struct story *s)
{
    cutdisk_free(&s->disk);
    cutdisk_free(&s->at_start);
    cutdisk_free(&s->kept);
    cutdisk_free(&s->cut);
    fswork_free(&s->work);
    free(s->step);
}

/* Which state is it? */
static int is_one_of(const struct story *s, uint64_t sum, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to; i++)
        if (s->work.sum[i] == sum)
            return 1;
    return 0;
}

static void assert_clean(struct story *s, const char *when)
{
    int found = fsck_check(&s->cut.disk, stdout);

    cr_assert_eq(found, 0, "cut %lu, %s: %d findings", s->cuts, when, found);
}

/* The mount that repairs it loses power too: what the next one finds is no different. */
static uint64_t mount(struct story *s, int again)
{
    int error;
    uint64_t sum;

    s->cut.recording = again;
    cr_assert_eq(fs_mount(&s->after, &s->cut.disk), 0, "cut %lu does not mount", s->cuts);
    s->cut.recording = 0;
    assert_clean(s, "after a mount");
    sum = model_sum_of(&s->after, &error);
    cr_assert_eq(error, 0);
    return sum;
}

/* `mode` 0: all that was not flushed was lost; 1: nothing was; else a draw. */
static void keep_some(struct story *s, const struct cutdisk *from, const struct write_event *e, uint32_t n,
                      unsigned mode)
{
    unsigned odds = 1 + draw(s, 7);

    cutdisk_copy(&s->cut, from);
    for (uint32_t i = 0; i < n; i++) {
        unsigned mask = (draw(s, 8) < odds) | (unsigned)(draw(s, 8) < odds) << 1;

        cutdisk_apply(&s->cut, &e[i], mode == 0 ? 0 : mode == 1 ? 3 : mask);
    }
}

/* After write `end` - 1, and just before the next: what had been synced until then must be there. */
static void try_cut(struct story *s, uint32_t first, uint32_t end, unsigned mode, unsigned steps)
{
    uint32_t done = s->disk.event[end ? end - 1 : 0].mark;
    uint32_t from = s->step[end < s->disk.events ? s->disk.event[end].mark : steps].synced;
    uint32_t to = s->step[done].newest > from ? s->step[done].newest : from;
    struct cutdisk before;
    uint64_t sum;

    s->cuts++;
    keep_some(s, &s->kept, &s->disk.event[first], end - first, mode);
    assert_clean(s, "before a mount");
    cutdisk_init(&before, s->cut.disk.blocks);
    cutdisk_copy(&before, &s->cut);
    sum = mount(s, draw(s, 4) == 0);
    cr_assert(is_one_of(s, sum, from, to), "cut %lu (write %u, step %u): no state of then", s->cuts, end, done);
    if (s->cut.events) {
        uint32_t some = draw(s, s->cut.events + 1);
        struct write_event *events = s->cut.event;

        s->cut.event = NULL;
        s->cut.room = 0;
        keep_some(s, &before, events, some, 2);
        cr_assert_eq(mount(s, 0), sum, "cut %lu: a second cut, in the mount", s->cuts);
        s->replays++;
        free(events);
    }
    cutdisk_free(&before);
}

static void cut_everywhere(struct story *s, unsigned draws, unsigned steps)
{
    uint32_t flushed = 0;

    cutdisk_copy(&s->kept, &s->at_start);
    for (uint32_t end = 0; end <= s->disk.events; end++) {
        for (unsigned mode = 0; mode < 2 + draws; mode++)
            try_cut(s, flushed, end, mode, steps);
        if (end == s->disk.events || s->disk.event[end].block != FLUSH)
            continue;
        for (; flushed <= end; flushed++)
            cutdisk_apply(&s->kept, &s->disk.event[flushed], 3);
    }
}

static void power(uint32_t blocks, uint32_t slots, unsigned steps, unsigned draws, uint64_t seed)
{
    static struct story s;

    s = (struct story){0};
    tell(&s, blocks, slots, steps, seed);
    cut_everywhere(&s, draws, steps);
    printf("judge: %lu power cuts, %lu in a mount, %u writes, %u states, disk full %d times\n", s.cuts, s.replays,
           s.disk.events, s.work.sums, s.work.full);
    cr_assert_gt(s.replays, 0);
    forget(&s);
}

Test(bantam_power, every_write, .timeout = 600)
{
    for (unsigned i = 0; i < rounds(2, 30); i++) {
        power(256, LOG_SLOTS_MIN, 500, rounds(2, 6), 1 + i);
        power(64, LOG_SLOTS_MIN + i % 20, 500, rounds(1, 6), 1000 + i); /* a disk that is full most of the time */
    }
}
