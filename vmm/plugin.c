/* SPDX-License-Identifier: MIT */
/* A technique from a shared object, in this process: the seam's direct back end. For debugging, never for judging. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/seam.h"
#include "vmm/words.h"

struct plugin {
    struct seam seam; /* the first member: a technique is a seam is a plug-in */
    char path[4096];
    enum lab_next (*on_trap)(struct lab *lab, const struct lab_trap *t);
    struct plugin *next;
};

/* What is loaded stays loaded as long as the program, as the dynamic linker has it: any VM may still use it. */
static struct plugin *loaded;

/* What a call needs to find its way back. */
struct way {
    struct seam *seam;
    struct vm *vm;
};

static void direct_call(struct lab *lab, struct lab_call *c)
{
    const struct way *w = lab->host;

    seam_call(w->seam, w->vm, c);
}

static enum lab_next ask(struct seam *s, struct vm *vm, const struct lab_trap *t)
{
    struct way way = {s, vm};
    struct lab lab = {.call = direct_call, .host = &way};

    seam_registers(vm, lab.reg);
    return ((struct plugin *)s)->on_trap(&lab, t);
}

/* ",cli,sti" as bits; all where there is none. False: an unknown word. */
static bool duties_of(const char *list, uint32_t *duties)
{
    *duties = *list ? 0 : SEAM_ALL & ~(1u << LAB_PAGE_FAULT);
    while (*list) {
        size_t n = strcspn(++list, ",");
        unsigned d = seam_duty(list, n);

        if (d == LAB_DUTIES)
            return false;
        *duties |= 1u << d;
        list += n;
    }
    return true;
}

static int load(struct plugin *p, char *error, size_t room)
{
    void *so = dlopen(p->path, RTLD_NOW | RTLD_LOCAL), *symbol;

    symbol = so ? dlsym(so, "lab_on_trap") : NULL;
    if (!symbol) {
        const char *why = dlerror();

        (void)snprintf(error, room, "%s", why ? why : p->path);
        return -1;
    }
    memcpy(&p->on_trap, &symbol, sizeof symbol); /* ISO C knows no cast from an object's to a function's address */
    return 0;
}

const struct technique *plugin_open(const char *what, char *error, size_t room)
{
    struct plugin *p = calloc(1, sizeof *p);
    size_t n = strcspn(what, ",");
    uint32_t duties;

    if (!p || n >= sizeof p->path - 2) {
        (void)snprintf(error, room, "%s", _("no memory"));
        free(p);
        return NULL;
    }
    /* Without a slash dlopen() would look in the system's folders. */
    (void)snprintf(p->path, sizeof p->path, "%s%.*s", memchr(what, '/', n) ? "" : "./", (int)n, what);
    if (!duties_of(what + n, &duties)) {
        (void)snprintf(error, room, _("no such duty in '%s'"), what + n);
    } else if (!load(p, error, room)) {
        seam_init(&p->seam, p->path, duties);
        p->seam.ask = ask;
        p->next = loaded;
        loaded = p;
        return &p->seam.technique;
    }
    free(p);
    return NULL;
}
