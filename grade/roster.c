/* SPDX-License-Identifier: MIT */
#include "grade/roster.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grade/submission.h"
#include "vmm/words.h"
#include "interp/file.h"

enum { FIELDS = 3, LINE_ROOM = 1024 };

/* Splits a line at the separators outside quotes; the quotes go. */
static unsigned split(char *line, char *field[FIELDS])
{
    unsigned n = 0;
    char *from = line, *to = line;

    while (n < FIELDS) {
        bool quoted = false;

        field[n++] = to;
        for (; *from && (quoted || !strchr(",;\t", *from)); from++) {
            if (*from != '"')
                *to++ = *from;
            else if (quoted && from[1] == '"')
                *to++ = *from++;
            else
                quoted = !quoted;
        }
        if (!*from) {
            *to = '\0';
            break;
        }
        from++;
        *to++ = '\0';
    }
    return n;
}

static char *trim(char *s)
{
    size_t n;

    s += strspn(s, " ");
    n = strlen(s);
    while (n && s[n - 1] == ' ')
        s[--n] = '\0';
    return s;
}

static bool word_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *a, size_t n, const char *number)
{
    if (strlen(number) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(number[i]))
            return false;
    return true;
}

/* A number holds a digit: a head line does not. */
static bool has_digit(const char *s)
{
    return strpbrk(s, "0123456789") != NULL;
}

/* And it can be a word of a file name. */
static bool is_number(const char *s)
{
    for (const char *p = s; *p; p++)
        if (!word_character(*p))
            return false;
    return has_digit(s) && strlen(s) < STUDENT_ROOM;
}

static struct student *find(struct roster *r, const char *word, size_t n)
{
    for (size_t i = 0; i < r->count; i++)
        if (same_word(word, n, r->student[i].number))
            return &r->student[i];
    return NULL;
}

static int add(struct roster *r, char *line, unsigned number, char *error, size_t room)
{
    char *field[FIELDS] = {line, line, line};
    unsigned n = split(line, field);
    struct student *s, *more;

    for (unsigned i = 0; i < FIELDS; i++)
        field[i] = i < n ? trim(field[i]) : (char *)"";
    if (!*field[0] && n == 1)
        return 0; /* an empty line */
    if (!is_number(field[0])) {
        if (number == 1 && !has_digit(field[0]))
            return 0; /* the head line */
        (void)snprintf(error, room, _("line %u: '%.40s' is no student number (letters and digits)"), number, field[0]);
        return -1;
    }
    if (find(r, field[0], strlen(field[0]))) {
        (void)snprintf(error, room, _("line %u: student %.40s is there twice"), number, field[0]);
        return -1;
    }
    more = realloc(r->student, (r->count + 1) * sizeof *more);
    if (!more)
        return -1;
    r->student = more;
    s = &more[r->count++];
    *s = (struct student){.submissions = 0};
    (void)snprintf(s->number, sizeof s->number, "%s", field[0]);
    submission_utf8(field[1], strnlen(field[1], STUDENT_ROOM - 1), s->name, sizeof s->name);
    submission_utf8(field[2], strnlen(field[2], STUDENT_ROOM - 1), s->class, sizeof s->class);
    return 0;
}

/* UTF-16, as a spreadsheet's "Unicode text" is, or no text at all. */
static bool is_bytewise(const char *text, size_t n)
{
    return !memchr(text, '\0', n) &&
           !(n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0));
}

/* One line's bytes become text of ours; the encoding is decided line by line. */
int roster_parse(struct roster *r, const char *text, size_t n, char *error, size_t room)
{
    const char *end = text + n;
    unsigned number = 0;

    *r = (struct roster){.count = 0};
    if (!is_bytewise(text, n)) {
        (void)snprintf(error, room, "%s", _("neither UTF-8 nor GBK: save it as CSV UTF-8"));
        return -1;
    }
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((stop ? stop : end) - text);
        char raw[LINE_ROOM], line[LINE_ROOM];

        number++;
        (void)snprintf(raw, sizeof raw, "%.*s", (int)(length < LINE_ROOM ? length : LINE_ROOM - 1), text);
        raw[strcspn(raw, "\r")] = '\0';
        for (char *p = raw; *p; p++)
            *p = *p == '\t' ? ',' : *p;
        submission_utf8(raw, strlen(raw), line, sizeof line);
        if (add(r, line, number, error, room)) {
            roster_free(r);
            return -1;
        }
        text += length + (stop != NULL);
    }
    if (!r->count)
        (void)snprintf(error, room, "%s", _("no students in it"));
    return r->count ? 0 : -1;
}

int roster_read(struct roster *r, const char *path, char *error, size_t room)
{
    uint8_t *text;
    size_t n;
    char why[200];
    int result;

    *r = (struct roster){.count = 0};
    if (file_read(path, &text, &n, error, room))
        return -1;
    result = roster_parse(r, (const char *)text, n, why, sizeof why);
    free(text);
    if (result)
        (void)snprintf(error, room, "%s: %s", path, why);
    return result;
}

void roster_free(struct roster *r)
{
    free(r->student);
    *r = (struct roster){.count = 0};
}

struct student *roster_match(struct roster *r, const char *name)
{
    while (*name) {
        size_t n = 0;
        struct student *s;

        while (word_character(name[n]))
            n++;
        s = n ? find(r, name, n) : NULL;
        if (s) {
            s->submissions++;
            return s;
        }
        name += n ? n : 1;
    }
    return NULL;
}
