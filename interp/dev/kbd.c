/* SPDX-License-Identifier: MIT */
#include "interp/dev/kbd.h"

#include <stddef.h>

#include "interp/dev/host.h"
#include "interp/dev/keys.h"
#include "interp/state.h"

enum { KBD_IRQ = 1, DATA_PORT = 0x60 };
enum { MODE_IRQ = 0x01, MODE_SYS = 0x04, MODE_OFF = 0x10, MODE_AUX_OFF = 0x20, MODE_TRANSLATE = 0x40 };
enum { STATUS_FULL = 0x01, STATUS_SYS = 0x04, STATUS_COMMAND = 0x08, STATUS_UNLOCKED = 0x10 };
/* Controller commands that take a byte at port 60h. */
enum {
    WRITE_MODE = 0x60,
    WRITE_OUTPUT_PORT = 0xd1,
    WRITE_KBD_BUFFER = 0xd2,
    WRITE_AUX_BUFFER = 0xd3,
    WRITE_AUX = 0xd4
};
enum { PULSE = 0xf0 };
/* The output port: reset (active low), A20, the interrupt, and the wires, here at rest. */
enum { OUTPUT_RUN = 0x01, OUTPUT_A20 = 0x02, OUTPUT_IRQ = 0x10, OUTPUT_WIRES = 0xc0, INPUT_PORT_UNLOCKED = 0x80 };

static uint64_t now(const struct kbd *k)
{
    return k->host->now(k->host->ctx);
}

static void update_irq(struct kbd *k)
{
    bool level = k->full && k->mode & MODE_IRQ;

    if (level != k->irq)
        k->host->irq(k->host->irq_ctx, KBD_IRQ, level);
    k->irq = level;
}

static void put(struct kbd *k, uint8_t byte)
{
    k->out = byte;
    k->full = true;
    update_irq(k);
}

/* One byte from the keyboard; of a translated break code the prefix makes none of its own. */
static void receive(struct kbd *k)
{
    uint8_t byte = keyboard_take(&k->keyboard);

    if (!(k->mode & MODE_TRANSLATE) || key_translate(byte, &k->broken, &byte))
        put(k, byte);
}

/* Moves on what waits for the output buffer: first the controller's answer, then the keyboard's, then scan codes. */
static void fill(struct kbd *k)
{
    if (!k->full && k->has_reply) {
        k->has_reply = false;
        put(k, k->reply);
    }
    if (k->mode & MODE_OFF)
        return;
    while (!k->full && k->keyboard.answers)
        receive(k);
    if (k->full || !k->keyboard.codes)
        return;
    if (now(k) < k->ready) {
        k->host->at(k->host->ctx, &k->wire, k->ready);
        return;
    }
    while (!k->full && k->keyboard.codes)
        receive(k);
}

static void wire_fires(void *dev)
{
    fill(dev);
}

/* An empty buffer gives its last byte again. */
static uint8_t read_data(struct kbd *k)
{
    uint8_t byte = k->out;

    if (!k->full)
        return byte;
    k->full = false;
    k->ready = now(k) + k->host->hz / 1000 + 1;
    update_irq(k);
    fill(k);
    return byte;
}

static uint8_t status(const struct kbd *k)
{
    return (uint8_t)(STATUS_UNLOCKED | (k->full ? STATUS_FULL : 0) | (k->mode & MODE_SYS ? STATUS_SYS : 0) |
                     (k->last_command ? STATUS_COMMAND : 0));
}

static void answer(struct kbd *k, uint8_t byte)
{
    k->reply = byte;
    k->has_reply = true;
}

static uint8_t output_port(const struct kbd *k)
{
    return (uint8_t)(OUTPUT_WIRES | OUTPUT_RUN | (k->a20 ? OUTPUT_A20 : 0) | (k->full ? OUTPUT_IRQ : 0));
}

static void set_a20(struct kbd *k, bool open)
{
    k->a20 = open;
    k->host->a20(k->host->ctx, open);
}

static void reset_unless(struct kbd *k, uint8_t run)
{
    if (!(run & OUTPUT_RUN))
        k->host->reset(k->host->ctx);
}

/* Port 64h. F0h to FFh pulse the lines of the output port whose bits are 0: FEh the processor's reset. */
static void controller_command(struct kbd *k, uint8_t v)
{
    switch (v) {
    case 0x20: answer(k, k->mode); break;
    case WRITE_MODE:
    case WRITE_OUTPUT_PORT:
    case WRITE_KBD_BUFFER:
    case WRITE_AUX_BUFFER:
    case WRITE_AUX: k->awaited = v; break;
    case 0xa4: answer(k, 0xf1); break; /* no password */
    case 0xa7: k->mode |= MODE_AUX_OFF; break;
    case 0xa8: k->mode &= (uint8_t)~MODE_AUX_OFF; break;
    case 0xa9: answer(k, 0xff); break; /* the test of the mouse's wire: there is none */
    case 0xaa:
        k->mode |= MODE_SYS;
        answer(k, 0x55);
        break;
    case 0xab: answer(k, 0x00); break;
    case 0xad: k->mode |= MODE_OFF; break;
    case 0xae: k->mode &= (uint8_t)~MODE_OFF; break;
    case 0xc0: answer(k, INPUT_PORT_UNLOCKED); break;
    case 0xd0: answer(k, output_port(k)); break;
    case 0xdd: set_a20(k, false); break; /* these two are later controllers' */
    case 0xdf: set_a20(k, true); break;
    case 0xe0: answer(k, 0x00); break; /* test inputs */
    default:
        if (v >= PULSE)
            reset_unless(k, v);
        break;
    }
}

