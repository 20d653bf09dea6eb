/* SPDX-License-Identifier: MIT */
/* Commands that look: they change neither the guest nor what the hardware holds. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/symbols.h"
#include "ui/debug/compare.h"
#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"
#include "vmm/technique.h"
#include "ui/shell/why.h"
#include "ui/view/view.h"

enum { VIEW_HEIGHT = 16, DOC_COLUMN = 14 };

int shell_view(struct shell *sh, const char *name)
{
    const struct view_room room = {.width = sh->width, .height = VIEW_HEIGHT, .ascii = sh->ascii};
    const struct view *v = view_find(name);

    if (!v) {
        shell_bad(sh, _("'%s': `info` alone lists what there is to see"), name);
        return -1;
    }
    view_draw(v, sh->d, &room, &sh->out);
    return 0;
}

/* ---- info -------------------------------------------------------------------------------------------------------- */

static void list_views(struct shell *sh)
{
    for (unsigned i = 0; views[i]; i++) {
        sheet_put(&sh->out, LOOK_LABEL, "%s", views[i]->name);
        sheet_hang(&sh->out, LOOK_PLAIN, DOC_COLUMN, sh->width, _(views[i]->doc));
    }
}

/* Which symbol an address belongs to, and where that lies. */
static void symbol(struct shell *sh, const char *args)
{
    char place[PLACE_TEXT];
    const struct symbol *y;
    uint32_t offset;
    gva_t at;

    if (!*args) {
        shell_bad(sh, "%s", _("symbol needs a name or an address"));
        return;
    }
    if (arg_address(sh, args, &at))
        return;
    y = symbols_at(sh->d->s.symbols, at.v, &offset);
    if (!y) {
        sheet_line(&sh->out, LOOK_PLAIN, _("%08" PRIx32 ": no symbol"), at.v);
        return;
    }
    sheet_put(&sh->out, LOOK_PLAIN, "%s", shell_place(sh, at, place, sizeof place));
    sheet_line(&sh->out, LOOK_PLAIN, _(": %s is at %08" PRIx32 ", %" PRIu32 " bytes"), y->name, y->addr, y->size);
}

/* What is no view: it takes an argument. */
static const struct {
    const char *name, *view;
    void (*run)(struct shell *sh, const char *args);
} special[] = {{"symbol", NULL, symbol},   {"line", NULL, symbol},   {"r", "registers", NULL},
               {"b", "breakpoints", NULL}, {"s", "backtrace", NULL}, {"stack", "backtrace", NULL}};

