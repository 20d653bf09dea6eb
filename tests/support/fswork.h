/* SPDX-License-Identifier: MIT */
/* Random work on a mounted file system of Bantam's and on its model, one call at a time. */
#ifndef FSWORK_H
#define FSWORK_H

#include "tests/support/fsmodel.h"

struct fswork {
    struct fs *fs;
    struct model *model;
    uint64_t random;
    uint64_t *sum; /* of each state that the disk may be found in, in order; the newest is the model's */
    uint32_t sums, room;
    uint32_t held; /* an inode that is kept open, or 0 */
    int full;      /* calls that found the disk full */
};

void fswork_init(struct fswork *w, struct fs *fs, struct model *model, uint64_t seed);
void fswork_free(struct fswork *w);

/* One call, which may be fs_sync(): 1 then. Negative: it did not answer as the model would. */
int fswork_step(struct fswork *w);

#endif
