/* SPDX-License-Identifier: MIT */
/*
 * The register files of a VGA in text mode 3 (IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem"). They
 * are kept and read back; nothing is drawn here: who shows the screen reads the text memory at B8000h, which is plain
 * RAM, and asks where it starts and where the cursor is. Colour addresses only (3Dxh): 3Bxh is nobody's.
 */
#ifndef INTERP_DEV_VGA_H
#define INTERP_DEV_VGA_H

#include <stdbool.h>
#include <stdint.h>

struct dev_host;
struct state;

enum { VGA_TEXT = 0xb8000, VGA_TEXT_SIZE = 0x8000, VGA_COLUMNS = 80, VGA_ROWS = 25 };

/* An index register and what it selects. */
struct vga {
    uint8_t seq[8], seq_index;
    uint8_t crtc[32], crtc_index;
    uint8_t gfx[16], gfx_index;
    uint8_t attr[32], attr_index;
    bool attr_data; /* 3C0h takes data next, not an index */
    uint8_t misc, feature, pel_mask;
    uint8_t dac[256][3];
    uint8_t dac_read, dac_write, dac_part;
    bool dac_reading;
    const struct dev_host *host;
};

void vga_init(struct vga *v, const struct dev_host *host);
void vga_state(struct state *s, struct vga *v);

/* Offsets in cells (two bytes each) from VGA_TEXT: the first on the screen, and the cursor's. */
unsigned vga_start(const struct vga *v);
unsigned vga_cursor(const struct vga *v);
bool vga_cursor_shown(const struct vga *v);

/* Ports 3C0h to 3CFh, 3D4h, 3D5h, 3DAh. */
uint8_t vga_in(void *vga, uint16_t port);
void vga_out(void *vga, uint16_t port, uint8_t value);

#endif