static void info(struct shell *sh, const char *args)
{
    char word[WORD];

    if (!arg_word(&args, word)) {
        list_views(sh);
        return;
    }
    for (unsigned i = 0; i < sizeof special / sizeof special[0]; i++)
        if (strcmp(special[i].name, word) == 0) {
            if (special[i].run)
                special[i].run(sh, args);
            else if (arg_none(sh, args))
                (void)shell_view(sh, special[i].view);
            return;
        }
    if (arg_none(sh, args))
        (void)shell_view(sh, word);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* A value in both bases, with its character or its symbol. */
static void put_value(struct shell *sh, const struct expr *e, int64_t v)
{
    char text[FORMAT_TEXT], place[PLACE_TEXT];

    sheet_put(&sh->out, LOOK_PLAIN, "%s = ", format_value(sh, 'd', 0, v, text));
    sheet_put(&sh->out, LOOK_PLAIN, "%s", format_value(sh, 'x', 0, v, text));
    if (expr_is_character(e))
        sheet_put(&sh->out, LOOK_PLAIN, " %s", strchr(format_value(sh, 'c', 0, v, text), '\''));
    else if (v > 0 && v <= (int64_t)UINT32_MAX && strchr(shell_place(sh, gva((uint32_t)v), place, sizeof place), '<'))
        sheet_put(&sh->out, LOOK_PLAIN, " %s", strchr(place, '<'));
    sheet_end(&sh->out);
}

static void print(struct shell *sh, const char *args)
{
    char text[FORMAT_TEXT], error[EXPR_ERROR];
    struct format f;
    struct expr *e;
    int64_t v;

    if (format_take(sh, &args, &f))
        return;
    if (f.count || f.size || (f.letter && strchr("is", f.letter))) {
        shell_bad(sh, "%s", _("print takes a format of one letter: o x d u t c a"));
        return;
    }
    if (!*args)
        shell_bad(sh, "%s", _("print needs an expression"));
    if (!*args)
        return;
    e = expr_parse(sh->d, args, NULL, error, sizeof error);
    if (!e || expr_value(sh->d, e, &v, error, sizeof error))
        shell_bad(sh, "%s", error);
    else if (f.letter)
        sheet_line(&sh->out, LOOK_PLAIN, "%s", format_value(sh, f.letter, 0, v, text));
    else
        put_value(sh, e, v);
    expr_free(e);
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

enum { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4, ACCESS_USER = 8, ACCESS_KERNEL = 16 };

/* ADDR, and which access it is about: bits of ACCESS_*. -1 after a complaint. */
static int take_access(struct shell *sh, const char *args, gva_t *at, unsigned *access)
{
    static const char *const word[] = {"read", "write", "exec", "user", "kernel", NULL};
    char error[EXPR_ERROR], text[WORD];
    struct expr *e = arg_expr(sh, &args);
    int result = e ? expr_address(sh->d, e, at, error, sizeof error) : -1;

    if (e && result)
        shell_bad(sh, "%s", error);
    expr_free(e);
    for (*access = 0; !result && arg_word(&args, text);) {
        int i = arg_choice(word, text);

        if (i < 0)
            shell_bad(sh, _("%s: an access is read, write or exec, by user or kernel"), text);
        result = i < 0 ? -1 : 0;
        *access |= i < 0 ? 0 : 1u << i;
    }
    return result;
}

/* Whose access it is if that is not said: the ring's in which the guest is. */
static bool by_user(const struct shell *sh, unsigned access)
{
    return access & (ACCESS_USER | ACCESS_KERNEL) ? access & ACCESS_USER : vm_guest(debug_vm(sh->d))->cpu.cpl == 3;
}

static void walk(struct shell *sh, const char *args)
{
    struct walk_focus *w = &sh->d->walk;
    unsigned access;
    gva_t at;

    if (*args) {
        if (take_access(sh, args, &at, &access))
            return;
        *w = (struct walk_focus){
            .set = true, .at = at, .write = access & ACCESS_WRITE, .user = by_user(sh, access), .shown = WALK_ALL};
    } else {
        w->set = false;
    }
    (void)shell_view(sh, "walk");
}

static void why(struct shell *sh, const char *args)
{
    struct question q;
    unsigned access;

    if (!*args) {
        shell_bad(sh, "%s", _("why needs an address, and read, write or exec"));
        return;
    }
    if (take_access(sh, args, &q.at, &access))
        return;
    q.user = by_user(sh, access);
    q.kind = access & ACCESS_EXEC ? ACCESS_IS_EXEC : access & ACCESS_WRITE ? ACCESS_IS_WRITE : ACCESS_IS_READ;
    why_answer(sh->d, &q, sh->width, &sh->out);
}

/* ---- techniques -------------------------------------------------------------------------------------------------- */

enum { COMPARED = 1000000, COMPARED_MAX = 1000000000 };

/* [TECHNIQUE] [N]. -1 after a complaint. */
static int take_comparison(struct shell *sh, const char *args, const struct technique **t, int64_t *n)
{
    const char *rest = args;
    char word[WORD], error[EXPR_ERROR];

    *n = COMPARED;
    *t = technique_find(vm_technique(debug_vm(sh->d))->on_hardware ? "emulate" : "native");
    if (arg_word(&rest, word) && !strchr("0123456789($", *word)) {
        if (debug_find_technique(word, t, error, sizeof error)) {
            shell_bad(sh, "%s", error);
            return -1;
        }
        args = rest;
    }
    if (*args && arg_value(sh, args, n))
        return -1;
    if (*n >= 1 && *n <= COMPARED_MAX)
        return 0;
    shell_bad(sh, _("equiv compares 1 to %d ticks"), COMPARED_MAX);
    return -1;
}

static void equiv(struct shell *sh, const char *args)
{
    const struct technique *against;
    char error[EXPR_ERROR];
    int64_t n;

    if (take_comparison(sh, args, &against, &n))
        return;
    if (debug_compare(sh->d, against, (uint64_t)n, error, sizeof error))
        shell_bad(sh, "%s", error);
    else
        (void)shell_view(sh, "scoreboard");
}

/* ---- code and frames --------------------------------------------------------------------------------------------- */

static void list(struct shell *sh, const char *args)
{
    gva_t at;

    if (*args && arg_address(sh, args + (*args == '*'), &at))
        return;
    sh->d->code_set = *args;
    if (*args)
        sh->d->code = at;
    (void)shell_view(sh, "code");
}

static void disassemble(struct shell *sh, const char *args)
{
    const struct cpu *c = &vm_guest(debug_vm(sh->d))->cpu;
    struct format f = {.count = 10, .letter = 'i'};
    gva_t at = gva(c->seg[CS].base + c->eip), end;

    if (*args && arg_address(sh, args, &at))
        return;
    if (shell_examine(sh, &f, at, &end))
        shell_bad(sh, _("cannot access memory at 0x%08" PRIx32), end.v);
}

static void where(struct shell *sh, const char *args)
{
    if (arg_none(sh, args))
        (void)shell_view(sh, "backtrace");
}

/* Frame `n`, shown; frames are counted from where the guest stands. */
static void select_frame(struct shell *sh, int64_t n)
{
    struct frame frame[FRAMES_MAX];
    unsigned count = debug_frames(sh->d, frame);
    char place[PLACE_TEXT];

    if (n < 0 || n >= (int64_t)count) {
        shell_bad(sh, n < 0 ? _("this is the innermost frame") : _("there is no frame further out"));
        return;
    }
    sh->d->frame = (unsigned)n;
    sh->d->code_set = n != 0;
    sh->d->code = frame[n].eip;
    sheet_line(&sh->out, LOOK_HERE, "#%" PRId64 "  %s", n, shell_place(sh, frame[n].eip, place, sizeof place));
}

static void up(struct shell *sh, const char *args)
{
    uint64_t n;

    if (!arg_count(sh, args, &n))
        select_frame(sh, sh->d->frame + (int64_t)(n < FRAMES_MAX ? n : FRAMES_MAX));
}

static void down(struct shell *sh, const char *args)
{
    uint64_t n;

    if (!arg_count(sh, args, &n))
        select_frame(sh, sh->d->frame - (int64_t)(n < FRAMES_MAX ? n : FRAMES_MAX));
}

static void frame(struct shell *sh, const char *args)
{
    int64_t n = sh->d->frame;

    if (!*args || !arg_value(sh, args, &n))
        select_frame(sh, n);
}

const struct shell_command commands_looking[] = {
    {"info", "i inf", "[NAME]", N_("shows a view; without a name it lists them"), NULL, COMPLETES_INFO, 0, info},
    {"print", "p inspect", "[/FMT] EXPR", N_("the value of an expression; $hw.NAME is what the hardware holds"), NULL,
     COMPLETES_EXPRESSION, FORMATTED, print},
    {"walk", "", "[ADDR [read|write] [user|kernel]]", N_("the page walk of an address: guest's tables, p2m, shadow"),
     N_("SDM Vol. 3, 4.3 \"32-Bit Paging\""), COMPLETES_ACCESS, 0, walk},
    {"why", "", "ADDR read|write|exec [user|kernel]",
     N_("what such an access would do now, at which level, why, and who would handle it"),
     N_("SDM Vol. 3, 4.6 \"Access Rights\", 4.7 \"Page-Fault Exceptions\", 4.10 \"Caching Translation Information\""),
     COMPLETES_ACCESS, 0, why},
    {"equiv", "", "[TECHNIQUE] [N]",
     N_("compares this technique with another over the next N ticks, on copies: the verdict is on the scoreboard"),
     N_("Popek and Goldberg 1974: the equivalence property"), COMPLETES_TECHNIQUE, 0, equiv},
    {"list", "l", "[ADDR]", N_("the code around an address"), NULL, COMPLETES_EXPRESSION, 0, list},
    {"disassemble", "disas", "[ADDR]", N_("ten instructions from an address on; of the next one's if there is none"),
     NULL, COMPLETES_EXPRESSION, 0, disassemble},
    {"where", "bt backtrace", "", N_("the chain of frames by EBP"), NULL, COMPLETES_NOTHING, 0, where},
    {"up", "", "[N]", N_("looks at the caller's frame"), NULL, COMPLETES_NOTHING, 0, up},
    {"down", "dow", "[N]", N_("looks at the called frame"), NULL, COMPLETES_NOTHING, 0, down},
    {"frame", "fr", "[N]", N_("looks at frame N"), NULL, COMPLETES_NOTHING, 0, frame},
    {"symbol", "", "NAME|ADDR", N_("the symbol that an address belongs to"), NULL, COMPLETES_EXPRESSION, 0, symbol},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
