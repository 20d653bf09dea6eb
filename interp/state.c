/* SPDX-License-Identifier: MIT */
#include "interp/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void state_init_save(struct state *s)
{
    *s = (struct state){.dir = STATE_SAVE};
}

void state_init_sink(struct state *s, void (*sink)(void *ctx, const void *bytes, size_t n), void *ctx)
{
    *s = (struct state){.dir = STATE_SAVE, .sink = sink, .sink_ctx = ctx};
}

void state_init_load(struct state *s, const void *data, size_t size)
{
    /* Never written through while loading. */
    *s = (struct state){.dir = STATE_LOAD, .data = (uint8_t *)(uintptr_t)data, .size = size};
}

void state_free(struct state *s)
{
    if (s->dir == STATE_SAVE)
        free(s->data);
    s->data = NULL;
    s->size = s->pos = s->room = 0;
}

void state_fail(struct state *s, const char *fmt, ...)
{
    char what[96];
    va_list args;

    if (s->error[0])
        return;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    snprintf(s->error, sizeof s->error, "state: section %s, offset %zu: %s", s->section[0] ? s->section : "(none)",
             s->pos, what);
}

void state_check(struct state *s, bool ok, const char *what)
{
    if (state_loading(s) && !ok)
        state_fail(s, "%s", what);
}

/* Doubling keeps the work linear in what is saved. */
static bool grow(struct state *s, size_t n)
{
    size_t room = s->room ? s->room : 4096;
    uint8_t *data;

    if (n > SIZE_MAX / 4 || s->size > SIZE_MAX / 4)
        return false;
    while (room < s->size + n)
        room *= 2;
    if (room == s->room)
        return true;
    data = realloc(s->data, room);
    if (!data)
        return false;
    s->data = data;
    s->room = room;
    return true;
}

static void put(struct state *s, const void *p, size_t n)
{
    if (s->sink) {
        s->sink(s->sink_ctx, p, n);
    } else {
        if (!grow(s, n)) {
            state_fail(s, "out of memory for %zu more bytes", n);
            return;
        }
        memcpy(s->data + s->size, p, n);
    }
    s->size += n;
    s->pos += n;
}

static void get(struct state *s, void *p, size_t n)
{
    if (n > s->size - s->pos) {
        state_fail(s, "%zu bytes wanted, %zu left", n, s->size - s->pos);
        return;
    }
    memcpy(p, s->data + s->pos, n);
    s->pos += n;
}

void state_bytes(struct state *s, void *p, size_t n)
{
    if (s->error[0] || !n)
        return;
    if (s->dir == STATE_SAVE)
        put(s, p, n);
    else
        get(s, p, n);
}

/* Little-endian, whatever the host is. */
static uint64_t number(struct state *s, uint64_t v, unsigned bytes)
{
    uint8_t b[8];
    uint64_t loaded = 0;

    for (unsigned i = 0; i < bytes; i++)
        b[i] = (uint8_t)(v >> (8 * i));
    state_bytes(s, b, bytes);
    if (s->error[0])
        return v;
    for (unsigned i = 0; i < bytes; i++)
        loaded |= (uint64_t)b[i] << (8 * i);
    return loaded;
}

void state_u8(struct state *s, uint8_t *v)
{
    *v = (uint8_t)number(s, *v, 1);
}

void state_u16(struct state *s, uint16_t *v)
{
    *v = (uint16_t)number(s, *v, 2);
}

void state_u32(struct state *s, uint32_t *v)
{
    *v = (uint32_t)number(s, *v, 4);
}

void state_u64(struct state *s, uint64_t *v)
{
    *v = number(s, *v, 8);
}

void state_bool(struct state *s, bool *v)
{
    uint8_t byte = *v;

    state_u8(s, &byte);
    if (byte > 1)
        state_fail(s, "%u where only 0 or 1 may stand", byte);
    else
        *v = byte;
}

/* What was read may be anything: only letters are shown. */
static void tag_text(char text[5], const char tag[4])
{
    for (unsigned i = 0; i < 4; i++)
        text[i] = tag[i] > ' ' && tag[i] < 0x7f ? tag[i] : '?';
    text[4] = 0;
}

void state_section(struct state *s, const char tag[4], uint16_t version)
{
    char found[4], text[5];
    uint16_t v = version;

    memcpy(found, tag, 4);
    state_bytes(s, found, 4);
    state_u16(s, &v);
    if (s->error[0])
        return;
    if (memcmp(found, tag, 4) != 0) {
        tag_text(text, found);
        state_fail(s, "section %.4s expected next, %s found", tag, text);
        return;
    }
    memcpy(s->section, tag, 4);
    if (v != version)
        state_fail(s, "version %u expected, %u found", version, v);
}
