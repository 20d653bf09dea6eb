/* SPDX-License-Identifier: MIT */
#include "ui/course.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/i18n.h"
#include "ui/place.h"
#include "ui/report.h"

int places_find(struct places *p)
{
    char *real;

    /* The sources are beside the build folder, which has a labs/ too; what does not depend on MODE is in that. */
    if (place_of("../labs/lab.schema.json", p->labs) || place_of("labs", p->built) || place_of("sandbox", p->launcher))
        return report(STATUS_USAGE, _("the labs are not beside this program; run it from where it was built"));
    *strrchr(p->labs, '/') = '\0';
    real = realpath(p->labs, NULL);
    if (real && strlen(real) < sizeof p->labs)
        strcpy(p->labs, real);
    free(real);
    return 0;
}

const char *language(void)
{
    const char *l = getenv("LANGUAGE");

    return l && strncmp(l, "zh", 2) == 0 ? "zh" : "en";
}

const char *text_of(const struct lab_text *t)
{
    return strcmp(language(), "zh") == 0 ? t->zh : t->en;
}

void program_file(char path[FOLDER_ROOM])
{
    ssize_t n = readlink("/proc/self/exe", path, FOLDER_ROOM - 1);

    if (n > 0)
        path[n] = '\0';
    else
        strcpy(path, "ringside");
}
