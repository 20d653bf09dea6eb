/* SPDX-License-Identifier: MIT */
#include "ui/tui/prompt.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "ui/shell/shell.h"
#include "ui/text.h"
#include "ui/tui/term.h"

enum { CTRL = 0x1f };

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text)
{
    p->kind = kind;
    p->size = p->at = (unsigned)strlen(text);
    memcpy(p->text, text, p->size + 1);
    p->browsed = p->completion = 0;
}

/* ---- editing ----------------------------------------------------------------------------------------------------- */

static unsigned before(const struct prompt *p, unsigned at)
{
    if (at)
        do
            at--;
        while (at && ((unsigned char)p->text[at] & 0xc0) == 0x80);
    return at;
}

static unsigned after(const struct prompt *p, unsigned at)
{
    if (at < p->size)
        do
            at++;
        while (at < p->size && ((unsigned char)p->text[at] & 0xc0) == 0x80);
    return at;
}

static void cut(struct prompt *p, unsigned from, unsigned to)
{
    memmove(p->text + from, p->text + to, p->size - to + 1);
    p->size -= to - from;
    p->at = from;
}

static void insert(struct prompt *p, const char *text, unsigned n)
{
    if (p->size + n >= PROMPT_ROOM)
        return;
    memmove(p->text + p->at + n, p->text + p->at, p->size - p->at + 1);
    memcpy(p->text + p->at, text, n);
    p->size += n;
    p->at += n;
}

static void insert_key(struct prompt *p, int key)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    size_t n = wcrtomb(bytes, (wchar_t)key, &state);

    if (n != (size_t)-1)
        insert(p, bytes, (unsigned)n);
}

static unsigned word_before(const struct prompt *p)
{
    unsigned at = p->at;

    while (at && p->text[at - 1] == ' ')
        at--;
    while (at && p->text[at - 1] != ' ')
        at--;
    return at;
}

/* ---- history and completion -------------------------------------------------------------------------------------- */

void prompt_remember(struct prompt *p)
{
    if (!p->size || (p->lines && strcmp(p->history[(p->lines - 1) % PROMPT_HISTORY], p->text) == 0))
        return;
    memcpy(p->history[p->lines++ % PROMPT_HISTORY], p->text, p->size + 1);
}

static void browse(struct prompt *p, int by)
{
    unsigned kept = p->lines < PROMPT_HISTORY ? p->lines : PROMPT_HISTORY, to = p->browsed + (unsigned)by;

    if (to > kept) /* below the first as well */
        return;
    prompt_open(p, p->kind, to ? p->history[(p->lines - to) % PROMPT_HISTORY] : "");
    p->browsed = to;
}

/* Tab again shows the next completion. */
static void complete(struct prompt *p, struct shell *sh)
{
    unsigned n = p->completion;
    char *word, *text;

    if (n == 0) {
        memcpy(p->typed, p->text, p->size + 1);
        p->typed[p->at] = '\0';
    }
    text = shell_complete(sh, p->typed, n);
    if (!text && n) {
        n = 0;
        text = shell_complete(sh, p->typed, n);
    }
    if (!text)
        return;
    word = strrchr(p->typed, ' ');
    cut(p, word ? (unsigned)(word - p->typed) + 1 : 0, p->at);
    insert(p, text, (unsigned)strlen(text));
    free(text);
    p->completion = n + 1;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static void edit(struct prompt *p, int key)
{
    switch (key) {
    case KEY_LEFT_: p->at = before(p, p->at); break;
    case KEY_RIGHT_: p->at = after(p, p->at); break;
    case KEY_HOME_:
    case 'A' & CTRL: p->at = 0; break;
    case KEY_END_:
    case 'E' & CTRL: p->at = p->size; break;
    case KEY_UP_: browse(p, 1); break;
    case KEY_DOWN_: browse(p, -1); break;
    case KEY_DELETE_: cut(p, p->at, after(p, p->at)); break;
    case 'U' & CTRL: cut(p, 0, p->at); break;
    case 'K' & CTRL: cut(p, p->at, p->size); break;
    case 'W' & CTRL: cut(p, word_before(p), p->at); break;
    default:
        if (key >= ' ' && key < KEY_CODES)
            insert_key(p, key);
    }
}

enum prompt_result prompt_key(struct prompt *p, struct shell *sh, int key)
{
    if (key == KEY_TAB_ && p->kind == PROMPT_COMMAND) {
        complete(p, sh);
        return PROMPT_GOES_ON;
    }
    p->completion = 0;
    switch (key) {
    case KEY_ENTER_: return PROMPT_ENTERED;
    case KEY_ESCAPE_:
    case 'C' & CTRL: return PROMPT_LEFT;
    case KEY_BACKSPACE_:
        if (p->size == 0)
            return PROMPT_LEFT;
        cut(p, before(p, p->at), p->at);
        break;
    default: edit(p, key);
    }
    return PROMPT_GOES_ON;
}

int prompt_draw(const struct prompt *p, struct grid *g, int y)
{
    const char *head = p->kind == PROMPT_SEARCH ? "/" : ":";
    char left[PROMPT_ROOM];
    int x, skip;

    memcpy(left, p->text, p->at);
    left[p->at] = '\0';
    skip = text_width(left) - (g->width - 2); /* the cursor stays in sight */
    x = grid_text(g, 0, y, g->width, LOOK_LABEL, false, head);
    if (skip <= 0) {
        (void)grid_text(g, x, y, g->width, LOOK_PLAIN, false, p->text);
        return x + text_width(left);
    }
    (void)grid_text(g, x - skip, y, g->width, LOOK_PLAIN, false, p->text);
    (void)grid_text(g, 0, y, g->width, LOOK_LABEL, false, head);
    return g->width - 1;
}
