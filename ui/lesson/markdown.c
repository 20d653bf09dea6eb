/* SPDX-License-Identifier: MIT */
#include "ui/lesson/markdown.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/sheet.h"
#include "ui/text.h"

static const char CODE[] = "    ";

/* What a line begins: an item, code; else it goes on. */
static bool is_item(const char *line)
{
    return strncmp(line, "- ", 2) == 0;
}

static bool is_code(const char *line)
{
    return strncmp(line, CODE, sizeof CODE - 1) == 0;
}

/* Lines become one, with a blank between them unless both sides are Chinese; emphasis goes. */
static void join(char *to, const char *line, size_t n)
{
    size_t used = strlen(to);

    if (used && !((unsigned char)to[used - 1] >= 0x80 && (unsigned char)*line >= 0x80))
        to[used++] = ' ';
    for (size_t i = 0; i < n; i++)
        if (line[i] == '*' && line[i + 1] == '*')
            i++;
        else
            to[used++] = line[i];
    to[used] = '\0';
}

static void flush(struct sheet *s, int width, char *paragraph)
{
    int indent = is_item(paragraph) ? 2 : 0;
    const char *at = paragraph + indent;
    bool first = true;
    size_t n;

    for (; (at = text_broken(at, width - indent, &n)); at += n, first = false) {
        if (indent)
            sheet_text(s, LOOK_LABEL, first ? "- " : "  ");
        sheet_line(s, LOOK_PLAIN, "%.*s", (int)n, at);
    }
    *paragraph = '\0';
}

void markdown_draw(struct sheet *s, int width, const char *text)
{
    char *paragraph = calloc(1, 2 * strlen(text) + 2);
    bool blank = true; /* the last line drawn was one, or there is none */

    for (const char *line = text, *next; paragraph && *line; line = next) {
        size_t n = strcspn(line, "\n");

        next = line + n + (line[n] != '\0');
        if (!is_code(line)) { /* an item's further lines are indented */
            size_t blanks = strspn(line, " ");

            line += blanks;
            n -= blanks;
        }
        if (n == 0 || is_item(line) || is_code(line))
            flush(s, width, paragraph);
        if (n && is_code(line))
            sheet_line(s, LOOK_HARDWARE, "%.*s", (int)n, line);
        else if (n)
            join(paragraph, line, n);
        else if (!blank)
            sheet_end(s);
        blank = n == 0;
    }
    if (paragraph)
        flush(s, width, paragraph);
    free(paragraph);
}
