/* SPDX-License-Identifier: MIT */
#include "interp/dev/keyboard.h"

#include <string.h>

#include "interp/dev/keys.h"
#include "interp/state.h"

enum { ACK = 0xfa, RESEND = 0xfe, TEST_PASSED = 0xaa, ECHO = 0xee };
enum { DEFAULT_RATE = 0x2b }; /* 10.9 a second after half a second; no key repeats by itself here */

void keyboard_reset(struct keyboard *k)
{
    *k = (struct keyboard){.set = 2, .scanning = true, .rate = DEFAULT_RATE};
}

static void say(struct keyboard *k, uint8_t byte)
{
    if (k->answers < KEYBOARD_ANSWERS)
        k->answer[k->answers++] = byte;
}

/* F0 0 asks which set is in use, F0 1 and F0 2 choose. Set 3 is not built. */
static void scan_set(struct keyboard *k, uint8_t v)
{
    if (v > 2) {
        say(k, RESEND);
        return;
    }
    say(k, ACK);
    if (v == 0)
        say(k, k->set);
    else
        k->set = v;
}

static void parameter(struct keyboard *k, uint8_t v)
{
    uint8_t command = k->command;

    k->command = 0;
    switch (command) {
    case 0xed: k->leds = v & 7; break;
    case 0xf3: k->rate = v & 0x7f; break;
    default: scan_set(k, v); return;
    }
    say(k, ACK);
}

static void defaults(struct keyboard *k, bool scanning)
{
    k->set = 2;
    k->rate = DEFAULT_RATE;
    k->scanning = scanning;
    k->codes = 0;
    say(k, ACK);
}

static void reset(struct keyboard *k)
{
    keyboard_reset(k);
    say(k, ACK);
    say(k, TEST_PASSED);
}

static void command(struct keyboard *k, uint8_t v)
{
    switch (v) {
    case 0xed: /* LEDs */
    case 0xf0: /* scan code set */
    case 0xf3: /* repeat rate */
        k->command = v;
        say(k, ACK);
        break;
    case 0xee: say(k, ECHO); break;
    case 0xf2:
        say(k, ACK);
        say(k, 0xab);
        say(k, 0x83);
        break;
    case 0xf4:
        k->scanning = true;
        k->codes = 0;
        say(k, ACK);
        break;
    case 0xf5: defaults(k, false); break;
    case 0xf6: defaults(k, true); break;
    case 0xfe: say(k, k->last); break;
    case 0xff: reset(k); break;
    default: say(k, RESEND); break;
    }
}

void keyboard_byte(struct keyboard *k, uint8_t v)
{
    k->answers = 0; /* a new command ends the answer to the last one */
    /* No parameter has the top bit: what has is a new command. */
    if (k->command && !(v & 0x80)) {
        parameter(k, v);
        return;
    }
    k->command = 0;
    command(k, v);
}

/* Set 1 differs from set 2 by the very table that the controller would use. */
static unsigned to_set1(uint8_t *code, unsigned n)
{
    unsigned kept = 0;
    bool broken = false;

    for (unsigned i = 0; i < n; i++)
        kept += key_translate(code[i], &broken, &code[kept]);
    return kept;
}

bool keyboard_key(struct keyboard *k, unsigned key, bool down)
{
    uint8_t code[KEY_BYTES];
    unsigned n = key_codes(key, down, code);

    if (k->set == 1)
        n = to_set1(code, n);
    if (!k->scanning || n > KEYBOARD_CODES - (unsigned)k->codes)
        return false;
    memcpy(k->code + k->codes, code, n);
    k->codes = (uint8_t)(k->codes + n);
    return true;
}

static uint8_t shift(uint8_t *queue, uint8_t *n)
{
    uint8_t first = queue[0];

    memmove(queue, queue + 1, --*n);
    return first;
}

uint8_t keyboard_take(struct keyboard *k)
{
    k->last = k->answers ? shift(k->answer, &k->answers) : shift(k->code, &k->codes);
    return k->last;
}

void keyboard_state(struct state *s, struct keyboard *k)
{
    state_u8(s, &k->set);
    state_bool(s, &k->scanning);
    state_u8(s, &k->command);
    state_u8(s, &k->leds);
    state_u8(s, &k->rate);
    state_u8(s, &k->last);
    state_u8(s, &k->answers);
    state_u8(s, &k->codes);
    if (k->answers > KEYBOARD_ANSWERS || k->codes > KEYBOARD_CODES || k->set < 1 || k->set > 2) {
        state_fail(s, "keyboard: %u answers, %u codes, set %u", k->answers, k->codes, k->set);
        keyboard_reset(k);
    }
    state_bytes(s, k->answer, k->answers);
    state_bytes(s, k->code, k->codes);
}
