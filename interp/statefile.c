/* SPDX-License-Identifier: MIT */
#include "interp/statefile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include "interp/file.h"
#include "interp/machine.h"
#include "interp/state.h"

static const char magic[] = "RINGSIDE";
enum { MAGIC = sizeof magic - 1, VERSION = 1, HEAD = MAGIC + 2 + 8, SUM = sizeof(XXH128_canonical_t) };

/* ---- saving ------------------------------------------------------------------------------------------------------ */

struct writer {
    FILE *f;
    XXH3_state_t sum;
};

static void write_some(void *writer, const void *bytes, size_t n)
{
    struct writer *w = writer;

    (void)fwrite(bytes, 1, n, w->f);
    XXH3_128bits_update(&w->sum, bytes, n);
}

static void head(struct state *s, uint64_t input)
{
    uint16_t version = VERSION;
    char text[MAGIC];

    memcpy(text, magic, MAGIC);
    state_bytes(s, text, MAGIC);
    state_u16(s, &version);
    state_u64(s, &input);
}

int statefile_save(struct machine *m, uint64_t input, const char *path, char *error, size_t room)
{
    struct writer w = {.f = fopen(path, "wb")};
    XXH128_canonical_t sum;
    struct state s;
    int problem;

    if (!w.f) {
        snprintf(error, room, "%s", strerror(errno));
        return -1;
    }
    errno = 0;
    XXH3_128bits_reset(&w.sum);
    state_init_sink(&s, write_some, &w);
    head(&s, input);
    (void)machine_state(m, &s);
    XXH128_canonicalFromHash(&sum, XXH3_128bits_digest(&w.sum));
    (void)fwrite(sum.digest, 1, SUM, w.f);
    problem = ferror(w.f) | fclose(w.f);
    if (s.error[0])
        snprintf(error, room, "%s", s.error);
    else if (problem)
        snprintf(error, room, "%s", errno ? strerror(errno) : "could not be written");
    return s.error[0] || problem ? -1 : 0;
}

/* ---- loading ----------------------------------------------------------------------------------------------------- */

/* Foreign files first, then other versions, whose checksum may lie elsewhere; then damage. NULL: a sound file. */
static const char *unsound(const uint8_t *data, size_t size, char text[64])
{
    XXH128_canonical_t sum;

    if (size < MAGIC || memcmp(data, magic, MAGIC) != 0)
        return "not a saved state of Ringside's";
    if (size < HEAD + SUM)
        return "truncated";
    if (data[MAGIC] != VERSION || data[MAGIC + 1]) {
        snprintf(text, 64, "saved in version %u of the format, this program has %u",
                 data[MAGIC] | (unsigned)data[MAGIC + 1] << 8, VERSION);
        return text;
    }
    XXH128_canonicalFromHash(&sum, XXH3_128bits(data, size - SUM));
    return memcmp(sum.digest, data + size - SUM, SUM) == 0 ? NULL : "truncated or damaged: its checksum is wrong";
}

int statefile_take(struct machine *m, uint64_t *input, const uint8_t *data, size_t size, char *error, size_t room)
{
    char text[64];
    const char *why = unsound(data, size, text);
    struct state s;

    if (why) {
        snprintf(error, room, "%s", why);
        return -1;
    }
    state_init_load(&s, data + HEAD - sizeof *input, size - SUM - (HEAD - sizeof *input));
    state_u64(&s, input);
    if (machine_state(m, &s) == 0 && s.pos == s.size)
        return 0;
    snprintf(error, room, "%s", s.error[0] ? s.error : "more than a state is in it");
    return -1;
}

int statefile_load(struct machine *m, uint64_t *input, const char *path, char *error, size_t room)
{
    char why[256];
    uint8_t *data;
    size_t size;
    int result;

    if (file_read(path, &data, &size, error, room))
        return -1;
    result = statefile_take(m, input, data, size, why, sizeof why);
    if (result)
        snprintf(error, room, "%s: %s", path, why);
    free(data);
    return result;
}