/* The byte that a controller command waited for. */
static void controller_data(struct kbd *k, uint8_t command, uint8_t v)
{
    switch (command) {
    case WRITE_MODE:
        k->mode = v;
        update_irq(k);
        break;
    case WRITE_OUTPUT_PORT:
        set_a20(k, v & OUTPUT_A20);
        reset_unless(k, v);
        break;
    case WRITE_KBD_BUFFER:
    case WRITE_AUX_BUFFER: answer(k, v); break;
    case WRITE_AUX: answer(k, 0xfe); break; /* nobody took it */
    default: break;
    }
}

static void write_data(struct kbd *k, uint8_t v)
{
    uint8_t command = k->awaited;

    k->awaited = 0;
    if (command) {
        controller_data(k, command, v);
        return;
    }
    k->mode &= (uint8_t)~MODE_OFF; /* to send, the controller opens the wire */
    keyboard_byte(&k->keyboard, v);
}

uint8_t kbd_in(void *kbd, uint16_t port)
{
    return port == DATA_PORT ? read_data(kbd) : status(kbd);
}

void kbd_out(void *kbd, uint16_t port, uint8_t v)
{
    struct kbd *k = kbd;

    k->last_command = port != DATA_PORT;
    if (port == DATA_PORT)
        write_data(k, v);
    else
        controller_command(k, v);
    fill(k);
}

int kbd_key(struct kbd *k, const char *name, bool down)
{
    int key = key_find(name);

    if (key < 0)
        return -1;
    if (!keyboard_key(&k->keyboard, (unsigned)key, down))
        return 1;
    fill(k);
    return 0;
}

bool kbd_takes(const struct kbd *k, unsigned moves)
{
    return k->keyboard.scanning && moves * KEY_BYTES <= KEYBOARD_CODES - (unsigned)k->keyboard.codes;
}

static void arm_release(struct kbd *k)
{
    uint64_t first = CLOCK_NEVER;

    for (unsigned i = 0; i < KBD_HELD; i++)
        if (k->held[i].until < first)
            first = k->held[i].until;
    k->host->at(k->host->ctx, &k->release, first);
}

/* Lets go of keys whose time has come. */
static void release_fires(void *dev)
{
    struct kbd *k = dev;

    for (unsigned i = 0; i < KBD_HELD; i++)
        if (k->held[i].until <= now(k)) {
            k->held[i].until = CLOCK_NEVER;
            keyboard_key(&k->keyboard, k->held[i].key, false);
        }
    fill(k);
    arm_release(k);
}

/* A slot for a key: its own if it is held already, else a free one. NULL: eight are held. */
static struct kbd_held *slot_for(struct kbd *k, unsigned key)
{
    struct kbd_held *slot = NULL;

    for (unsigned i = 0; i < KBD_HELD; i++) {
        bool used = k->held[i].until != CLOCK_NEVER;

        if (used && k->held[i].key == key)
            return &k->held[i];
        if (!used && !slot)
            slot = &k->held[i];
    }
    return slot;
}

int kbd_press(struct kbd *k, const char *name)
{
    int key = key_find(name), result = kbd_key(k, name, true);
    struct kbd_held *slot;

    if (result)
        return result;
    slot = slot_for(k, (unsigned)key);
    if (!slot)
        return kbd_key(k, name, false);
    *slot = (struct kbd_held){.key = (uint8_t)key, .until = now(k) + k->host->hz / 10 + 1};
    arm_release(k);
    return 0;
}

void kbd_init(struct kbd *k, const struct dev_host *host)
{
    *k = (struct kbd){.host = host, .mode = MODE_IRQ | MODE_SYS | MODE_AUX_OFF | MODE_TRANSLATE, .a20 = true};
    keyboard_reset(&k->keyboard);
    for (unsigned i = 0; i < KBD_HELD; i++)
        k->held[i].until = CLOCK_NEVER;
    k->wire = (struct timer){.fire = wire_fires, .dev = k};
    k->release = (struct timer){.fire = release_fires, .dev = k};
    host->add(host->ctx, &k->wire);
    host->add(host->ctx, &k->release);
}

static void held_state(struct state *s, struct kbd_held *h)
{
    state_u8(s, &h->key);
    state_u64(s, &h->until);
    if (!key_valid(h->key)) {
        state_fail(s, "keyboard: no key %u", h->key);
        h->key = 0;
    }
}

void kbd_state(struct state *s, struct kbd *k)
{
    bool *flag[] = {&k->full, &k->has_reply, &k->last_command, &k->broken, &k->irq, &k->a20};

    state_section(s, "KBD ", 2);
    keyboard_state(s, &k->keyboard);
    state_u8(s, &k->mode);
    state_u8(s, &k->out);
    state_u8(s, &k->reply);
    state_u8(s, &k->awaited);
    for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
        state_bool(s, flag[i]);
    state_u64(s, &k->ready);
    for (unsigned i = 0; i < KBD_HELD; i++)
        held_state(s, &k->held[i]);
    dev_timer_state(s, k->host, &k->wire);
    dev_timer_state(s, k->host, &k->release);
}
