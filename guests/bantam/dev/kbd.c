/* SPDX-License-Identifier: MIT */
/* The PC's keyboard, in scan code set 1, as the 8042 translates it. */
#include "guests/bantam/dev/kbd.h"

#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/counters.h"

enum { DATA = 0x60, STATUS = 0x64, STATUS_FULL = 1, LINE = 1 };
enum { RELEASE = 0x80, EXTENDED = 0xe0, LEFT_SHIFT = 0x2a, RIGHT_SHIFT = 0x36, CONTROL = 0x1d };

/* By make code; shifted in the second row. */
static const char keymap[2][59] = {
    {0,    27,  '1', '2',  '3', '4', '5', '6', '7',  '8', '9', '0', '-', '=', '\b', '\t', 'q', 'w', 'e', 'r',
     't',  'y', 'u', 'i',  'o', 'p', '[', ']', '\n', 0,   'a', 's', 'd', 'f', 'g',  'h',  'j', 'k', 'l', ';',
     '\'', '`', 0,   '\\', 'z', 'x', 'c', 'v', 'b',  'n', 'm', ',', '.', '/', 0,    '*',  0,   ' ', 0},
    {0,   27,  '!', '@', '#', '$', '%', '^', '&',  '*', '(', ')', '_', '+', '\b', '\t', 'Q', 'W', 'E', 'R',
     'T', 'Y', 'U', 'I', 'O', 'P', '{', '}', '\n', 0,   'A', 'S', 'D', 'F', 'G',  'H',  'J', 'K', 'L', ':',
     '"', '~', 0,   '|', 'Z', 'X', 'C', 'V', 'B',  'N', 'M', '<', '>', '?', 0,    '*',  0,   ' ', 0}};

static void (*listener)(char c);
static bool shift, control, extended;

static void key(uint8_t code, bool down)
{
    char c;

    if (code == LEFT_SHIFT || code == RIGHT_SHIFT)
        shift = down;
    if (code == CONTROL)
        control = down;
    if (!down || code >= sizeof keymap[0])
        return;
    c = keymap[shift][code];
    if (control && c >= 'a' && c <= 'z')
        c -= 'a' - 1;
    if (c && c != 27)
        listener(c);
}

static void interrupt(void)
{
    counters.interrupts++;
    while (arch_in8(STATUS) & STATUS_FULL) {
        uint8_t code = arch_in8(DATA);

        if (code == EXTENDED) {
            extended = true;
            continue;
        }
        if (!extended || code == 0x1c ||
            (code & ~RELEASE) == CONTROL) /* Enter and Ctrl on the right are the same keys */
            key(code & (uint8_t)~RELEASE, !(code & RELEASE));
        extended = false;
    }
}

void kbd_start(void (*take)(char c))
{
    listener = take;
    while (arch_in8(STATUS) & STATUS_FULL) /* what came before anybody listened */
        (void)arch_in8(DATA);
    arch_irq_attach(LINE, interrupt);
}
