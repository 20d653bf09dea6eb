/* SPDX-License-Identifier: MIT */
/* Code of a plug-in's runs in this process. Where it goes wrong, one line says that it was the plug-in. */
#ifndef VMM_PLUGIN_GUARD_H
#define VMM_PLUGIN_GUARD_H

#include <stddef.h>

/* Loads it in a child first: its constructors run before anybody can look at it. 0; -1: `error` says what they did. */
int plugin_try(const char *path, char *error, size_t room);

/* Around a call of its code: a crash in between names `path`, and goes on as it would have. */
void plugin_enter(const char *path);
void plugin_leave(void);

#endif
