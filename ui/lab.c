/* SPDX-License-Identifier: MIT */
/* `ringside lab`: what a student does with a lab, from the list to the file that is handed in. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/submission.h"
#include "interp/file.h"
#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/lab.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/text.h"

enum { ERROR_ROOM = FOLDER_ROOM + 300 };

static void list_lines(const struct manifest *m, const char *list, const char *title)
{
    const char *line;
    char item[1024];

    printf("    %s\n", title);
    for (unsigned i = 0; (line = manifest_line(m, list, language(), i)); i++) {
        (void)snprintf(item, sizeof item, "- %s", line);
        text_wrap(stdout, item, 4, 100);
    }
}

static void list_one(const struct manifest *m)
{
    printf("%2u  %s (%s)\n", m->number, text_of(&m->title), m->name);
    printf(_("    %u points, about %u minutes\n"), m->points, m->minutes);
    list_lines(m, "objectives", _("You will be able to"));
    list_lines(m, "prerequisites", _("What you need for it:"));
}

static int lab_list(const struct options *o)
{
    char folder[COURSES_MAX][NAME_ROOM + 8], error[ERROR_ROOM];
    struct places places;
    struct course c;
    unsigned n;

    (void)o;
    if (places_find(&places))
        return STATUS_USAGE;
    n = course_list(&places, folder);
    for (unsigned i = 0; i < n; i++) {
        if (course_open(&c, &places, folder[i], false, error, sizeof error))
            return report(STATUS_USAGE, "%s", error);
        list_one(&c.lab);
        course_close(&c);
    }
    return n ? STATUS_OK : report(STATUS_USAGE, _("there are no labs"));
}

/* Copies one file of the lab to the student's folder; `may_lack`: it may be absent. */
static int hand_over(const struct course *c, const char *from, const char *folder, const char *name, bool may_lack)
{
    char source[FOLDER_ROOM], target[FOLDER_ROOM];

    if (folder_path(source, c->places->labs, from) || folder_path(target, folder, name))
        return report(STATUS_USAGE, "%s: %s", from, strerror(errno));
    if (may_lack && access(source, F_OK))
        return 0;
    return folder_copy(source, target) ? report(STATUS_USAGE, "%s: %s", target, strerror(errno)) : 0;
}

static int write_text(const char *folder, const char *name, const char *text)
{
    char path[FOLDER_ROOM];

    if (folder_path(path, folder, name) || folder_write(path, text, strlen(text)))
        return report(STATUS_USAGE, "%s/%s: %s", folder, name, strerror(errno));
    return 0;
}

/* The value of a variable, as a makefile has it: $ and # mean something there. */
static void for_make(const char *value, char *out, size_t room)
{
    size_t n = 0;

    for (; *value && n + 3 < room; value++) {
        if (*value == '$' || *value == '#')
            out[n++] = *value == '$' ? '$' : '\\';
        out[n++] = *value;
    }
    out[n] = '\0';
}

static int furnish(const struct course *c, const char *folder)
{
    char from[FOLDER_ROOM], line[2 * FOLDER_ROOM + 32], program[FOLDER_ROOM], value[2 * FOLDER_ROOM];
    static const char *const files[][2] = {
        {"Makefile", "skeleton/Makefile"}, {"README.md", "README.md"}, {"README.zh.md", "README.zh.md"}};
    int status = 0;

    program_file(program);
    (void)snprintf(from, sizeof from, "%s/skeleton/%s", c->folder, c->lab.file);
    status |= hand_over(c, from, folder, c->lab.file, false);
    for (unsigned i = 0; i < sizeof files / sizeof files[0] && !status; i++) {
        (void)snprintf(from, sizeof from, "%s/%s", c->folder, files[i][1]);
        status = hand_over(c, from, folder, files[i][0], i > 0);
    }
    for_make(program, value, sizeof value);
    (void)snprintf(line, sizeof line, "RINGSIDE ?= %s\n", value);
    if (!status)
        status = hand_over(c, "include/ringside_lab.h", folder, "ringside_lab.h", false);
    if (!status)
        status = write_text(folder, "ringside.mk", line);
    (void)snprintf(line, sizeof line, "%s\n", c->folder);
    return status ? status : write_text(folder, LAB_MARK, line);
}

