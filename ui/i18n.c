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
static const char *locale_wanted(void)
{
    static const char *const name[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
        const char *v = getenv(name[i]);

        if (v && *v)
            return v;
    }
    return "C";
}

static const struct language *named(const char *name)
{
    for (unsigned i = 0; i < LANGUAGES; i++)
        if (strcmp(name, language[i].name) == 0)
            return &language[i];
    return NULL;
}

/* The language of a locale such as "zh_CN.UTF-8", which may be followed by others. */
static const struct language *of_locale(const char *text)
{
    for (unsigned i = 0; i < LANGUAGES; i++)
        if (strncmp(text, language[i].name, 2) == 0)
            return &language[i];
    return NULL;
}

/*
 * What the environment asks for. LANGUAGE, a list, goes before the locale unless that is C (GNU gettext manual, "The
 * LANGUAGE variable"); the first language of it that is spoken here is taken, else English.
 */
static const struct language *wanted(void)
{
    const char *locale = locale_wanted(), *list = getenv("LANGUAGE");
    const struct language *l = NULL;

    if (!list || !*list || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        l = of_locale(locale);
    else
        for (; !l && *list; list += strcspn(list, ":"), list += *list == ':')
            l = of_locale(list);
    return l ? l : &language[0];
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
    const struct language *l = lang ? named(lang) : wanted();
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
