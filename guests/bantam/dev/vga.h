/* SPDX-License-Identifier: MIT */
/* The screen: 80x25 cells of text at 0xb8000. */
#ifndef BANTAM_VGA_H
#define BANTAM_VGA_H

void vga_start(void);
void vga_put(char c); /* \n \b \t and letters */

#endif
