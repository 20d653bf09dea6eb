/* SPDX-License-Identifier: MIT */
#include "interp/dev/vga.h"

#include <string.h>

#include "interp/dev/host.h"
#include "interp/dev/rate.h"
#include "interp/state.h"

enum { CRTC_CURSOR_START = 0x0a, CRTC_START = 0x0c, CRTC_CURSOR = 0x0e, CRTC_END_RETRACE = 0x11 };
enum { CURSOR_OFF = 0x20, CRTC_PROTECT = 0x80 };
enum { ATTR_INDEX = 0x1f, ATTR_PALETTE_ON = 0x20 };

/* Mode 3 at 28.322 MHz: 900 dots a line, 720 of them shown; 449 lines, 400 shown, retrace in lines 412 and 413. */
enum {
    DOT_HZ = 28322000,
    DOTS = 900,
    SHOWN_DOTS = 720,
    LINES = 449,
    SHOWN_LINES = 400,
    RETRACE = 412,
    RETRACE_END = 414
};
enum { STATUS_BLANK = 0x01, STATUS_RETRACE = 0x08 };

/* Mode 3 as firmware sets it. */
static const uint8_t seq_mode3[] = {0x03, 0x00, 0x03, 0x00, 0x02};
static const uint8_t crtc_mode3[] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00,
                                     0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff};
static const uint8_t gfx_mode3[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff};
static const uint8_t attr_mode3[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
                                     0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00};

static unsigned pair(const uint8_t *high)
{
    return (unsigned)high[0] << 8 | high[1];
}

unsigned vga_start(const struct vga *v)
{
    return pair(&v->crtc[CRTC_START]);
}

unsigned vga_cursor(const struct vga *v)
{
    return pair(&v->crtc[CRTC_CURSOR]);
}

bool vga_cursor_shown(const struct vga *v)
{
    return !(v->crtc[CRTC_CURSOR_START] & CURSOR_OFF);
}

/* Where the beam is, from time alone. */
static uint8_t input_status(const struct vga *v)
{
    uint64_t dot = rate_pulses(v->host->now(v->host->ctx), v->host->hz, DOT_HZ) % (DOTS * LINES);
    unsigned line = (unsigned)(dot / DOTS);
    bool blank = line >= SHOWN_LINES || dot % DOTS >= SHOWN_DOTS;
    bool retrace = line >= RETRACE && line < RETRACE_END;

    return (uint8_t)((blank ? STATUS_BLANK : 0) | (retrace ? STATUS_RETRACE : 0));
}

static void attribute_out(struct vga *v, uint8_t value)
{
    if (!v->attr_data)
        v->attr_index = value & (ATTR_INDEX | ATTR_PALETTE_ON);
    else
        v->attr[v->attr_index & ATTR_INDEX] = value;
    v->attr_data = !v->attr_data;
}

/* Registers 0 to 7 can be locked, but for one bit of the overflow register ("End Vertical Retrace", bit 7). */
static void crtc_out(struct vga *v, uint8_t value)
{
    unsigned i = v->crtc_index;

    if (i < 8 && v->crtc[CRTC_END_RETRACE] & CRTC_PROTECT) {
        if (i != 7)
            return;
        value = (uint8_t)((v->crtc[7] & ~0x10) | (value & 0x10));
    }
    v->crtc[i] = value;
}

/* Colours are three bytes in a row; the index steps after the third. */
static void dac_step(struct vga *v, uint8_t *index)
{
    if (++v->dac_part == 3) {
        v->dac_part = 0;
        (*index)++;
    }
}

static uint8_t dac_in(struct vga *v)
{
    uint8_t value = v->dac[v->dac_read][v->dac_part];

    dac_step(v, &v->dac_read);
    return value;
}

static void dac_out(struct vga *v, uint8_t value)
{
    v->dac[v->dac_write][v->dac_part] = value & 0x3f;
    dac_step(v, &v->dac_write);
}

static void dac_select(struct vga *v, uint8_t *index, uint8_t value, bool reading)
{
    *index = value;
    v->dac_part = 0;
    v->dac_reading = reading;
}

