/* SPDX-License-Identifier: MIT */
/* Messages for people below ui/, which sets the catalogue up. */
#ifndef VMM_WORDS_H
#define VMM_WORDS_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

#endif
