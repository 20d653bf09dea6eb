/* SPDX-License-Identifier: MIT */
#include "ui/lesson/fill.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "ui/disasm.h"
#include "ui/i18n.h"

enum { PLACEHOLDER = 256, VALUE = 160, WHY = 200 };

const char *fill_instruction(const struct debugger *d, uint32_t at, char *text, size_t room)
{
    struct machine *m = vm_guest(debug_vm(d));
    uint8_t bytes[INSN_MAX];
    unsigned n = lin_peek_some(m, at, bytes, sizeof bytes);

    if (!disasm(bytes, n, at, &m->cpu.seg[CS], d->s.symbols, text, room))
        (void)snprintf(text, room, "??");
    return text;
}

/* -1: no such letter. */
static int format(const struct debugger *d, char letter, int64_t v, char text[VALUE])
{
    char room[16];

    switch (letter) {
    case 'd': (void)snprintf(text, VALUE, "%" PRId64, v); return 0;
    case 'x': (void)snprintf(text, VALUE, "%08" PRIx64, (uint64_t)v); return 0;
    case 'h': (void)snprintf(text, VALUE, "0x%" PRIx64, (uint64_t)v); return 0;
    case 'v': (void)snprintf(text, VALUE, "%s", vector_name((unsigned)v & 0xff, room)); return 0;
    case 'i': (void)fill_instruction(d, (uint32_t)v, text, VALUE); return 0;
    default: return -1;
    }
}

/* One placeholder, without its braces. */
static int value(const struct debugger *d, char *text, char to[VALUE], char *why, size_t room)
{
    size_t n = strlen(text);
    char letter = 'd';
    int64_t v;

    if (n > 2 && text[n - 2] == ':' && islower((unsigned char)text[n - 1])) {
        letter = text[n - 1];
        text[n - 2] = '\0';
    }
    if (expr_eval(d, text, &v, why, room))
        return -1;
    if (format(d, letter, v, to)) {
        (void)snprintf(why, room, _(":%c is no format; there are d x h v i"), letter);
        return -1;
    }
    return 0;
}

/* A text that grows. */
struct growing {
    char *text;
    size_t size, room;
};

static int append(struct growing *g, const char *text, size_t n)
{
    if (g->size + n + 1 > g->room) {
        size_t wanted = 2 * (g->size + n + 1);
        char *more = realloc(g->text, wanted);

        if (!more)
            return -1;
        g->text = more;
        g->room = wanted;
    }
    memcpy(g->text + g->size, text, n);
    g->size += n;
    g->text[g->size] = '\0';
    return 0;
}

/* The placeholder at the front of *text, which is moved behind it. */
static int place(const struct debugger *d, const char **text, struct growing *g, char *error, size_t room)
{
    const char *end = strstr(*text, "}}");
    char inner[PLACEHOLDER], copy[PLACEHOLDER], filled[VALUE], why[WHY] = "";
    size_t n = end ? (size_t)(end - *text) - 2 : PLACEHOLDER;

    if (n >= PLACEHOLDER) {
        (void)snprintf(error, room, _("{{: there is no }}"));
        return -1;
    }
    memcpy(inner, *text + 2, n);
    inner[n] = '\0';
    memcpy(copy, inner, n + 1);
    *text = end + 2;
    if (value(d, inner, filled, why, sizeof why)) {
        (void)snprintf(error, room, "{{%s}}: %s", copy, why);
        return -1;
    }
    return append(g, filled, strlen(filled));
}

char *fill_text(const struct debugger *d, const char *text, char *error, size_t room)
{
    struct growing g = {.text = NULL};
    int result = append(&g, "", 0);

    while (!result && *text) {
        const char *open = strstr(text, "{{");
        size_t n = open ? (size_t)(open - text) : strlen(text);

        result = append(&g, text, n);
        text += n;
        if (!result && open)
            result = place(d, &text, &g, error, room);
    }
    if (!result)
        return g.text;
    free(g.text);
    return NULL;
}
