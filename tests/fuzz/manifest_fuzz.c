/* SPDX-License-Identifier: MIT */
/* lab.json from anybody: it is refused in one line, or what was read keeps the promises that the grader builds on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "grade/manifest.h"
#include "labs/include/ringside_lab.h"

static void holds(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct manifest m;
    char error[300] = "";
    unsigned points = 0;

    if (manifest_parse(&m, (const char *)data, size, error, sizeof error)) {
        holds(*error && !strchr(error, '\n'));
        return 0;
    }
    holds(m.parts >= 1 && m.parts <= PARTS_MAX && !strchr(m.name, '/') && !strchr(m.file, '/') && *m.title.en);
    for (unsigned p = 0; p < m.parts; p++) {
        const struct lab_part *part = &m.part[p];
        unsigned sum = 0;

        holds(part->tests >= 1 && part->tests <= TESTS_MAX && part->duties && part->duties < 1u << LAB_DUTIES);
        for (unsigned t = 0; t < part->tests; t++) {
            holds(!strstr(part->test[t].guest, "..") && part->test[t].cycles);
            sum += part->test[t].points;
        }
        holds(sum == part->points);
        points += part->points;
    }
    holds(points == m.points && m.floor <= m.points);
    (void)manifest_line(&m, "objectives", "zh", 0);
    manifest_free(&m);
    return 0;
}
