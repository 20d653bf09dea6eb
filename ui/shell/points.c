/* SPDX-License-Identifier: MIT */
/* Commands about stop points: breakpoints and watchpoints. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"
#include "ui/shell/names.h"
#include "vmm/technique.h"

/* ---- making them ------------------------------------------------------------------------------------------------- */

/* Keeps what the user wrote, up to `end`. */
static void keep_text(char to[STOP_TEXT], const char *text, const char *end)
{
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    (void)snprintf(to, STOP_TEXT, "%.*s", (int)(end - text), text);
}

/* The expression that is a point's condition. -1 after a complaint. */
static int parse_condition(struct shell *sh, const char *args, struct expr **e, char when[STOP_TEXT])
{
    const char *text = args + strspn(args, " \t");

    *e = arg_expr(sh, &args);
    if (!*e || !arg_none(sh, args)) {
        expr_free(*e);
        *e = NULL;
        return -1;
    }
    keep_text(when, text, args);
    return 0;
}

/* "if COND" behind a stop point; anything else is too much. -1 after a complaint. */
static int take_condition(struct shell *sh, const char *args, struct stop_point *p)
{
    args += strspn(args, " \t");
    if (strncmp(args, "if", 2) != 0 || !strchr(" \t(", args[2] ? args[2] : ' '))
        return arg_none(sh, args) ? 0 : -1;
    return parse_condition(sh, args + 2, &p->condition, p->when);
}

static void add(struct shell *sh, struct stop_point *p, const char *args)
{
    char place[PLACE_TEXT];
    unsigned number;

    if (take_condition(sh, args, p))
        return;
    p->enabled = true;
    number = stops_add(sh->d, p);
    if (!number) {
        expr_free(p->condition);
        shell_bad(sh, _("there are %d stop points already"), STOPS_MAX);
        return;
    }
    sheet_put(&sh->out, LOOK_PLAIN, p->kind == STOP_TOUCH ? _("Watchpoint %u: %s") : _("Breakpoint %u: %s"), number,
              p->text);
    if (p->kind == STOP_AT)
        sheet_put(&sh->out, LOOK_PLAIN, _(" at %s"), shell_place(sh, p->at, place, sizeof place));
    if (*p->when)
        sheet_put(&sh->out, LOOK_PLAIN, " if %s", p->when);
    sheet_end(&sh->out);
}

/* Does the word `head` stand before the name of an event? Takes both: which one it is; -1: they do not stand there. */
static int take_event(const char **args, const char *head, int (*number)(const char *name))
{
    const char *at = *args;
    char word[WORD];
    int n;

    if (!arg_word(&at, word) || strcmp(word, head) != 0 || !arg_word(&at, word))
        return -1;
    n = number(word);
    if (n >= 0)
        *args = at;
    return n;
}

/* "exit WORD", and the word is neither a reason nor "if": told apart from a symbol called exit. */
static bool names_unknown(const char *args, const char *head)
{
    char word[WORD];

    return arg_word(&args, word) && strcmp(word, head) == 0 && (isalnum((unsigned char)*args) || *args == '#') &&
           strncmp(args, "if", 2) != 0;
}

static void break_at(struct shell *sh, const char *args, struct stop_point *p)
{
    const char *text = args, *at = args + (*args == '*');
    char error[EXPR_ERROR];
    struct expr *e;

    if (!*args || strncmp(args, "if ", 3) == 0) { /* here, as gdb has it */
        e = expr_parse(sh->d, "$pc", NULL, error, sizeof error);
        (void)snprintf(p->text, sizeof p->text, "$eip");
    } else {
        e = arg_expr(sh, &at);
        if (e)
            keep_text(p->text, text, at);
    }
    if (e && !expr_address(sh->d, e, &p->at, error, sizeof error))
        add(sh, p, at);
    else if (e)
        shell_bad(sh, "%s", error);
    expr_free(e);
}

