/* SPDX-License-Identifier: MIT */
#include "grade/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "grade/course.h"
#include "grade/sandbox.h"
#include "grade/score.h"
#include "grade/submission.h"
#include "interp/file.h"

/* Locks a file for as long as this process lives; false: somebody else has it. */
static bool lock(const char *path, int *fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd >= 0 && fcntl(*fd, F_SETLK, &whole) == 0)
        return true;
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    return false;
}

/* "PID" is a grader's folder, "PID.lock" what it holds while it lives. */
static void clear_dead(const char *work)
{
    DIR *d = opendir(work);
    struct dirent *e;

    while (d && (e = readdir(d))) {
        char path[FOLDER_ROOM], lock_path[FOLDER_ROOM];
        int fd;

        if (e->d_name[0] == '.' || strstr(e->d_name, ".lock") || folder_path(path, work, e->d_name) ||
            snprintf(lock_path, sizeof lock_path, "%.4000s.lock", path) < 0 || !lock(lock_path, &fd))
            continue;
        folder_remove(path);
        (void)unlink(lock_path);
        (void)close(fd);
    }
    if (d)
        (void)closedir(d);
}

int store_open(struct store *s, const char *dir)
{
    char work[FOLDER_ROOM], path[FOLDER_ROOM], name[32];

    s->lock = -1;
    (void)snprintf(name, sizeof name, "%ld", (long)getpid());
    if (folder_path(s->scores, dir, "scores") || folder_path(work, dir, "work") || folder_path(s->work, work, name) ||
        folder_make(s->scores) || folder_make(work))
        return -1;
    clear_dead(work);
    (void)snprintf(path, sizeof path, "%.4000s.lock", s->work);
    if (!lock(path, &s->lock))
        return -1;
    folder_remove(s->work);
    return folder_make(s->work);
}

void store_close(struct store *s)
{
    char path[FOLDER_ROOM];

    if (s->lock < 0)
        return;
    folder_remove(s->work);
    (void)snprintf(path, sizeof path, "%.4000s.lock", s->work);
    (void)unlink(path);
    (void)close(s->lock);
    s->lock = -1;
    /* Once more: jobs of a grader that was killed just before may have been slow to die. */
    *strrchr(path, '/') = '\0';
    clear_dead(path);
}

void store_key(const char *course, const struct sandbox *s, const struct submission *sub, char key[33])
{
    XXH3_state_t *x = XXH3_createState();
    XXH128_hash_t h = {0, 0};
    char tier[80];

    sandbox_name(s, tier, sizeof tier);
    if (x) {
        (void)XXH3_128bits_reset(x);
        (void)XXH3_128bits_update(x, course, strlen(course));
        (void)XXH3_128bits_update(x, tier, strlen(tier) + 1);
        (void)XXH3_128bits_update(x, sub->text ? sub->text : sub->problem,
                                  sub->text ? sub->size : strlen(sub->problem));
        h = XXH3_128bits_digest(x);
    }
    XXH3_freeState(x);
    (void)snprintf(key, 33, "%016llx%016llx", (unsigned long long)h.high64, (unsigned long long)h.low64);
}

static int score_path(const struct store *s, const char *key, char path[FOLDER_ROOM])
{
    char name[48];

    (void)snprintf(name, sizeof name, "%s.json", key);
    return folder_path(path, s->scores, name);
}

bool store_get(const struct store *s, const struct course *c, const char *key, struct score *score)
{
    char path[FOLDER_ROOM], error[FOLDER_ROOM + 100];
    uint8_t *text;
    size_t n;
    bool good;

    if (score_path(s, key, path) || file_read(path, &text, &n, error, sizeof error))
        return false;
    *score = (struct score){.fault = false};
    good = score_parse(&c->lab, score, (const char *)text, n);
    free(text);
    return good;
}

int store_put(const struct store *s, const struct course *c, const char *key, const struct score *score)
{
    char path[FOLDER_ROOM], *text = score_print(&c->lab, score);
    int result = -1;

    if (text && !score_path(s, key, path))
        result = folder_write(path, text, strlen(text));
    free(text);
    return result;
}
