/* SPDX-License-Identifier: MIT */
/*
 * Who ran: strips of letters over cycles. A column has room for one letter, and often several had their part in it: each
 * part is added to its owner's account, and the letter is whose account stands highest. So over any stretch there are as
 * many letters of each kind as it had of the cycles.
 */
#include <inttypes.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum {
    STRIP_MAX = 256,
    NAME = 2,
    NUMBERS = 18,
    NUMBER_WIDTH = 13, /* a number's; a share's follows */
    SHARE_WIDTH = 7,
    WIDE = NUMBERS + 2 * (NUMBER_WIDTH + SHARE_WIDTH) /* from here on cycles are told, not only shares */
};

static const enum look look_of[WHOS] = {LOOK_USER, LOOK_KERNEL, LOOK_MONITOR, LOOK_FAINT};

static uint64_t sum(const uint64_t by[WHOS])
{
    uint64_t all = 0;

    for (enum who w = 0; w < WHOS; w++)
        all += by[w];
    return all;
}

/* One letter; a column of which nothing is known stays blank. */
static void cell(struct sheet *s, const uint64_t by[WHOS], double account[WHOS])
{
    uint64_t all = sum(by);
    enum who most = WHOS;

    for (enum who w = 0; w < WHOS && all; w++) {
        account[w] += (double)by[w] / (double)all;
        if (by[w] && (most == WHOS || account[w] > account[most]))
            most = w;
    }
    if (most == WHOS) {
        sheet_text(s, LOOK_PLAIN, " ");
        return;
    }
    account[most] -= 1;
    sheet_put(s, look_of[most], "%c", who_letter(most));
}

/* The bins that a column covers, added up. */
static void whole_run(const struct timeline *t, int width, uint64_t all[WHOS], struct sheet *s)
{
    unsigned used = timeline_used(t), cells = used < (unsigned)width ? used : (unsigned)width;
    double account[WHOS] = {0};

    sheet_line(s, LOOK_LABEL, _("the whole run: %" PRIu64 " cycles"), t->since - t->start);
    for (unsigned i = 0; i < cells; i++) {
        uint64_t by[WHOS] = {0};

        for (unsigned b = i * used / cells; b < (i + 1) * used / cells; b++)
            for (enum who w = 0; w < WHOS; w++)
                by[w] += t->bin[b][w];
        for (enum who w = 0; w < WHOS; w++)
            all[w] += by[w];
        cell(s, by, account);
    }
    sheet_end(s);
}

/* The cycles of [from, to) from the changes: exact, but only as far back as those reach. */
static void last_run(const struct timeline *t, uint64_t from, int width, uint64_t all[WHOS], struct sheet *s)
{
    uint64_t to = t->since, by[WHOS], cells;
    double account[WHOS] = {0};
    uint64_t oldest = t->change[t->changes > TIMELINE_CHANGES ? t->changes % TIMELINE_CHANGES : 0].at;

    if (from < oldest)
        from = oldest;
    cells = to - from < (uint64_t)width ? to - from : (uint64_t)width;
    sheet_line(s, LOOK_LABEL, _("the last run: %" PRIu64 " cycles"), to - from);
    for (uint64_t i = 0; i < cells; i++) {
        timeline_recent(t, from + (to - from) * i / cells, from + (to - from) * (i + 1) / cells, by);
        cell(s, by, account);
    }
    sheet_end(s);
    timeline_recent(t, from, to, all);
}

static void put_share(struct sheet *s, uint64_t part, uint64_t all, bool wide)
{
    if (wide)
        sheet_put(s, LOOK_PLAIN, "%*" PRIu64, NUMBER_WIDTH, part);
    sheet_put(s, LOOK_PLAIN, "%*.1f%%", SHARE_WIDTH - 1, all ? 100.0 * (double)part / (double)all : 0.0);
}

/* Both runs, cycle by cycle. */
static void legend(const uint64_t whole[WHOS], const uint64_t last[WHOS], bool wide, struct sheet *s)
{
    int share = NUMBERS + (wide ? NUMBER_WIDTH : 0), apart = SHARE_WIDTH + (wide ? NUMBER_WIDTH : 0);

    view_head(s, (const struct head[]){{share + 2, N_("whole")}, {share + apart + 2, N_("last")}, {0, NULL}});
    for (enum who w = 0; w < WHOS; w++) {
        sheet_put(s, look_of[w], "%c", who_letter(w));
        sheet_to(s, NAME);
        sheet_text(s, LOOK_PLAIN, who_name(w));
        sheet_to(s, NUMBERS);
        put_share(s, whole[w], sum(whole), wide);
        put_share(s, last[w], sum(last), wide);
        sheet_end(s);
    }
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    int width = room->width < STRIP_MAX ? room->width : STRIP_MAX;
    uint64_t from = d->time->since - (debug_running(d) ? d->time->since - d->run.cycles : d->report.cycles);
    uint64_t whole[WHOS] = {0}, last[WHOS] = {0};

    whole_run(d->time, width, whole, s);
    last_run(d->time, from, width, last, s);
    legend(whole, last, room->width >= WIDE, s);
}

const struct view view_chart = {
    .name = "chart",
    .title = N_("Who ran"),
    .doc =
        N_("who had the processor over time: guest user, guest kernel, monitor, idle; the whole run and the last one"),
    .detail = N_("Time goes from left to right, in cycles of the physical CPU. Over any stretch there "
                 "are as many letters of each kind as it had of the cycles: u the guest's user programs, k its kernel, "
                 "M the monitor, . nobody (HLT). The table below counts every cycle, also those that were too "
                 "few for a letter. In native there is no monitor; in emulate the monitor's interpreter does "
                 "everything."),
    .source = "SDM Vol. 3, 5.5 \"Privilege Levels\"",
    .draw = draw};
