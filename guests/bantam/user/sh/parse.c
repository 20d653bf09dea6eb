/* SPDX-License-Identifier: MIT */
/* The shell's grammar (sh.h draws it), by recursive descent over the line's characters. */
#include "guests/bantam/user/sh/sh.h"

struct parser {
    const char *at;
    struct pipeline *p;
    int last;
    const char *wrong;
};

static void skip_blanks(struct parser *r)
{
    while (isspace(*r->at))
        r->at++;
    if (*r->at == '#')
        r->at += strlen(r->at);
}

static bool ends_word(char c)
{
    return !c || isspace(c) || strchr(";&|<>", c);
}

static void put(struct parser *r, char c)
{
    if (r->p->used < sizeof r->p->text)
        r->p->text[r->p->used++] = c;
    else
        r->wrong = "line too long";
}

/* At a $: only $? means something. */
static void expand(struct parser *r)
{
    char number[12];

    if (r->at[1] != '?') {
        put(r, *r->at++);
        return;
    }
    r->at += 2;
    snprintf(number, sizeof number, "%d", r->last);
    for (const char *c = number; *c; c++)
        put(r, *c);
}

static void single_quoted(struct parser *r)
{
    for (r->at++; *r->at && *r->at != '\''; r->at++)
        put(r, *r->at);
}

static void double_quoted(struct parser *r)
{
    r->at++;
    while (*r->at && *r->at != '"') {
        if (*r->at == '$') {
            expand(r);
            continue;
        }
        if (*r->at == '\\' && r->at[1] && strchr("\"\\$", r->at[1]))
            r->at++;
        put(r, *r->at++);
    }
}

static void quoted(struct parser *r)
{
    if (*r->at == '\'')
        single_quoted(r);
    else
        double_quoted(r);
    if (*r->at)
        r->at++;
    else
        r->wrong = "a quote is not closed";
}

static char *word(struct parser *r)
{
    char *start = r->p->text + r->p->used;

    skip_blanks(r);
    if (ends_word(*r->at)) {
        r->wrong = "a word is missing";
        return NULL;
    }
    while (!ends_word(*r->at) && !r->wrong) {
        if (*r->at == '\'' || *r->at == '"') {
            quoted(r);
        } else if (*r->at == '$') {
            expand(r);
        } else {
            if (*r->at == '\\' && r->at[1])
                r->at++;
            put(r, *r->at++);
        }
    }
    put(r, 0);
    return start;
}

static void redirection(struct parser *r, struct command *c)
{
    if (*r->at++ == '<') {
        c->in = word(r);
        return;
    }
    c->append = *r->at == '>';
    r->at += c->append;
    c->out = word(r);
}

static void command(struct parser *r, struct command *c)
{
    *c = (struct command){.argc = 0};
    for (skip_blanks(r); !r->wrong && *r->at && !strchr(";&|", *r->at); skip_blanks(r)) {
        if (*r->at == '<' || *r->at == '>')
            redirection(r, c);
        else if (c->argc == ARGS_MAX)
            r->wrong = "too many words";
        else
            c->argv[c->argc++] = word(r);
    }
    if (!r->wrong && !c->argc)
        r->wrong = "a command is missing";
}

static enum joint joint(struct parser *r)
{
    static const struct {
        const char *text;
        enum joint joint;
    } joints[] = {{"&&", JOINT_AND}, {"||", JOINT_OR}, {";", JOINT_THEN}, {"&", JOINT_BACKGROUND}};

    for (size_t n = 0; n < sizeof joints / sizeof *joints; n++)
        if (strncmp(r->at, joints[n].text, strlen(joints[n].text)) == 0) {
            r->at += strlen(joints[n].text);
            return joints[n].joint;
        }
    return JOINT_END;
}

int parse(const char **line, int last, struct pipeline *p)
{
    struct parser r = {.at = *line, .p = p, .last = last};

    p->count = 0;
    p->used = 0;
    skip_blanks(&r);
    if (!*r.at)
        return 0;
    do {
        r.at += p->count > 0; /* the bar */
        command(&r, &p->command[p->count++]);
    } while (!r.wrong && *r.at == '|' && r.at[1] != '|' && p->count < COMMANDS_MAX);
    if (!r.wrong && *r.at == '|' && r.at[1] != '|')
        r.wrong = "too many commands";
    p->joint = joint(&r);
    *line = r.at;
    if (r.wrong)
        dprintf(2, "sh: %s\n", r.wrong);
    return r.wrong ? -1 : 1;
}
