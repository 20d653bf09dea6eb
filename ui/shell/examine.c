/* SPDX-License-Identifier: MIT */
/* x and display: memory in gdb's formats. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "ui/debug/expr.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"

enum { STRING_MAX = 200, INSN_TEXT = 128 };

static struct machine *guest(const struct shell *sh)
{
    return vm_guest(debug_vm(sh->d));
}

static void head(struct shell *sh, gva_t at)
{
    char place[PLACE_TEXT];

    sheet_put(&sh->out, LOOK_LABEL, "%s:", shell_place(sh, at, place, sizeof place));
}

/* ---- kinds of units ---------------------------------------------------------------------------------------------- */

static unsigned values_a_line(const struct format *f)
{
    return f->letter == 'a' ? 2 : f->letter == 'c' || f->size < 4 ? 8 : f->letter == 't' ? 2 : 4;
}

static int values(struct shell *sh, const struct format *f, gva_t *at)
{
    char text[FORMAT_TEXT];

    for (uint32_t i = 0; i < f->count; i++, at->v += f->size) {
        uint32_t v = 0;

        if (debug_peek(sh->d, *at, &v, f->size)) {
            if (i % values_a_line(f))
                sheet_end(&sh->out);
            return -1;
        }
        if (i % values_a_line(f) == 0)
            head(sh, *at);
        sheet_put(&sh->out, LOOK_PLAIN, "  %s", format_value(sh, f->letter, f->size, v, text));
        if ((i + 1) % values_a_line(f) == 0 || i + 1 == f->count)
            sheet_end(&sh->out);
    }
    return 0;
}

static int instructions(struct shell *sh, const struct format *f, gva_t *at)
{
    const struct cpu *c = &guest(sh)->cpu;
    gva_t next = gva(c->seg[CS].base + c->eip);

    for (uint32_t i = 0; i < f->count; i++) {
        uint8_t bytes[INSN_MAX];
        char text[INSN_TEXT];
        unsigned n = lin_peek_some(guest(sh), at->v, bytes, sizeof bytes), size;
        enum look look = at->v == next.v ? LOOK_HERE : LOOK_PLAIN;

        if (!n)
            return -1;
        size = disasm(bytes, n, at->v, &c->seg[CS], sh->d->s.symbols, text, sizeof text);
        sheet_put(&sh->out, look, "%s", look == LOOK_HERE ? "=> " : "   ");
        head(sh, *at);
        sheet_line(&sh->out, look, "  %s", text);
        at->v += size ? size : 1;
    }
    return 0;
}

/* A byte of a string, as C writes it. */
static void put_byte(struct sheet *s, unsigned char c)
{
    static const char special[] = "\n\r\t\\\"", letter[] = "nrt\\\"";
    const char *e = strchr(special, c);

    if (e)
        sheet_put(s, LOOK_PLAIN, "\\%c", letter[e - special]);
    else
        sheet_put(s, LOOK_PLAIN, isprint(c) ? "%c" : "\\%03o", c);
}

/* A string up to its end, or to where a line is long enough; the next one begins there. */
static int strings(struct shell *sh, const struct format *f, gva_t *at)
{
    for (uint32_t i = 0; i < f->count; i++) {
        char text[STRING_MAX];
        unsigned n = lin_peek_some(guest(sh), at->v, text, sizeof text), used = 0;

        if (!n)
            return -1;
        head(sh, *at);
        sheet_put(&sh->out, LOOK_PLAIN, "  \"");
        for (; used < n && text[used]; used++)
            put_byte(&sh->out, (unsigned char)text[used]);
        sheet_line(&sh->out, LOOK_PLAIN, used < n ? "\"" : "\"...");
        at->v += used + (used < n);
    }
    return 0;
}

int shell_examine(struct shell *sh, const struct format *f, gva_t at, gva_t *end)
{
    int result = f->letter == 'i'   ? instructions(sh, f, &at)
                 : f->letter == 's' ? strings(sh, f, &at)
                                    : values(sh, f, &at);

    *end = at;
    return result;
}

/* What was not said is as the last time; a letter that has a size of its own brings it along. */
static void complete(struct format *f, const struct format *last)
{
    bool sized = f->size;

    if (!f->letter)
        f->letter = last->letter ? last->letter : 'x';
    if (!f->size)
        f->size = last->size ? last->size : 4;
    if (f->letter == 'a')
        f->size = 4;
    else if (f->letter == 'c' && !sized)
        f->size = 1;
    if (!f->count && !f->none)
        f->count = 1;
}

/* ---- x ----------------------------------------------------------------------------------------------------------- */

