/* SPDX-License-Identifier: MIT */
/* The screen in text mode: 80 x 25 cells of character and colour, and a cursor. */
#include "guests/bantam/dev/vga.h"

#include "guests/bantam/arch/arch.h"

enum { COLUMNS = 80, LINES = 25, CELLS = COLUMNS * LINES, MEMORY = 0xb8000, GREY_ON_BLACK = 0x07, TAB = 8 };
enum { CRTC_INDEX = 0x3d4, CRTC_DATA = 0x3d5, CURSOR_HIGH = 0x0e, CURSOR_LOW = 0x0f }; /* IBM VGA: CRT controller */

static unsigned at;

static volatile uint16_t *cells(void)
{
    return arch_window(MEMORY);
}

static void cell(unsigned n, char c)
{
    cells()[n] = (uint16_t)(GREY_ON_BLACK << 8 | (uint8_t)c);
}

static void scroll(void)
{
    for (unsigned i = 0; i < CELLS - COLUMNS; i++)
        cells()[i] = cells()[i + COLUMNS];
    for (unsigned i = CELLS - COLUMNS; i < CELLS; i++)
        cell(i, ' ');
    at -= COLUMNS;
}

static void show_cursor(void)
{
    arch_out8(CRTC_INDEX, CURSOR_HIGH);
    arch_out8(CRTC_DATA, (uint8_t)(at >> 8));
    arch_out8(CRTC_INDEX, CURSOR_LOW);
    arch_out8(CRTC_DATA, (uint8_t)at);
}

void vga_start(void)
{
    for (unsigned i = 0; i < CELLS; i++)
        cell(i, ' ');
    at = 0;
    show_cursor();
}

void vga_put(char c)
{
    switch (c) {
    case '\n': at += COLUMNS - at % COLUMNS; break;
    case '\b': at -= at % COLUMNS != 0; break;
    case '\t': at += TAB - at % TAB; break;
    default: cell(at++, c);
    }
    if (at >= CELLS)
        scroll();
    show_cursor();
}
