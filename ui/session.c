/* SPDX-License-Identifier: MIT */
#include "ui/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/diskfile.h"
#include "interp/file.h"
#include "interp/loader.h"
#include "interp/state.h"
#include "interp/symbols.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/report.h"
#include "vmm/vm.h"

enum { ERROR_ROOM = 1024 };

struct vm *session_vm(const struct session *s, const struct options *o, char *error, size_t room)
{
    const struct vm_config k = {.technique = o->technique,
                                .virtualizable = o->virtualizable,
                                .mem = o->mem,
                                .tlb_sets = o->tlb_sets,
                                .tlb_ways = o->tlb_ways,
                                .cost = o->cost,
                                .clock_insns = o->clock_insns,
                                .disk = {s->disk[0], s->disk[1]}};

    return vm_create(&k, error, room);
}

static int boot(struct session *s, const struct options *o, struct boot *b, char error[ERROR_ROOM])
{
    struct boot_module module[MODULES_MAX] = {{.name = NULL}};
    uint8_t *data[MODULES_MAX] = {NULL};
    int result = 0;

    b->append = o->append;
    b->module = module;
    for (; !result && b->modules < o->modules; b->modules += !result) {
        struct boot_module *m = &module[b->modules];

        result = file_read(o->module[b->modules], &data[b->modules], &m->size, error, ERROR_ROOM);
        m->name = o->module[b->modules];
        m->data = data[b->modules];
    }
    if (!result)
        result = loader_boot(vm_guest(s->vm), b, error, ERROR_ROOM);
    for (unsigned i = 0; i < MODULES_MAX; i++)
        free(data[i]);
    return result;
}

static int restore(struct session *s, const char *path, char error[ERROR_ROOM])
{
    struct state st;
    uint8_t *data;
    size_t size;
    int result;

    if (file_read(path, &data, &size, error, ERROR_ROOM))
        return -1;
    state_init_load(&st, data, size);
    result = machine_state(vm_guest(s->vm), &st);
    if (result)
        (void)snprintf(error, ERROR_ROOM, "%s: %s", path, st.error);
    state_free(&st);
    free(data);
    return result;
}

static int open_disks(struct session *s, const struct options *o, char error[ERROR_ROOM])
{
    for (unsigned i = 0; i < o->disks; i++) {
        s->disk[i] = diskfile_open(o->disk[i].file, o->disk[i].snapshot, error, ERROR_ROOM);
        if (!s->disk[i])
            return -1;
    }
    return 0;
}

static int start(struct session *s, const struct options *o, struct boot *b, char error[ERROR_ROOM])
{
    if (open_disks(s, o, error))
        return -1;
    s->vm = session_vm(s, o, error, ERROR_ROOM);
    if (!s->vm)
        return -1;
    s->symbols = symbols_read(b->image, b->size);
    return o->load ? restore(s, o->load, error) : boot(s, o, b, error);
}

int session_open(struct session *s, const struct options *o)
{
    char error[ERROR_ROOM] = "";
    uint8_t *image;
    struct boot b = {.name = o->word};
    int result;

    *s = (struct session){.vm = NULL};
    if (file_read(o->word, &image, &b.size, error, sizeof error))
        return report(STATUS_USAGE, "%s", error);
    b.image = image;
    result = start(s, o, &b, error);
    free(image);
    if (!result)
        return 0;
    (void)session_close(s);
    return report(STATUS_USAGE, "%s", error);
}

/* A sink of state_init_sink(). */
static void write_state(void *file, const void *bytes, size_t n)
{
    (void)fwrite(bytes, 1, n, file);
}

int session_save(struct session *s, const char *path, char *error, size_t room)
{
    FILE *f = fopen(path, "wb");
    struct state st;
    const char *wrong = NULL;

    if (!f) {
        (void)snprintf(error, room, "%s", strerror(errno));
        return -1;
    }
    state_init_sink(&st, write_state, f);
    errno = 0;
    if (machine_state(vm_guest(s->vm), &st))
        wrong = st.error;
    if ((ferror(f) | fclose(f)) && !wrong)
        wrong = errno ? strerror(errno) : _("could not be written");
    if (wrong)
        (void)snprintf(error, room, "%s", wrong);
    state_free(&st);
    return wrong ? -1 : 0;
}

int session_close(struct session *s)
{
    char error[ERROR_ROOM];
    int status = 0;

    symbols_free(s->symbols);
    vm_destroy(s->vm);
    for (unsigned i = 0; i < DISKS_MAX; i++)
        if (diskfile_close(s->disk[i], error, sizeof error))
            status = report(STATUS_FAILED, "--disk: %s", error);
    *s = (struct session){.vm = NULL};
    return status;
}
