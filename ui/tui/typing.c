/* SPDX-License-Identifier: MIT */
/* What is typed into the guest: bytes on its serial line, or keys on its keyboard (a PC keyboard with a US layout). */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "interp/machine.h"
#include "ui/i18n.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"

enum { STRIKE_MOVES = 4 }; /* of keys: modifier and key, down and up */

/* ---- the serial line --------------------------------------------------------------------------------------------- */

/* What a terminal sends for a key (ECMA-48, as xterm does). */
static unsigned bytes_of(int key, char bytes[MB_LEN_MAX])
{
    static const struct {
        int key;
        const char *bytes;
    } special[] = {{KEY_ENTER_, "\r"},         {KEY_ESCAPE_, "\033"},    {KEY_TAB_, "\t"},
                   {KEY_BACKSPACE_, "\x7f"},   {KEY_UP_, "\033[A"},      {KEY_DOWN_, "\033[B"},
                   {KEY_RIGHT_, "\033[C"},     {KEY_LEFT_, "\033[D"},    {KEY_HOME_, "\033[H"},
                   {KEY_END_, "\033[F"},       {KEY_DELETE_, "\033[3~"}, {KEY_PAGE_UP_, "\033[5~"},
                   {KEY_PAGE_DOWN_, "\033[6~"}};
    mbstate_t state = {0};
    size_t n;

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].key == key) {
            memcpy(bytes, special[i].bytes, strlen(special[i].bytes));
            return (unsigned)strlen(special[i].bytes);
        }
    n = key < KEY_CODES ? wcrtomb(bytes, (wchar_t)key, &state) : (size_t)-1;
    return n == (size_t)-1 ? 0 : (unsigned)n;
}

/* As many of its bytes as the line takes now. True: all are gone. */
static bool send(struct tui *t, struct typed *k)
{
    char bytes[MB_LEN_MAX];
    unsigned n = bytes_of(k->key, bytes);

    while (k->sent < n && uart_receive(&vm_guest(debug_vm(t->d))->pc.uart, (uint8_t)bytes[k->sent]))
        k->sent++;
    return k->sent == n;
}

/* ---- the keyboard ------------------------------------------------------------------------------------------------ */

/* Which key makes this character, and is Shift held for it? NULL: none. */
static const char *key_for(int c, bool *shift, char room[2])
{
    static const char plain[] = "`-=[]\\;',./ ", shifted[] = "~_+{}|:\"<>?";
    static const char *const name[] = {"grave_accent",  "minus",     "equal",     "bracket_left",
                                       "bracket_right", "backslash", "semicolon", "apostrophe",
                                       "comma",         "dot",       "slash",     "spc"};
    static const char digits[] = ")!@#$%^&*(";
    const char *at;

    *shift = false;
    room[1] = '\0';
    if (c >= 0x80)
        return NULL;
    if ((at = strchr(digits, c)) && c) {
        *shift = true;
        room[0] = (char)('0' + (at - digits));
        return room;
    }
    if ((at = strchr(shifted, c)) && c) {
        *shift = true;
        return name[at - shifted];
    }
    if ((at = strchr(plain, c)) && c)
        return name[at - plain];
    *shift = isupper(c);
    room[0] = (char)tolower(c);
    return isalnum(c) ? room : NULL;
}

static const char *special_key(int key, char room[KEY_NAME])
{
    static const struct {
        int key;
        const char *name;
    } table[] = {{KEY_ENTER_, "ret"},     {KEY_ESCAPE_, "esc"},   {KEY_TAB_, "tab"},      {KEY_BACKSPACE_, "backspace"},
                 {KEY_UP_, "up"},         {KEY_DOWN_, "down"},    {KEY_LEFT_, "left"},    {KEY_RIGHT_, "right"},
                 {KEY_HOME_, "home"},     {KEY_END_, "end"},      {KEY_PAGE_UP_, "pgup"}, {KEY_PAGE_DOWN_, "pgdn"},
                 {KEY_INSERT_, "insert"}, {KEY_DELETE_, "delete"}};

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].key == key)
            return table[i].name;
    (void)snprintf(room, KEY_NAME, "f%d", key - KEY_F_);
    return key > KEY_F_ && key <= KEY_F_LAST_ ? room : NULL;
}

struct strike {
    const char *key, *modifier;
};

/* What is struck to type `key`. False: there is no such key on a PC's keyboard. */
static bool strike_for(int key, struct strike *s, char room[KEY_NAME])
{
    bool shift = false;

    s->modifier = key < ' ' ? "ctrl" : NULL;
    if (key >= KEY_CODES)
        s->key = special_key(key, room);
    else
        s->key = key_for(key < ' ' ? key + 'a' - 1 : key, &shift, room);
    if (shift)
        s->modifier = "shift";
    return s->key;
}

/* Modifier, key: down and up again at once, so that what is typed next is not shifted as well. All of it or nothing. */
static bool press(struct tui *t, int key)
{
    struct kbd *k = &vm_guest(debug_vm(t->d))->pc.kbd;
    char room[KEY_NAME];
    struct strike s;

    if (!strike_for(key, &s, room))
        return true;
    if (!kbd_takes(k, STRIKE_MOVES))
        return false;
    if (s.modifier)
        (void)kbd_key(k, s.modifier, true);
    (void)kbd_key(k, s.key, true);
    (void)kbd_key(k, s.key, false);
    if (s.modifier)
        (void)kbd_key(k, s.modifier, false);
    return true;
}

/* ---- what waits -------------------------------------------------------------------------------------------------- */

static void note(struct tui *t, bool serial)
{
    if (t->waiting.count)
        tui_note(t, LOOK_PLAIN, _("typed; the guest takes keys as it runs, %u wait"), t->waiting.count);
    else
        tui_note(t, LOOK_PLAIN, "%s", serial ? _("typed into the guest's COM1") : _("typed on the guest's keyboard"));
}

void tui_feed(struct tui *t)
{
    struct waiting *w = &t->waiting;
    bool serial = w->typed[0].serial;
    unsigned gone = 0;

    while (gone < w->count && (w->typed[gone].serial ? send(t, &w->typed[gone]) : press(t, w->typed[gone].key)))
        gone++;
    w->count -= gone;
    memmove(w->typed, w->typed + gone, w->count * sizeof *w->typed);
    if (gone)
        note(t, serial);
}

void tui_type(struct tui *t, int key)
{
    bool serial = strcmp(t->focus, "console") == 0;
    struct waiting *w = &t->waiting;
    char room[KEY_NAME];
    struct strike s;

    if (!serial && !strike_for(key, &s, room)) {
        tui_note(t, LOOK_BAD, "%s", _("that key was lost: the guest's keyboard has none"));
    } else if (w->count == TYPED_MAX) {
        tui_note(t, LOOK_BAD, _("that key was lost: %u wait already, and the guest takes none"), w->count);
    } else {
        w->typed[w->count++] = (struct typed){.key = key, .serial = serial};
        note(t, serial);
        tui_feed(t);
    }
}
