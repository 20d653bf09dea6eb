/* SPDX-License-Identifier: MIT */
#include "ui/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "interp/diskfile.h"
#include "interp/file.h"
#include "interp/loader.h"
#include "interp/state.h"
#include "interp/statefile.h"
#include "interp/symbols.h"
#include "ui/i18n.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/report.h"
#include "vmm/vm.h"

enum { ERROR_ROOM = 1024 };

static struct vm *make_vm(const struct session *s, const struct options *o, char *error, size_t room)
{
    const struct vm_config k = {.technique = o->technique,
                                .virtualizable = o->virtualizable,
                                .shadow = options_shadow(o),
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

static int open_disks(struct session *s, const struct options *o, char error[ERROR_ROOM])
{
    for (unsigned i = 0; i < o->disks; i++) {
        if (!s->disk[i])
            s->disk[i] = diskfile_open(o->disk[i].file, o->disk[i].snapshot, error, ERROR_ROOM);
        if (!s->disk[i])
            return -1;
    }
    return 0;
}

static int load(struct session *s, const char *path, char error[ERROR_ROOM])
{
    struct statefile with = {.guest = s->guest};
    int result = statefile_load(vm_guest(s->vm), &with, path, error, ERROR_ROOM);

    s->input = with.input;
    return result;
}

static int start(struct session *s, const struct options *o, struct boot *b, char error[ERROR_ROOM])
{
    if (open_disks(s, o, error))
        return -1;
    s->vm = make_vm(s, o, error, ERROR_ROOM);
    if (!s->vm)
        return -1;
    s->guest = statefile_guest(b->image, b->size);
    s->symbols = symbols_read(b->image, b->size);
    if (o->load)
        return load(s, o->load, error);
    return boot(s, o, b, error);
}

/* Into a session that may have disks already. What an error leaves is to be closed. */
static int fill(struct session *s, const struct options *o)
{
    char error[ERROR_ROOM] = "";
    uint8_t *image;
    struct boot b = {.name = o->word};
    int result;

    if (file_read(o->word, &image, &b.size, error, sizeof error))
        return report(STATUS_USAGE, "%s", error);
    b.image = image;
    result = start(s, o, &b, error);
    free(image);
    return result ? report(STATUS_USAGE, "%s", error) : 0;
}

int session_open(struct session *s, const struct options *o)
{
    int status;

    if (o->load && (o->append || o->modules))
        return report(STATUS_USAGE, "%s",
                      _("--append and --module are for a guest that boots: --load goes on with one"));
    *s = (struct session){.vm = NULL};
    status = fill(s, o);
    if (status)
        (void)session_close(s);
    return status;
}

/* Disks that are written through; a snapshot is taken anew. */
static void move_disks(struct session *to, struct session *from, const struct options *o)
{
    for (unsigned i = 0; i < o->disks; i++)
        if (!o->disk[i].snapshot) {
            to->disk[i] = from->disk[i];
            from->disk[i] = NULL;
        }
}

int session_renew(struct session *s, const struct options *o)
{
    struct session fresh = {.vm = NULL}, *old = s;
    int status;

    move_disks(&fresh, s, o);
    status = fill(&fresh, o);
    if (status) {
        move_disks(s, &fresh, o);
        old = &fresh;
    }
    (void)session_close(old);
    if (!status)
        *s = fresh;
    return status;
}

/* By way of the canonical state. */
static int copy_state(struct session *to, const struct session *from, char error[ERROR_ROOM])
{
    struct state out, in;
    int result;

    state_init_save(&out);
    result = machine_state(vm_guest(from->vm), &out);
    state_init_load(&in, out.data, out.size);
    if (!result)
        result = machine_state(vm_guest(to->vm), &in);
    if (result)
        (void)snprintf(error, ERROR_ROOM, "%s", *out.error ? out.error : in.error);
    state_free(&out);
    vm_changed(to->vm);
    return result;
}

int session_copy(struct session *to, const struct session *from, const struct keys *keys, const struct options *o)
{
    char error[ERROR_ROOM] = "";

    *to = (struct session){.input = keys_pressed_until(keys, vm_tick(from->vm))};
    if (!open_disks(to, o, error) && (to->vm = make_vm(to, o, error, sizeof error)) && !copy_state(to, from, error))
        return 0;
    (void)session_close(to);
    return report(STATUS_FAILED, "%s", error);
}

int session_save(struct session *s, const struct keys *k, const char *path, char *error, size_t room)
{
    struct machine *g = vm_guest(s->vm);
    const struct statefile with = {.input = keys_pressed_until(k, machine_now(g)), .guest = s->guest};

    return statefile_save(g, &with, path, error, room);
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
