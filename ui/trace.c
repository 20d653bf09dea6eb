/* SPDX-License-Identifier: MIT */
#include "ui/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/event.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

enum { BUFFER = 1 << 20 };

struct trace {
    FILE *f;
    const char *path;
    int error; /* errno of the first write that failed */
};

struct trace *trace_open(const char *path)
{
    struct trace *t = calloc(1, sizeof *t);

    if (!t || !(t->f = fopen(path, "w"))) {
        (void)report(STATUS_USAGE, _("--trace %s: %s"), path, strerror(errno));
        free(t);
        return NULL;
    }
    t->path = path;
    (void)setvbuf(t->f, NULL, _IOFBF, BUFFER);
    return t;
}

/* The name of what its number stands for, or NULL. */
static const char *text_of(const struct event *e, char room[16])
{
    uint64_t v = e->field[0];

    switch (e->kind) {
    case EVENT_trap:
    case EVENT_inject: return vector_name((unsigned)v & 0xff, room);
    case EVENT_swap: return technique_name(e->field[1]);
    case EVENT_exit: return v < EXIT_REASONS ? exit_info[v].name : NULL;
    case EVENT_vm_exit: return vmx_reason_name[v % VMX_REASONS];
    default: return NULL;
    }
}

void trace_event(void *trace, bool physical, const struct event *e)
{
    struct trace *t = trace;
    const char *text;
    char room[16];

    if (t->error)
        return;
    errno = 0;
    fprintf(t->f, "{\"event\":\"%s\",\"machine\":\"%s\",\"tick\":%" PRIu64 ",\"cycles\":%" PRIu64 ",\"insns\":%" PRIu64,
            event_info[e->kind].name, physical ? "hardware" : "guest", e->tick, e->cycles, e->insns);
    for (unsigned i = 0; i < EVENT_FIELDS && event_info[e->kind].field[i]; i++)
        fprintf(t->f, ",\"%s\":%" PRIu64, event_info[e->kind].field[i], e->field[i]);
    if ((text = text_of(e, room)))
        fprintf(t->f, ",\"text\":\"%s\"", text);
    if (fputs("}\n", t->f) == EOF)
        t->error = errno ? errno : EIO;
}

int trace_close(struct trace *t)
{
    int status = 0;

    if (!t)
        return 0;
    errno = 0;
    if (fclose(t->f) && !t->error)
        t->error = errno ? errno : EIO;
    if (t->error)
        status = report(STATUS_FAILED, _("--trace %s: %s"), t->path, strerror(t->error));
    free(t);
    return status;
}
