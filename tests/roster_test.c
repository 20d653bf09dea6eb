/* SPDX-License-Identifier: MIT */
/* Rosters and submissions' names: forms, encodings, and whose a file is. */
#include <criterion/criterion.h>
#include <string.h>

#include "grade/roster.h"
#include "grade/submission.h"

static void parse(struct roster *r, const char *text)
{
    char error[200];

    cr_assert_eq(roster_parse(r, text, strlen(text), error, sizeof error), 0, "%s", error);
}

Test(roster, reads_its_forms)
{
    struct roster r;

    parse(&r, "\xef\xbb\xbfnumber,name,class\r\n2023001,\"O, \"\"N\"\"\",1\r\n\r\nb17;Zhang\tx\n");
    cr_assert_eq(r.count, 2);
    cr_expect_str_eq(r.student[0].number, "2023001");
    cr_expect_str_eq(r.student[0].name, "O, \"N\"");
    cr_expect_str_eq(r.student[0].class, "1");
    cr_expect_str_eq(r.student[1].number, "b17");
    cr_expect_str_eq(r.student[1].name, "Zhang");
    cr_expect_str_eq(r.student[1].class, "x");
    roster_free(&r);
    parse(&r, "1,\xd5\xc5\xc8\xfd,\xd2\xbb\xb0\xe0\n"); /* GBK */
    cr_expect_str_eq(r.student[0].name, "张三");
    cr_expect_str_eq(r.student[0].class, "一班");
    roster_free(&r);
}

Test(roster, refuses)
{
    static const char *const bad[] = {"1,a\n1,b\n",        "1,a\nJohn,b\n", "1\n../2,x\n",
                                      "2023-001,a\n2,b\n", "number,name\n", ""};
    static const struct {
        const char *text;
        size_t n;
    } wide[] = {{"\xff\xfe"
                 "1\0,\0a\0\n\0"
                 "2\0,\0b\0\n",
                 17},
                {"\xfe\xff\0"
                 "1\0,\0a\0\n",
                 10},
                {"1,a\n2\0,b\n", 9},
                {"\xff\xfe"
                 "1,a\n2,b\n",
                 10}};
    struct roster r;
    char error[200];

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(roster_parse(&r, bad[i], strlen(bad[i]), error, sizeof error), -1, "%s", bad[i]);
    for (unsigned i = 0; i < sizeof wide / sizeof wide[0]; i++)
        cr_expect_eq(roster_parse(&r, wide[i].text, wide[i].n, error, sizeof error), -1, "UTF-16, %u", i);
}

Test(roster, finds_whose_it_is)
{
    static const struct {
        const char *name, *number; /* NULL: nobody's */
    } file[] = {{"2023001.c", "2023001"},    {"2023001_zhang_lab2.c", "2023001"},
                {"lab2-2023001", "2023001"}, {"张三2023001实验.c", "2023001"},
                {"12023001.c", NULL},        {"2023001x.c", NULL},
                {"B17 (2).c", "b17"},        {"", NULL},
                {"2023002.c", NULL}};
    struct roster r;

    parse(&r, "2023001,a\nb17,b\n");
    for (unsigned i = 0; i < sizeof file / sizeof file[0]; i++) {
        const struct student *s = roster_match(&r, file[i].name);

        cr_expect((s != NULL) == (file[i].number != NULL), "%s", file[i].name);
        if (s && file[i].number)
            cr_expect_str_eq(s->number, file[i].number, "%s", file[i].name);
    }
    cr_expect_eq(r.student[0].submissions, 4);
    roster_free(&r);
}

Test(submission, names_can_be_printed)
{
    static const struct {
        const char *path, *name;
    } file[] = {{"a/b/c.c", "c.c"},     {"a/b/", "b"},          {"/", ""},           {"x\ny\x1b[31m", "x?y?[31m"},
                {"\xd5\xc5.c", "张.c"}, {"\xff\xfe.c", "??.c"}, {"\xc2\x85z", "?z"}, {"", ""}};
    char name[SUBMISSION_NAME], small[4];

    for (unsigned i = 0; i < sizeof file / sizeof file[0]; i++) {
        submission_name(file[i].path, name);
        cr_expect_str_eq(name, file[i].name, "%s", file[i].path);
    }
    submission_utf8("张三", 6, small, sizeof small); /* whole characters only */
    cr_expect_str_eq(small, "张");
}