static void examine(struct shell *sh, const char *args)
{
    struct format f;
    gva_t at = sh->examine.next, end;

    if (format_take(sh, &args, &f))
        return;
    if (sh->again)
        f.count = f.none = 0; /* gdb goes on with one */
    else if (*args && arg_address(sh, args, &at))
        return;
    complete(&f, &sh->examine.format);
    sh->examine.format = (struct format){.letter = f.letter, .size = f.size};
    if (shell_examine(sh, &f, at, &end))
        shell_bad(sh, _("cannot access memory at 0x%08" PRIx32), end.v);
    else
        sh->examine.next = end;
}

/* ---- display ----------------------------------------------------------------------------------------------------- */

static bool shows_memory(const struct format *f)
{
    return f->count || f->size || f->letter == 'i' || f->letter == 's';
}

static void format_text(const struct format *f, char text[16])
{
    static const char *const size[] = {"", "b", "h", "", "w"};
    const char letter[2] = {f->letter};
    char count[12] = "";

    if (f->count)
        (void)snprintf(count, sizeof count, "%" PRIu32, f->count);
    (void)snprintf(text, 16, "%s%s%s%s", f->count || f->letter || f->size ? "/" : "", count, letter, size[f->size]);
}

static void show(struct shell *sh, const struct display *p)
{
    char format[16], text[FORMAT_TEXT], error[EXPR_ERROR];
    struct format f = p->format;
    int64_t v;
    gva_t at, end;

    format_text(&f, format);
    sheet_put(&sh->out, LOOK_PLAIN, "%u: %s%s%s%s", p->number, shows_memory(&f) ? "x" : "", format, *format ? " " : "",
              p->text);
    if (shows_memory(&f)) {
        sheet_end(&sh->out);
        complete(&f, &(struct format){.count = 0});
        if (expr_address(sh->d, p->expr, &at, error, sizeof error))
            sheet_line(&sh->out, LOOK_BAD, "%s", error);
        else if (shell_examine(sh, &f, at, &end))
            sheet_line(&sh->out, LOOK_BAD, _("cannot access memory at 0x%08" PRIx32), end.v);
    } else if (expr_value(sh->d, p->expr, &v, error, sizeof error)) {
        sheet_line(&sh->out, LOOK_PLAIN, " = <%s>", error);
    } else {
        sheet_line(&sh->out, LOOK_PLAIN, " = %s", format_value(sh, f.letter ? f.letter : 'd', 0, v, text));
    }
}

void shell_displays(struct shell *sh)
{
    for (unsigned i = 0; i < DISPLAYS_MAX; i++)
        if (sh->display[i].number)
            show(sh, &sh->display[i]);
}

static void display(struct shell *sh, const char *args)
{
    struct format f;
    struct display *p = sh->display;
    struct expr *e;

    if (format_take(sh, &args, &f))
        return;
    if (!*args) {
        shell_displays(sh);
        return;
    }
    while (p < sh->display + DISPLAYS_MAX && p->number)
        p++;
    if (p == sh->display + DISPLAYS_MAX) {
        shell_bad(sh, _("there are %d displays already"), DISPLAYS_MAX);
        return;
    }
    *p = (struct display){.format = f};
    (void)snprintf(p->text, sizeof p->text, "%.*s", (int)sizeof p->text - 1, args);
    e = arg_expr(sh, &args);
    if (!e || !arg_none(sh, args)) {
        expr_free(e);
        return;
    }
    p->expr = e;
    p->number = ++sh->displays;
    show(sh, p);
}

static void undisplay(struct shell *sh, const char *args)
{
    int64_t n = 0;

    if (*args && arg_value(sh, args, &n))
        return;
    for (unsigned i = 0; i < DISPLAYS_MAX; i++)
        if (sh->display[i].number && (!*args || sh->display[i].number == n)) {
            expr_free(sh->display[i].expr);
            sh->display[i] = (struct display){.number = 0};
            n = 0;
        }
    if (n)
        shell_bad(sh, _("there is no display %" PRId64), n);
}

const struct shell_command commands_examine[] = {
    {"x", "", "[/FMT] [ADDR]",
     N_("memory, by the guest's own tables; /FMT is a count, a format (o x d u t c a i s) and a size (b h w)"), NULL,
     COMPLETES_EXPRESSION, FORMATTED, examine},
    {"display", "disp", "[/FMT] EXPR", N_("shows it now and after every stop"), NULL, COMPLETES_EXPRESSION, FORMATTED,
     display},
    {"undisplay", "und", "[NUMBER]", N_("shows it no more; without a number, none"), NULL, COMPLETES_NOTHING, ONCE,
     undisplay},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
