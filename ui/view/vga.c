/* SPDX-License-Identifier: MIT */
/* The guest's text screen: 80 x 25 cells of its VGA's memory, in the character set of the PC (code page 437). */
#include <stdio.h>

#include "interp/machine.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"

enum { CELLS = VGA_TEXT_SIZE / 2, ATTR_BRIGHT = 0x08, ATTR_COLOUR = 0x07, ATTR_BACK = 0x70 };

/* Code page 437, 80h to FFh; the control codes are pictures too. */
static const char *const high[128] = {
    "Ç", "ü", "é", "â", "ä", "à", "å", "ç", "ê", "ë", "è", "ï", "î", "ì", "Ä", "Å", "É", "æ", "Æ", "ô", "ö", "ò",
    "û", "ù", "ÿ", "Ö", "Ü", "¢", "£", "¥", "₧", "ƒ", "á", "í", "ó", "ú", "ñ", "Ñ", "ª", "º", "¿", "⌐", "¬", "½",
    "¼", "¡", "«", "»", "░", "▒", "▓", "│", "┤", "╡", "╢", "╖", "╕", "╣", "║", "╗", "╝", "╜", "╛", "┐", "└", "┴",
    "┬", "├", "─", "┼", "╞", "╟", "╚", "╔", "╩", "╦", "╠", "═", "╬", "╧", "╨", "╤", "╥", "╙", "╘", "╒", "╓", "╫",
    "╪", "┘", "┌", "█", "▄", "▌", "▐", "▀", "α", "ß", "Γ", "π", "Σ", "σ", "µ", "τ", "Φ", "Θ", "Ω", "δ", "∞", "φ",
    "ε", "∩", "≡", "±", "≥", "≤", "⌠", "⌡", "÷", "≈", "°", "∙", "·", "√", "ⁿ", "²", "■", " "};
static const char *const low[32] = {" ", "☺", "☻", "♥", "♦", "♣", "♠", "•", "◘", "○", "◙", "♂", "♀", "♪", "♫", "☼",
                                    "►", "◄", "↕", "‼", "¶", "§", "▬", "↨", "↑", "↓", "→", "←", "∟", "↔", "▲", "▼"};
/* The same for terminals that know ASCII only. */
static const char high_ascii[] = "CueaaaaceeeiiiAA"
                                 "EaAooouuyOUcLYPf"
                                 "aiounNao?--24!<>"
                                 "#%@|++++++|+++++"
                                 "++++-++++++++=++"
                                 "+++++++++++#####"
                                 "aBGpSsutFOOdofen"
                                 "=+><()/~o..Vn2# ";
static const char low_ascii[] = " @@vvvv*ooomfnN*"
                                "><|!PS_|^v><L-^v";

_Static_assert(sizeof high_ascii == 129 && sizeof low_ascii == 33, "one for each");

static const char *glyph(uint8_t c, bool ascii, char one[2])
{
    one[0] = (char)c;
    one[1] = '\0';
    if (c == 0)
        return " ";
    if (c >= 0x80 || c == 0x7f || c < ' ') {
        if (!ascii)
            return c >= 0x80 ? high[c - 0x80] : c == 0x7f ? "⌂" : low[c];
        one[0] = c >= 0x80 ? high_ascii[c - 0x80] : c == 0x7f ? '^' : low_ascii[c];
    }
    return one;
}

/* Colours are hints: bright and reversed text stands out, red is bad, green is good. */
static enum look look_of(uint8_t attr)
{
    static const enum look dark[] = {LOOK_FAINT, LOOK_PLAIN, LOOK_GOOD,  LOOK_PLAIN,
                                     LOOK_BAD,   LOOK_PLAIN, LOOK_PLAIN, LOOK_PLAIN};

    if (attr & ATTR_BACK)
        return LOOK_LABEL;
    if (!(attr & ATTR_BRIGHT) || !(attr & ATTR_COLOUR))
        return dark[attr & ATTR_COLOUR];
    return LOOK_LABEL;
}

struct screen {
    uint8_t cell[VGA_ROWS][VGA_COLUMNS][2]; /* character, attribute */
    int row, column;                        /* of the cursor; -1: not shown */
};

static void read_screen(const struct debugger *d, struct screen *v)
{
    const struct machine *m = vm_guest(d->s.vm);
    const struct vga *vga = &m->pc.vga;
    unsigned start = vga_start(vga), cursor = (vga_cursor(vga) - start) % CELLS;

    for (unsigned i = 0; i < VGA_ROWS * VGA_COLUMNS; i++) {
        uint8_t *cell = v->cell[i / VGA_COLUMNS][i % VGA_COLUMNS];

        cell[0] = cell[1] = 0;
        (void)machine_read(m, VGA_TEXT + (start + i) % CELLS * 2, cell, 2);
    }
    v->row = vga_cursor_shown(vga) && cursor < VGA_ROWS * VGA_COLUMNS ? (int)cursor / VGA_COLUMNS : -1;
    v->column = v->row < 0 ? -1 : (int)cursor % VGA_COLUMNS;
}

static void draw_row(const struct screen *v, int row, int first, const struct view_room *room, struct sheet *s)
{
    int end = VGA_COLUMNS;
    char one[2];

    while (end > first && (v->cell[row][end - 1][0] == ' ' || v->cell[row][end - 1][0] == 0) &&
           !(v->cell[row][end - 1][1] & ATTR_BACK) && (row != v->row || end - 1 != v->column))
        end--;
    for (int i = first; i < end && i - first < room->width; i++) {
        const uint8_t *cell = v->cell[row][i];
        bool blank = cell[0] == ' ' || cell[0] == 0;

        if (row == v->row && i == v->column)
            sheet_text(s, LOOK_HERE, blank ? "_" : glyph(cell[0], room->ascii, one));
        else
            sheet_text(s, look_of(cell[1]), glyph(cell[0], room->ascii, one));
    }
    if (row == v->row)
        sheet_mark(s);
    sheet_end(s);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct screen v;
    int first = 0;

    read_screen(d, &v);
    if (v.column >= room->width) /* a narrow pane follows the cursor */
        first = v.column - room->width + 1;
    for (int row = 0; row < VGA_ROWS; row++)
        draw_row(&v, row, first, room, s);
    if (v.row >= 0)
        sheet_line(s, LOOK_FAINT, _("cursor: row %d, column %d"), v.row, v.column);
    else
        sheet_line(s, LOOK_FAINT, "%s", _("cursor: hidden"));
}

const struct view view_vga = {
    .name = "vga",
    .title = N_("VGA screen"),
    .doc = N_("the guest's text screen, 80 x 25, and its cursor"),
    .detail = N_("The bytes at physical address b8000: a character of the PC's own set and an attribute for each cell. "
                 "The cursor is drawn as _ where its cell is blank. What you type into this pane goes to the guest's "
                 "keyboard. A pane that is too narrow follows the cursor."),
    .source = "IBM PS/2 Hardware Interface Technical Reference, \"Video Subsystem\"",
    .draw = draw};