uint8_t vga_in(void *vga, uint16_t port)
{
    struct vga *v = vga;

    switch (port) {
    case 0x3c0: return v->attr_index;
    case 0x3c1: return v->attr[v->attr_index & ATTR_INDEX];
    case 0x3c2: return 0x10; /* input status 0: the switch says a colour monitor is there */
    case 0x3c4: return v->seq_index;
    case 0x3c5: return v->seq[v->seq_index];
    case 0x3c6: return v->pel_mask;
    case 0x3c7: return v->dac_reading ? 3 : 0;
    case 0x3c8: return v->dac_write;
    case 0x3c9: return dac_in(v);
    case 0x3ca: return v->feature;
    case 0x3cc: return v->misc;
    case 0x3ce: return v->gfx_index;
    case 0x3cf: return v->gfx[v->gfx_index];
    case 0x3d4: return v->crtc_index;
    case 0x3d5: return v->crtc[v->crtc_index];
    case 0x3da: v->attr_data = false; return input_status(v);
    default: return 0xff;
    }
}

void vga_out(void *vga, uint16_t port, uint8_t value)
{
    struct vga *v = vga;

    switch (port) {
    case 0x3c0: attribute_out(v, value); break;
    case 0x3c2: v->misc = value; break;
    case 0x3c4: v->seq_index = value & 7; break;
    case 0x3c5: v->seq[v->seq_index] = value; break;
    case 0x3c6: v->pel_mask = value; break;
    case 0x3c7: dac_select(v, &v->dac_read, value, true); break;
    case 0x3c8: dac_select(v, &v->dac_write, value, false); break;
    case 0x3c9: dac_out(v, value); break;
    case 0x3ce: v->gfx_index = value & 15; break;
    case 0x3cf: v->gfx[v->gfx_index] = value; break;
    case 0x3d4: v->crtc_index = value & 31; break;
    case 0x3d5: crtc_out(v, value); break;
    case 0x3da: v->feature = value; break;
    default: break; /* read-only, or not there */
    }
}

/* The first 64 colours are the EGA's: bits 2:0 are two thirds of red, green, blue, bits 5:3 one third. */
static void dac_init(struct vga *v)
{
    for (unsigned i = 0; i < 64; i++)
        for (unsigned part = 0; part < 3; part++) {
            unsigned bit = 2 - part;

            v->dac[i][part] = (uint8_t)((i >> bit & 1 ? 42 : 0) + (i >> (bit + 3) & 1 ? 21 : 0));
        }
}

void vga_init(struct vga *v, const struct dev_host *host)
{
    *v = (struct vga){.host = host, .misc = 0x67, .pel_mask = 0xff, .attr_index = ATTR_PALETTE_ON};
    memcpy(v->seq, seq_mode3, sizeof seq_mode3);
    memcpy(v->crtc, crtc_mode3, sizeof crtc_mode3);
    memcpy(v->gfx, gfx_mode3, sizeof gfx_mode3);
    memcpy(v->attr, attr_mode3, sizeof attr_mode3);
    dac_init(v);
}

void vga_state(struct state *s, struct vga *v)
{
    uint8_t *byte[] = {&v->seq_index, &v->crtc_index, &v->gfx_index, &v->attr_index, &v->misc,
                       &v->feature,   &v->pel_mask,   &v->dac_read,  &v->dac_write,  &v->dac_part};

    state_section(s, "VGA ", 1);
    for (unsigned i = 0; i < sizeof byte / sizeof *byte; i++)
        state_u8(s, byte[i]);
    state_bool(s, &v->attr_data);
    state_bool(s, &v->dac_reading);
    state_bytes(s, v->seq, sizeof v->seq);
    state_bytes(s, v->crtc, sizeof v->crtc);
    state_bytes(s, v->gfx, sizeof v->gfx);
    state_bytes(s, v->attr, sizeof v->attr);
    state_bytes(s, v->dac, sizeof v->dac);
    state_check(s, v->seq_index < 8 && v->crtc_index < 32 && v->gfx_index < 16 && v->dac_part < 3,
                "VGA: no such index");
}
