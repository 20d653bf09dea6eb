/* SPDX-License-Identifier: MIT */
#include "interp/dev/keys.h"

#include <stddef.h>
#include <string.h>

/* `code` in set 2; E0: sent after that prefix. PRINT and PAUSE are the keyboard's two oddities. */
enum key_form { PLAIN, E0, PRINT, PAUSE };

static const struct key {
    const char *name;
    uint8_t code, form;
} keys[] = {
    {"esc", 0x76, PLAIN},
    {"1", 0x16, PLAIN},
    {"2", 0x1e, PLAIN},
    {"3", 0x26, PLAIN},
    {"4", 0x25, PLAIN},
    {"5", 0x2e, PLAIN},
    {"6", 0x36, PLAIN},
    {"7", 0x3d, PLAIN},
    {"8", 0x3e, PLAIN},
    {"9", 0x46, PLAIN},
    {"0", 0x45, PLAIN},
    {"minus", 0x4e, PLAIN},
    {"equal", 0x55, PLAIN},
    {"backspace", 0x66, PLAIN},
    {"tab", 0x0d, PLAIN},
    {"q", 0x15, PLAIN},
    {"w", 0x1d, PLAIN},
    {"e", 0x24, PLAIN},
    {"r", 0x2d, PLAIN},
    {"t", 0x2c, PLAIN},
    {"y", 0x35, PLAIN},
    {"u", 0x3c, PLAIN},
    {"i", 0x43, PLAIN},
    {"o", 0x44, PLAIN},
    {"p", 0x4d, PLAIN},
    {"bracket_left", 0x54, PLAIN},
    {"bracket_right", 0x5b, PLAIN},
    {"ret", 0x5a, PLAIN},
    {"ctrl", 0x14, PLAIN},
    {"a", 0x1c, PLAIN},
    {"s", 0x1b, PLAIN},
    {"d", 0x23, PLAIN},
    {"f", 0x2b, PLAIN},
    {"g", 0x34, PLAIN},
    {"h", 0x33, PLAIN},
    {"j", 0x3b, PLAIN},
    {"k", 0x42, PLAIN},
    {"l", 0x4b, PLAIN},
    {"semicolon", 0x4c, PLAIN},
    {"apostrophe", 0x52, PLAIN},
    {"grave_accent", 0x0e, PLAIN},
    {"shift", 0x12, PLAIN},
    {"backslash", 0x5d, PLAIN},
    {"z", 0x1a, PLAIN},
    {"x", 0x22, PLAIN},
    {"c", 0x21, PLAIN},
    {"v", 0x2a, PLAIN},
    {"b", 0x32, PLAIN},
    {"n", 0x31, PLAIN},
    {"m", 0x3a, PLAIN},
    {"comma", 0x41, PLAIN},
    {"dot", 0x49, PLAIN},
    {"slash", 0x4a, PLAIN},
    {"shift_r", 0x59, PLAIN},
    {"asterisk", 0x7c, PLAIN},
    {"kp_multiply", 0x7c, PLAIN},
    {"alt", 0x11, PLAIN},
    {"spc", 0x29, PLAIN},
    {"caps_lock", 0x58, PLAIN},
    {"f1", 0x05, PLAIN},
    {"f2", 0x06, PLAIN},
    {"f3", 0x04, PLAIN},
    {"f4", 0x0c, PLAIN},
    {"f5", 0x03, PLAIN},
    {"f6", 0x0b, PLAIN},
    {"f7", 0x83, PLAIN},
    {"f8", 0x0a, PLAIN},
    {"f9", 0x01, PLAIN},
    {"f10", 0x09, PLAIN},
    {"f11", 0x78, PLAIN},
    {"f12", 0x07, PLAIN},
    {"num_lock", 0x77, PLAIN},
    {"scroll_lock", 0x7e, PLAIN},
    {"kp_7", 0x6c, PLAIN},
    {"kp_8", 0x75, PLAIN},
    {"kp_9", 0x7d, PLAIN},
    {"kp_subtract", 0x7b, PLAIN},
    {"kp_4", 0x6b, PLAIN},
    {"kp_5", 0x73, PLAIN},
    {"kp_6", 0x74, PLAIN},
    {"kp_add", 0x79, PLAIN},
    {"kp_1", 0x69, PLAIN},
    {"kp_2", 0x72, PLAIN},
    {"kp_3", 0x7a, PLAIN},
    {"kp_0", 0x70, PLAIN},
    {"kp_decimal", 0x71, PLAIN},
    {"less", 0x61, PLAIN},
    {"kp_enter", 0x5a, E0},
    {"ctrl_r", 0x14, E0},
    {"kp_divide", 0x4a, E0},
    {"alt_r", 0x11, E0},
    {"home", 0x6c, E0},
    {"up", 0x75, E0},
    {"pgup", 0x7d, E0},
    {"left", 0x6b, E0},
    {"right", 0x74, E0},
    {"end", 0x69, E0},
    {"down", 0x72, E0},
    {"pgdn", 0x7a, E0},
    {"insert", 0x70, E0},
    {"delete", 0x71, E0},
    {"meta_l", 0x1f, E0},
    {"meta_r", 0x27, E0},
    {"menu", 0x2f, E0},
    {"print", 0, PRINT},
    {"sysrq", 0, PRINT},
    {"pause", 0, PAUSE},
};

enum { KEYS = sizeof keys / sizeof *keys };

/* The 8042's table: index in set 2, value in set 1. From 80h on bytes pass unchanged, but for two. */
static const uint8_t set1[128] = {
    0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59, /* 00 */
    0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b, /* 10 */
    0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d, /* 20 */
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f, /* 30 */
    0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61, /* 40 */
    0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76, /* 50 */
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f, /* 60 */
    0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54, /* 70 */
};

int key_find(const char *name)
{
    for (unsigned i = 0; i < KEYS; i++)
        if (!strcmp(keys[i].name, name))
            return (int)i;
    return -1;
}

bool key_valid(unsigned key)
{
    return key < KEYS;
}

static unsigned copy(uint8_t *to, const uint8_t *from, size_t n)
{
    memcpy(to, from, n);
    return (unsigned)n;
}

/* Shift is sent along, for programs that knew the 83-key keyboard. */
static unsigned print_codes(bool down, uint8_t *code)
{
    static const uint8_t make[] = {0xe0, 0x12, 0xe0, 0x7c}, brk[] = {0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12};

    return down ? copy(code, make, sizeof make) : copy(code, brk, sizeof brk);
}

/* Ctrl and Num Lock, pressed and released at once. */
static unsigned pause_codes(bool down, uint8_t *code)
{
    static const uint8_t make[] = {0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77};

    return down ? copy(code, make, sizeof make) : 0;
}

unsigned key_codes(unsigned key, bool down, uint8_t code[KEY_BYTES])
{
    const struct key *k = &keys[key];
    unsigned n = 0;

    if (k->form == PRINT)
        return print_codes(down, code);
    if (k->form == PAUSE)
        return pause_codes(down, code);
    if (k->form == E0)
        code[n++] = KEY_EXTENDED;
    if (!down)
        code[n++] = KEY_BREAK;
    code[n++] = k->code;
    return n;
}

bool key_translate(uint8_t byte, bool *broken, uint8_t *translated)
{
    if (byte == KEY_BREAK) {
        *broken = true;
        return false;
    }
    *translated = byte < 0x80 ? set1[byte] : byte == 0x83 ? 0x41 : byte == 0x84 ? 0x54 : byte;
    if (*broken)
        *translated |= 0x80;
    *broken = false;
    return true;
}
