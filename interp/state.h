/* SPDX-License-Identifier: MIT */
/*
 * The canonical state as bytes: versioned, little-endian, without pointers. It is the save file, what techniques hand to
 * one another, and (later) what migration puts on the wire. One pair of functions serves writing and reading: each module
 * has a single `x_state(struct state *, ...)` that names its fields in order, and the direction is a member of `struct
 * state`, so that save and load cannot drift apart.
 */
#ifndef INTERP_STATE_H
#define INTERP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state_dir { STATE_SAVE, STATE_LOAD };

/* A growing buffer (save) or a bounded view (load). After an error every call does nothing; `error` says what and where. */
struct state {
    enum state_dir dir;
    uint8_t *data;
    size_t size, pos; /* size: bytes valid (load) or written (save) */
    size_t room;
    char section[5]; /* the tag of the one begun last */
    char error[160]; /* empty: none */
    /* Saving, not NULL: bytes go here as they come and are not kept. */
    void (*sink)(void *ctx, const void *bytes, size_t n);
    void *sink_ctx;
    /* Saving, for comparison: what may differ between two machines in the same state is left out. */
    bool digest;
};

void state_init_save(struct state *s);
void state_init_sink(struct state *s, void (*sink)(void *ctx, const void *bytes, size_t n), void *ctx);
void state_init_load(struct state *s, const void *data, size_t size); /* data must outlive s */
void state_free(struct state *s);

/* Starts a section: a four-letter tag, a version and (when loading) checks them. */
void state_section(struct state *s, const char tag[4], uint16_t version);
void state_u8(struct state *s, uint8_t *v);
void state_u16(struct state *s, uint16_t *v);
void state_u32(struct state *s, uint32_t *v);
void state_u64(struct state *s, uint64_t *v);
void state_bool(struct state *s, bool *v); /* one byte, 0 or 1 */
void state_bytes(struct state *s, void *p, size_t n);
/* Records the first error, printf-like; the section and the offset are added. */
void state_fail(struct state *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A check of what was just loaded: records an error when `ok` is false. Saving: nothing. */
void state_check(struct state *s, bool ok, const char *what);

static inline bool state_loading(const struct state *s)
{
    return s->dir == STATE_LOAD && !s->error[0];
}

struct cpu;
struct machine;

/* The architectural state of a processor, its clock apart. INTR is the devices' to drive again. */
void cpu_state(struct state *s, struct cpu *c);

/*
 * The whole canonical state of a machine: CPU, clock, devices, RAM by (guest-)physical page (absent and zero pages are
 * left out). Loading drops TLB, latches and decoded code. Returns 0, or -1 with s->error set and the machine unusable
 * until a load succeeds.
 */
int machine_state(struct machine *m, struct state *s);

/*
 * 128-bit hash of the canonical state, as 32 hex digits. Of time it holds the machine's clock alone: two techniques that
 * take different numbers of cycles under --clock insns agree.
 */
void machine_digest(struct machine *m, char hex[33]);

#endif
