/* SPDX-License-Identifier: MIT */
/* Messages for people, in their language (gettext). JSON keys, event names and option names stay English. */
#ifndef UI_I18N_H
#define UI_I18N_H

#include <libintl.h>
#include <stdbool.h>

/* Translated now; N_(): marked for translation, translated where it is printed. */
#define _(text) gettext(text)
#define N_(text) text

/* `lang`: "en", "zh", or NULL for what the environment says. False: there is no such language. */
bool i18n_init(const char *lang);
/* Can the terminal's character set show more than ASCII? */
bool i18n_unicode(void);

#endif
