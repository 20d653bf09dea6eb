/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard, scan code set 1 as the 8042 translates it: a US layout. */
#ifndef BANTAM_KBD_H
#define BANTAM_KBD_H

/* Calls for each character typed, from the interrupt's handler. */
void kbd_start(void (*take)(char c));

#endif