static int lab_start(const struct options *o)
{
    struct course c;
    struct places places;
    char error[ERROR_ROOM], folder[FOLDER_ROOM];
    int status;

    if (o->word_count < 2)
        return report(STATUS_USAGE, _("lab start needs a lab: ringside lab start N [FOLDER]"));
    if (places_find(&places))
        return STATUS_USAGE;
    if (course_open(&c, &places, o->words[1], false, error, sizeof error))
        return report(STATUS_USAGE, "%s", error);
    (void)snprintf(folder, sizeof folder, "lab-%s", c.folder);
    if (o->word_count > 2)
        (void)snprintf(folder, sizeof folder, "%s", o->words[2]);
    if (mkdir(folder, 0777))
        status = report(STATUS_USAGE, "%s: %s", folder, strerror(errno));
    else
        status = furnish(&c, folder);
    if (!status)
        printf(_("%s is your folder for lab %u, %s.\nYou write %s; README.md says what. Then, in it: make test\n"),
               folder, c.lab.number, text_of(&c.lab.title), c.lab.file);
    course_close(&c);
    return status;
}

int handiwork_open(struct handiwork *h, const struct options *o)
{
    char mark[FOLDER_ROOM], error[ERROR_ROOM], lab[NAME_ROOM + 8] = "";
    uint8_t *text;
    size_t n;

    h->folder = o->word_count > 1 ? o->words[1] : ".";
    if (places_find(&h->places))
        return STATUS_USAGE;
    if (folder_path(mark, h->folder, LAB_MARK) || file_read(mark, &text, &n, error, sizeof error))
        return report(STATUS_USAGE, _("%s is no folder of a lab; ringside lab start N makes one"), h->folder);
    for (size_t i = 0; i < n && i + 1 < sizeof lab && isgraph(text[i]); i++)
        lab[i] = (char)text[i];
    free(text);
    if (course_open(&h->course, &h->places, lab, false, error, sizeof error))
        return report(STATUS_USAGE, "%s", error);
    return folder_path(h->file, h->folder, h->course.lab.file) ? STATUS_USAGE : 0;
}

void handiwork_close(struct handiwork *h)
{
    course_close(&h->course);
}

/* A copy under the name by which a teacher finds whose it is. */
static int lab_submit(const struct options *o)
{
    struct handiwork h;
    char name[128], path[FOLDER_ROOM];
    struct submission s;
    int status;

    if (!o->student)
        return report(STATUS_USAGE, _("lab submit needs your student number: --student NUMBER"));
    status = handiwork_open(&h, o);
    if (status)
        return status;
    submission_read(&s, h.file, h.course.lab.file);
    if (!s.text) {
        status = report(STATUS_USAGE, "%s: %s", h.file, s.problem);
    } else {
        (void)snprintf(name, sizeof name, "%.60s_lab%02u.c", o->student, h.course.lab.number);
        if (folder_path(path, h.folder, name) || folder_write(path, s.text, s.size))
            status = report(STATUS_USAGE, "%s: %s", name, strerror(errno));
        else
            printf(_("%s is the file to hand in.\n"), path);
    }
    submission_free(&s);
    handiwork_close(&h);
    return status;
}

int command_lab(int argc, char **argv)
{
    static const struct {
        const char *name;
        unsigned words; /* at most, with its own */
        int (*run)(const struct options *o);
    } verb[] = {{"list", 1, lab_list}, {"start", 3, lab_start}, {"test", 2, lab_test}, {"submit", 2, lab_submit}};
    struct options o;

    if (options_parse(&o, FOR_LAB, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("lab");
    for (unsigned i = 0; o.word_count && i < sizeof verb / sizeof verb[0]; i++)
        if (strcmp(verb[i].name, o.words[0]) == 0)
            return o.word_count > verb[i].words
                       ? report(STATUS_USAGE, _("%s: one argument too many"), o.words[verb[i].words])
                       : verb[i].run(&o);
    return report(STATUS_USAGE,
                  _("ringside lab list | start N [FOLDER] | test [FOLDER] | submit [FOLDER] --student NUMBER"));
}
