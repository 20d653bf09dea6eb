/* SPDX-License-Identifier: MIT */
#include "ui/keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/kbd.h"
#include "interp/machine.h"
#include "ui/i18n.h"
#include "ui/report.h"

enum { LINE = 256, FIRST_ROOM = 64 };

/* Does a keyboard have it? Asked of one that is switched off, so that nothing is typed. */
static bool key_exists(const char *name)
{
    struct kbd off = {.mode = 0};

    return kbd_key(&off, name, true) != -1;
}

/* The next of keys joined by '-', as in ctrl-c. False: there is none, or nothing of a key's length. */
static bool next_key(const char **at, char name[KEY_NAME])
{
    size_t n = strcspn(*at, "-");

    if (!n || n >= KEY_NAME)
        return false;
    memcpy(name, *at, n);
    name[n] = '\0';
    *at += n;
    *at += **at && (*at)[1]; /* a '-' at the end stays, and is no key */
    return true;
}

static bool keys_exist(const char *all)
{
    char name[KEY_NAME];
    bool exist = *all != '\0';

    while (exist && *all)
        exist = next_key(&all, name) && key_exists(name);
    return exist;
}

/* "TICK KEY" into *p. False: it is something else. */
static bool parse(const char *line, struct key_press *p)
{
    char *end, extra;

    if (!isdigit((unsigned char)*line))
        return false;
    errno = 0;
    p->tick = strtoull(line, &end, 10);
    return errno == 0 && isspace((unsigned char)*end) && sscanf(end, "%31s %c", p->name, &extra) == 1 &&
           keys_exist(p->name);
}

static int add(struct keys *k, const struct key_press *p)
{
    if (k->count == k->room) {
        size_t room = k->room ? 2 * k->room : FIRST_ROOM;
        struct key_press *more = realloc(k->press, room * sizeof *more);

        if (!more)
            return -1;
        k->press = more;
        k->room = room;
    }
    k->press[k->count++] = *p;
    return 0;
}

/* One line of the file; what is wrong with it, or NULL. */
static const char *take_line(struct keys *k, char *line)
{
    struct key_press p;
    char *start = line + strspn(line, " \t");

    start[strcspn(start, "#\r\n")] = '\0';
    if (!start[strspn(start, " \t")])
        return NULL;
    if (!parse(start, &p))
        return N_("not \"TICK KEY\" with a key that QEMU's sendkey knows");
    if (k->count && p.tick < k->press[k->count - 1].tick)
        return N_("its tick is before the line above");
    return add(k, &p) ? N_("out of memory") : NULL;
}

int keys_read(struct keys *k, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[LINE];
    int status = 0;

    *k = (struct keys){.press = NULL};
    if (!f)
        return report(STATUS_USAGE, _("--keys %s: %s"), path, strerror(errno));
    for (unsigned n = 1; !status && fgets(line, sizeof line, f); n++) {
        const char *wrong = strlen(line) < LINE - 1 ? take_line(k, line) : N_("the line is too long");

        if (wrong)
            status = report(STATUS_USAGE, _("--keys %s, line %u: %s"), path, n, _(wrong));
    }
    if (!status && ferror(f))
        status = report(STATUS_USAGE, _("--keys %s: %s"), path, strerror(errno));
    fclose(f);
    if (status)
        keys_free(k);
    return status;
}

static void arm(struct keys *k)
{
    bool more = k->next < k->count;

    k->guest->awaits_input = more;
    clock_arm(&k->guest->clock, &k->timer, more ? k->press[k->next].tick : CLOCK_NEVER);
}

int keys_press(struct kbd *k, const char *all)
{
    char name[KEY_NAME];
    int result = keys_exist(all) ? 0 : -1;

    while (!result && next_key(&all, name))
        result = kbd_press(k, name);
    return result;
}

static void fire(void *dev)
{
    struct keys *k = dev;
    uint64_t now = machine_now(k->guest);

    for (; k->next < k->count && k->press[k->next].tick <= now; k->next++)
        (void)keys_press(&k->guest->pc.kbd, k->press[k->next].name); /* what finds no room is lost, as on a real one */
    arm(k);
}

uint64_t keys_pressed_until(const struct keys *k, uint64_t now)
{
    return k->next < k->count && k->press[k->next].tick < now ? k->press[k->next].tick : now;
}

void keys_seek(struct keys *k, uint64_t from)
{
    for (k->next = 0; k->next < k->count && k->press[k->next].tick < from; k->next++)
        ;
    arm(k);
}

void keys_attach(struct keys *k, struct machine *guest, uint64_t from)
{
    k->guest = guest;
    k->timer = (struct timer){.fire = fire, .dev = k};
    clock_add(&guest->clock, &k->timer);
    keys_seek(k, from);
}

void keys_free(struct keys *k)
{
    free(k->press);
    k->press = NULL;
    k->count = 0;
}
