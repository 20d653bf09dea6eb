/* SPDX-License-Identifier: MIT */
#include "ui/sheet.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ui/text.h"

enum { PUT_MAX = 1024 };

void sheet_clear(struct sheet *s)
{
    s->text_size = s->spans = s->lines = 0;
    s->open = (struct line){0};
}

void sheet_free(struct sheet *s)
{
    free(s->text);
    free(s->span);
    free(s->line);
    *s = (struct sheet){0};
}

/* Room for `n` more items of `size` bytes behind the `used` ones. */
static bool grow(void **items, size_t *room, size_t used, size_t n, size_t size)
{
    size_t wanted = *room ? *room : 64;
    void *more;

    if (used + n <= *room)
        return true;
    while (wanted < used + n)
        wanted *= 2;
    more = realloc(*items, wanted * size);
    if (!more)
        return false;
    *items = more;
    *room = wanted;
    return true;
}

/* Text that goes on in the look of the last span lengthens it. */
static bool lengthen(struct sheet *s, enum look look, size_t n)
{
    struct span *last = s->open.spans ? &s->span[s->spans - 1] : NULL;

    if (!last || last->look != look || last->at + last->size != s->text_size)
        return false;
    last->size += (uint32_t)n;
    return true;
}

static void add(struct sheet *s, enum look look, const char *text, size_t n)
{
    if (n == 0 || !grow((void **)&s->text, &s->text_room, s->text_size, n, 1) ||
        !grow((void **)&s->span, &s->span_room, s->spans, 1, sizeof *s->span))
        return;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        s->text[s->text_size + i] = (char)(c < ' ' || c == 0x7f ? '?' : c);
    }
    if (!lengthen(s, look, n)) {
        s->span[s->spans++] = (struct span){.at = (uint32_t)s->text_size, .size = (uint32_t)n, .look = (uint8_t)look};
        s->open.spans++;
    }
    s->text_size += n;
}

void sheet_text(struct sheet *s, enum look look, const char *text)
{
    int width = text_width(text), room = s->limit ? s->limit - s->open.width : width;

    if (s->open.spans == 0)
        s->open.first = (uint32_t)s->spans;
    if (width <= room) {
        add(s, look, text, strlen(text));
        s->open.width += width;
    } else {
        add(s, look, text, text_fit(text, room));
        s->open.width = s->limit;
    }
}

static void put(struct sheet *s, enum look look, const char *fmt, va_list args)
{
    char text[PUT_MAX];

    (void)vsnprintf(text, sizeof text, fmt, args);
    sheet_text(s, look, text);
}

void sheet_put(struct sheet *s, enum look look, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put(s, look, fmt, args);
    va_end(args);
}

void sheet_to(struct sheet *s, int column)
{
    int blanks = column - s->open.width;

    sheet_put(s, LOOK_PLAIN, "%*s", blanks > 0 ? blanks : s->open.width > 0, "");
}

void sheet_mark(struct sheet *s)
{
    s->open.marked = true;
}

void sheet_end(struct sheet *s)
{
    if (s->open.spans == 0)
        s->open.first = (uint32_t)s->spans;
    if (grow((void **)&s->line, &s->line_room, s->lines, 1, sizeof *s->line))
        s->line[s->lines++] = s->open;
    s->open = (struct line){0};
}

void sheet_line(struct sheet *s, enum look look, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put(s, look, fmt, args);
    va_end(args);
    sheet_end(s);
}

void sheet_wrap(struct sheet *s, enum look look, int width, const char *text)
{
    size_t n;

    for (const char *at = text; (at = text_broken(at, width, &n)); at += n)
        sheet_line(s, look, "%.*s", (int)n, at);
}

void sheet_hang(struct sheet *s, enum look look, int column, int width, const char *text)
{
    size_t n;

    for (const char *at = text; (at = text_broken(at, width - column, &n)); at += n) {
        sheet_to(s, column);
        sheet_line(s, look, "%.*s", (int)n, at);
    }
}

void sheet_append(struct sheet *s, const struct sheet *from)
{
    for (size_t i = 0; i < from->lines; i++) {
        const struct line *l = &from->line[i];

        for (uint32_t n = 0; n < l->spans; n++) {
            const struct span *p = &from->span[l->first + n];

            sheet_put(s, (enum look)p->look, "%.*s", (int)p->size, from->text + p->at);
        }
        s->open.marked = l->marked;
        sheet_end(s);
    }
}

const char *sheet_copy(const struct sheet *s, size_t line, char *to, size_t room)
{
    const struct line *l = &s->line[line];
    size_t used = 0;

    for (uint32_t n = 0; n < l->spans; n++) {
        const struct span *p = &s->span[l->first + n];
        size_t part = p->size < room - 1 - used ? p->size : room - 1 - used;

        memcpy(to + used, s->text + p->at, part);
        used += part;
    }
    to[used] = '\0';
    return to;
}

static bool strong(enum look look)
{
    return look == LOOK_CHANGED || look == LOOK_HERE || look == LOOK_BAD || look == LOOK_LABEL;
}

void sheet_print(const struct sheet *s, size_t first, FILE *f)
{
    const char *bold = text_bold(f), *plain = text_plain(f);

    for (size_t i = first; i < s->lines; i++) {
        const struct line *l = &s->line[i];

        for (uint32_t n = 0; n < l->spans; n++) {
            const struct span *p = &s->span[l->first + n];
            bool on = *bold && strong((enum look)p->look);

            fprintf(f, "%s%.*s%s", on ? bold : "", (int)p->size, s->text + p->at, on ? plain : "");
        }
        fputc('\n', f);
    }
}
