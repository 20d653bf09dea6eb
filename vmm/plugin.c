/* SPDX-License-Identifier: MIT */
/* A technique from a shared object, in this process: the seam's direct back end. For debugging, never for judging. */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vmm/plugin_guard.h"
#include "vmm/seam.h"
#include "vmm/words.h"

struct plugin {
    struct seam seam; /* the first member: a technique is a seam is a plug-in */
    char path[4096];
    const struct lab_technique *described; /* NULL: it has lab_on_trap() alone */
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
    const struct plugin *p = (const struct plugin *)s;
    enum lab_next next;

    seam_registers(vm, lab.reg);
    plugin_enter(p->path);
    next = p->on_trap(&lab, t);
    plugin_leave();
    return next;
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

/* A file that was cut off would be mapped, and a store behind its end is a signal: no segment may end there. */
static bool is_whole(FILE *f, const ElfW(Ehdr) * e)
{
    ElfW(Phdr) p;
    bool whole = fseek(f, 0, SEEK_END) == 0;
    long size = ftell(f);

    for (unsigned i = 0; whole && i < e->e_phnum; i++)
        whole = e->e_phoff < (uint64_t)size && fseek(f, (long)(e->e_phoff + i * sizeof p), SEEK_SET) == 0 &&
                fread(&p, sizeof p, 1, f) == 1 &&
                (p.p_type != PT_LOAD || (p.p_filesz <= (uint64_t)size && p.p_offset <= (uint64_t)size - p.p_filesz));
    return whole;
}

/* Is it a shared object for programs like this one? The dynamic linker would say it in words of its own. */
static int check_kind(FILE *f, char *error, size_t room)
{
    ElfW(Ehdr) e = {.e_ident = {0}};
    size_t n = fread(&e, 1, sizeof e, f);

    if (n < EI_NIDENT || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0)
        (void)snprintf(error, room, "%s", _("it is no shared object"));
    else if (e.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        (void)snprintf(error, room, _("it was built for %s-bit programs, and this is none"),
                       e.e_ident[EI_CLASS] == ELFCLASS32 ? "32" : "64");
    else if (n < sizeof e || !is_whole(f, &e))
        (void)snprintf(error, room, "%s", _("it is not whole"));
    else
        return 0;
    return -1;
}

static int check_file(const char *path, char *error, size_t room)
{
    struct stat st;
    FILE *f;
    int result;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* opening a pipe would wait for its other end */
        (void)snprintf(error, room, "%s", _("it is no shared object"));
        return -1;
    }
    f = fopen(path, "rb");
    if (!f) {
        (void)snprintf(error, room, "%s", strerror(errno));
        return -1;
    }
    result = check_kind(f, error, room);
    (void)fclose(f);
    return result;
}

/* Does it speak the messages of this program's header? */
static int check_version(void *so, char *error, size_t room)
{
    const uint32_t *abi = dlsym(so, "lab_abi");

    if (abi && *abi == LAB_ABI)
        return 0;
    if (abi)
        (void)snprintf(error, room, _("it was built with version %u of ringside_lab.h, this program has version %u"),
                       *abi, LAB_ABI);
    else
        (void)snprintf(error, room, "%s", _("it was not built with ringside_lab.h: there is no lab_abi in it"));
    return -1;
}

/* lab_technique, or lab_on_trap() alone. */
static int find_entry(struct plugin *p, void *so, char *error, size_t room)
{
    const struct lab_technique *t = dlsym(so, "lab_technique");
    void *symbol = dlsym(so, "lab_on_trap");

    if (t && t->on_trap) {
        p->described = t;
        p->on_trap = t->on_trap;
        return 0;
    }
    if (!symbol) {
        (void)snprintf(error, room, "%s", _("it defines neither lab_technique nor lab_on_trap()"));
        return -1;
    }
    memcpy(&p->on_trap, &symbol, sizeof symbol); /* ISO C knows no cast from an object's to a function's address */
    return 0;
}

static int load(struct plugin *p, char *error, size_t room)
{
    void *so;

    if (check_file(p->path, error, room) || plugin_try(p->path, error, room))
        return -1;
    so = dlopen(p->path, RTLD_NOW | RTLD_LOCAL);
    if (!so) {
        const char *why = dlerror();

        (void)snprintf(error, room, "%s", why ? why : p->path);
        return -1;
    }
    if (check_version(so, error, room) == 0 && find_entry(p, so, error, room) == 0)
        return 0;
    (void)dlclose(so);
    return -1;
}

/* What the command line says goes before what the plug-in says of itself. */
static void fill(struct plugin *p, uint32_t said, bool any_said)
{
    const struct lab_technique *t = p->described;

    seam_init(&p->seam, t && t->name ? t->name : p->path, t && !any_said ? t->duties & SEAM_ALL : said);
    if (t && t->doc)
        p->seam.technique.doc = t->doc;
    p->seam.ask = ask;
    p->next = loaded;
    loaded = p;
}

size_t plugin_length(const char *what)
{
    static const char suffix[] = ".so";
    const char *at = what;

    while ((at = strstr(at, suffix)) != NULL) {
        at += sizeof suffix - 1;
        if (at - what >= (ptrdiff_t)sizeof suffix && (!*at || *at == ','))
            return (size_t)(at - what);
    }
    return 0;
}

const struct technique *plugin_open(const char *what, char *error, size_t room)
{
    struct plugin *p = calloc(1, sizeof *p);
    size_t n = plugin_length(what);
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
        fill(p, duties, what[n]);
        return &p->seam.technique;
    }
    free(p);
    return NULL;
}
