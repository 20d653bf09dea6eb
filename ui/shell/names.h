/* SPDX-License-Identifier: MIT */
/* Names of exits and vectors, to be typed. */
#ifndef UI_SHELL_NAMES_H
#define UI_SHELL_NAMES_H

/* The exit of exit.def, or -1. */
int exit_number(const char *name);
/* "14", "0xe", "#PF", "pf", "PF": the vector, or -1. */
int vector_number(const char *name);
/* The name of an exception, "#PF"; NULL: the vector has none. */
const char *exception_name(unsigned vector);

#endif