/* Nothing enters a monitor where there is none. */
static void warn_unmonitored(struct shell *sh, const struct stop_point *p)
{
    const struct technique *t = vm_technique(debug_vm(sh->d));
    char text[300];

    if (p->kind != STOP_REASON || t->needs_monitor)
        return;
    (void)snprintf(text, sizeof text,
                   _("Under %s there is no monitor to enter: it stops nowhere until `technique` changes to one that "
                     "has one."),
                   t->name);
    sheet_wrap(&sh->out, LOOK_PLAIN, sh->width, text);
}

static void set_break(struct shell *sh, const char *args, bool temporary)
{
    struct stop_point p = {.temporary = temporary};
    const char *at = args;
    int n;

    if ((n = take_event(&at, "exit", exit_number)) >= 0)
        p.kind = STOP_REASON;
    else if ((n = take_event(&at, "trap", vector_number)) >= 0)
        p.kind = STOP_VECTOR;
    p.what = (unsigned)n;
    if (n >= 0) {
        keep_text(p.text, args, at);
        add(sh, &p, at);
        warn_unmonitored(sh, &p);
    } else if (names_unknown(args, "exit")) {
        shell_bad(sh, _("'%s' is no exit reason (Tab lists them)"), args + strcspn(args, " \t") + 1);
    } else if (names_unknown(args, "trap")) {
        shell_bad(sh, _("'%s' is no vector: 0 to 255, or a name as #PF"), args + strcspn(args, " \t") + 1);
    } else {
        break_at(sh, args, &p);
    }
}

static void do_break(struct shell *sh, const char *args)
{
    set_break(sh, args, false);
}

static void tbreak(struct shell *sh, const char *args)
{
    set_break(sh, args, true);
}

static void set_watch(struct shell *sh, const char *args, bool reads, bool writes)
{
    struct stop_point p = {.kind = STOP_TOUCH, .reads = reads, .writes = writes};
    const char *at = args;
    char error[EXPR_ERROR];
    struct expr *e;

    if (!*args) {
        shell_bad(sh, "%s", _("a watchpoint needs a place: *ADDR, u8(ADDR), u16(ADDR), a symbol"));
        return;
    }
    e = arg_expr(sh, &at);
    if (!e)
        return;
    keep_text(p.text, args, at);
    if (expr_place(sh->d, e, &p.at, &p.size, error, sizeof error))
        shell_bad(sh, "%s", error);
    else
        add(sh, &p, at);
    expr_free(e);
}

static void watch(struct shell *sh, const char *args)
{
    set_watch(sh, args, false, true);
}

static void rwatch(struct shell *sh, const char *args)
{
    set_watch(sh, args, true, false);
}

static void awatch(struct shell *sh, const char *args)
{
    set_watch(sh, args, true, true);
}

/* ---- changing them ----------------------------------------------------------------------------------------------- */

/* The point that a word numbers. NULL after a complaint. */
static struct stop_point *numbered(struct shell *sh, const char *word)
{
    char *end;
    unsigned long n = strtoul(word, &end, 10);
    struct stop_point *p =
        isdigit((unsigned char)*word) && !*end && n <= sh->d->stops.last ? stops_find(sh->d, (unsigned)n) : NULL;

    if (!p)
        shell_bad(sh, _("there is no stop point %s"), word);
    return p;
}

/* "FIRST-LAST", of which some may be gone. False: it is no range, and nothing was done. */
static bool each_of_range(struct shell *sh, const char *word, void (*act)(struct debugger *d, struct stop_point *p))
{
    struct stop_point *p;
    unsigned first, last;
    char rest;

    if (!isdigit((unsigned char)*word) || sscanf(word, "%9u-%9u%c", &first, &last, &rest) != 2 || !first ||
        first > last || last > sh->d->stops.last)
        return false;
    for (unsigned n = first; n <= last; n++)
        if ((p = stops_find(sh->d, n)))
            act(sh->d, p);
    return true;
}

/* Does something to what a word numbers. False after a complaint. */
static bool each_of_word(struct shell *sh, const char *word, void (*act)(struct debugger *d, struct stop_point *p))
{
    struct stop_point *p;

    if (each_of_range(sh, word, act))
        return true;
    p = numbered(sh, word);
    if (p)
        act(sh->d, p);
    return p;
}

