/* SPDX-License-Identifier: MIT */
#include "ui/i18n.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/place.h"

/* What --lang takes, and the catalogue in po/ behind it (English is in the source). */
static const struct language {
    const char *name, *catalogue;
} language[] = {{"en", "en"}, {"zh", "zh_CN"}};

enum { LANGUAGES = sizeof language / sizeof language[0] };

/* The locale that POSIX takes for messages: the first of these that is set. */
static const char *wanted(void)
{
    static const char *const name[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
        const char *v = getenv(name[i]);

        if (v && *v)
            return v;
    }
    return "C";
}

static const struct language *find(const char *lang)
{
    const char *text = lang ? lang : wanted();

    for (unsigned i = 0; i < LANGUAGES; i++)
        if (lang ? strcmp(text, language[i].name) == 0 : strncmp(text, language[i].name, 2) == 0)
            return &language[i];
    return lang ? NULL : &language[0];
}

/*
 * gettext translates nothing in the C locale, nor in one that is not installed; then a UTF-8 one that always is stands
 * in for it. LC_NUMERIC stays "C": numbers look the same everywhere.
 */
static void set_locale(bool translated)
{
    const char *got = setlocale(LC_MESSAGES, "");
    bool plain = !got || strcmp(got, "C") == 0 || strcmp(got, "POSIX") == 0;

    (void)setlocale(LC_CTYPE, "");
    if (!translated || (!plain && i18n_unicode()))
        return;
    if (setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "en_US.UTF-8"))
        (void)setlocale(LC_MESSAGES, setlocale(LC_CTYPE, NULL));
}

bool i18n_init(const char *lang)
{
    const struct language *l = find(lang);
    char folder[PLACE_ROOM];

    if (!l)
        return false;
    set_locale(l != &language[0]);
    (void)setenv("LANGUAGE", l->catalogue, 1);
    if (place_of("locale", folder) == 0)
        (void)bindtextdomain("ringside", folder);
    (void)bind_textdomain_codeset("ringside", "UTF-8");
    (void)textdomain("ringside");
    return true;
}

bool i18n_unicode(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
