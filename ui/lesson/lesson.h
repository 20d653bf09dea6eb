/* SPDX-License-Identifier: MIT */
/*
 * A lesson: what lessons/NN-name/lesson.json and its texts say, checked and taken apart. A step is a machine, commands of
 * the shell that lead to it, a question, and commands that answer it:
 *
 *      [machine] run ──> BEFORE: text, question ──> reveal ──> AFTER: text
 *
 * What holds in either phase is said in expressions, and numbers in the texts are expressions too: whoever plays, prints or
 * checks a lesson runs the same commands and reads the same machine.
 */
#ifndef UI_LESSON_LESSON_H
#define UI_LESSON_LESSON_H

#include <stddef.h>

#include "ui/place.h"

struct cJSON;

enum lesson_language { LESSON_EN, LESSON_ZH, LESSON_LANGUAGES };
enum phase { BEFORE, AFTER, PHASES };
enum question_kind { QUESTION_NONE, QUESTION_CHOICE, QUESTION_NUMBER, QUESTION_POINT };
enum { STEPS_MAX = 32, LESSON_NAME = 64, LESSONS_MAX = 32, STEP_PANES = 3, LESSON_ERROR = 512 };

/* A step's section in one language. The strings lie in the lesson's text. */
struct section {
    const char *heading;
    const char *text[PHASES];
};

struct step {
    const char *id;
    const struct cJSON *machine; /* NULL: goes on */
    const struct cJSON *commands[PHASES], *holds[PHASES];
    const struct cJSON *question;
    enum question_kind kind;
    const char *pane[STEP_PANES]; /* names of views; NULL: no more */
    struct section section[LESSON_LANGUAGES];
};

struct lesson {
    char folder[LESSON_NAME]; /* "04-trap-and-emulate" */
    unsigned number, minutes;
    const char *name, *title[LESSON_LANGUAGES];
    struct step step[STEPS_MAX];
    unsigned steps;
    const char *intro[LESSON_LANGUAGES], *sources[LESSON_LANGUAGES];
    struct cJSON *json;           /* owned; most of what is above points into it, */
    char *text[LESSON_LANGUAGES]; /* or into these, owned as well */
};

/* The folders in lessons/, sorted. Returns how many; -1: there is no such folder beside this program. */
int lessons_list(char folder[LESSONS_MAX][LESSON_NAME]);
/* By number or name; "04-..." too. 0, or -1 with one line in `error`. The caller closes what was opened. */
int lesson_open(struct lesson *l, const char *word, char *error, size_t room);
void lesson_close(struct lesson *l);
/* Objectives, prerequisites: the n-th line, or NULL. */
const char *lesson_line(const struct lesson *l, const char *list, enum lesson_language lang, int n);
/* The language of messages. */
enum lesson_language lesson_language(void);
/* "lesson.en.md" */
const char *lesson_file(enum lesson_language lang);

/* section.c: cuts l->text[lang] into sections. 0, or -1 with one line in `error`. */
int lesson_sections(struct lesson *l, enum lesson_language lang, char *error, size_t room);

#endif