/* Does something to each point that is named, or to all. */
static void each(struct shell *sh, const char *args, void (*act)(struct debugger *d, struct stop_point *p))
{
    char word[WORD];

    if (!*args)
        for (unsigned i = 0; i < STOPS_MAX; i++)
            if (sh->d->stops.point[i].number)
                act(sh->d, &sh->d->stops.point[i]);
    while (arg_word(&args, word) && each_of_word(sh, word, act))
        ;
}

static void enable_point(struct debugger *d, struct stop_point *p)
{
    stops_enable(d, p, true);
}

static void disable_point(struct debugger *d, struct stop_point *p)
{
    stops_enable(d, p, false);
}

static void delete (struct shell *sh, const char *args)
{
    each(sh, args, stops_delete);
}

static void enable(struct shell *sh, const char *args)
{
    each(sh, args, enable_point);
}

static void disable(struct shell *sh, const char *args)
{
    each(sh, args, disable_point);
}

static void condition(struct shell *sh, const char *args)
{
    struct expr *e = NULL;
    struct stop_point *p;
    char word[WORD], when[STOP_TEXT] = "";

    if (!arg_word(&args, word)) {
        shell_bad(sh, "%s", _("condition needs a number, and an expression"));
        return;
    }
    p = numbered(sh, word);
    if (!p)
        return;
    if (*args && parse_condition(sh, args, &e, when))
        return;
    expr_free(p->condition);
    p->condition = e;
    (void)snprintf(p->when, sizeof p->when, "%s", when);
}

static void ignore(struct shell *sh, const char *args)
{
    struct stop_point *p;
    char word[WORD];
    int64_t n;

    if (!arg_word(&args, word) || !*args) {
        shell_bad(sh, "%s", _("ignore needs a number, and how often"));
        return;
    }
    p = numbered(sh, word);
    if (!p || arg_value(sh, args, &n))
        return;
    p->ignore = n < 0 ? 0 : (uint64_t)n;
    sheet_line(&sh->out, LOOK_PLAIN, _("Stop point %u: %" PRIu64 " hits to come will not stop."), p->number, p->ignore);
}

const struct shell_command commands_points[] = {
    {"break", "b br brea", "[ADDR | exit REASON | trap VECTOR] [if COND]",
     N_("stops before the instruction at an address, when the monitor is entered for a reason, or when a vector is "
        "delivered"),
     NULL, COMPLETES_STOP, ONCE, do_break},
    {"tbreak", "tb", "[ADDR | exit REASON | trap VECTOR] [if COND]", N_("the same, once"), NULL, COMPLETES_STOP, ONCE,
     tbreak},
    {"watch", "", "EXPR [if COND]", N_("stops after a write that changes *ADDR, u8(ADDR), u16(ADDR) or a symbol"), NULL,
     COMPLETES_EXPRESSION, ONCE, watch},
    {"rwatch", "", "EXPR [if COND]", N_("stops after a read of it"), NULL, COMPLETES_EXPRESSION, ONCE, rwatch},
    {"awatch", "", "EXPR [if COND]", N_("stops after a read of it or a write to it"), NULL, COMPLETES_EXPRESSION, ONCE,
     awatch},
    {"delete", "d", "[NUMBER...]", N_("removes stop points; without a number, all"), NULL, COMPLETES_NOTHING, ONCE,
     delete},
    {"enable", "en", "[NUMBER...]", N_("lets stop points work again"), NULL, COMPLETES_NOTHING, ONCE, enable},
    {"disable", "dis", "[NUMBER...]", N_("keeps stop points from working"), NULL, COMPLETES_NOTHING, ONCE, disable},
    {"condition", "cond", "NUMBER [COND]", N_("a stop point's condition; without one it always stops"), NULL,
     COMPLETES_NOTHING, ONCE, condition},
    {"ignore", "", "NUMBER COUNT", N_("lets a stop point pass so many times; they count as hits"), NULL,
     COMPLETES_NOTHING, ONCE, ignore},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
