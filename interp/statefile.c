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
#include "interp/newfile.h"
#include "interp/state.h"

static const char magic[] = "RINGSIDE";
enum {
    MAGIC = sizeof magic - 1,
    VERSION = 2,
    NUMBERS = MAGIC + 2,
    HEAD = NUMBERS + 16,
    SUM = sizeof(XXH128_canonical_t)
};
/* More than a machine's memory can be (3 GiB), which is saved as it is. */
enum { LARGEST_GIB = 4 };

uint64_t statefile_guest(const void *image, size_t size)
{
    return XXH3_64bits(image, size);
}

static void numbers(struct state *s, struct statefile *with)
{
    state_u64(s, &with->input);
    state_u64(s, &with->guest);
}

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

static void head(struct state *s, struct statefile with)
{
    uint16_t version = VERSION;
    char text[MAGIC];

    memcpy(text, magic, MAGIC);
    state_bytes(s, text, MAGIC);
    state_u16(s, &version);
    numbers(s, &with);
}

int statefile_save(struct machine *m, const struct statefile *with, const char *path, char *error, size_t room)
{
    XXH128_canonical_t sum;
    struct newfile file;
    struct writer w;
    struct state s;
    int problem = newfile_begin(&file, path), closing;

    if (problem) {
        snprintf(error, room, "%s", strerror(problem));
        return -1;
    }
    w.f = file.f;
    errno = 0;
    XXH3_128bits_reset(&w.sum);
    state_init_sink(&s, write_some, &w);
    head(&s, *with);
    (void)machine_state(m, &s);
    XXH128_canonicalFromHash(&sum, XXH3_128bits_digest(&w.sum));
    (void)fwrite(sum.digest, 1, SUM, w.f);
    if (ferror(w.f))
        problem = errno ? errno : EIO;
    closing = newfile_end(&file, !problem && !s.error[0]);
    problem = problem ? problem : closing;
    if (s.error[0] || problem)
        snprintf(error, room, "%s", s.error[0] ? s.error : strerror(problem));
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

int statefile_take(struct machine *m, struct statefile *with, const uint8_t *data, size_t size, char *error,
                   size_t room)
{
    char text[64];
    const char *why = unsound(data, size, text);
    struct statefile found = {.input = 0};
    struct state s;

    if (why) {
        snprintf(error, room, "%s", why);
        return -1;
    }
    state_init_load(&s, data + NUMBERS, size - SUM - NUMBERS);
    numbers(&s, &found);
    if (found.guest != with->guest) {
        snprintf(error, room, "%s", "the state of another guest than the one named");
        return -1;
    }
    if (machine_state(m, &s) || s.pos != s.size) {
        snprintf(error, room, "%s", s.error[0] ? s.error : "more than a state is in it");
        return -1;
    }
    *with = found;
    return 0;
}

int statefile_load(struct machine *m, struct statefile *with, const char *path, char *error, size_t room)
{
    char why[256];
    uint8_t *data;
    size_t size;
    int result;

    if (file_read_up_to(LARGEST_GIB, path, &data, &size, error, room))
        return -1;
    result = statefile_take(m, with, data, size, why, sizeof why);
    if (result)
        snprintf(error, room, "%s: %s", path, why);
    free(data);
    return result;
}
