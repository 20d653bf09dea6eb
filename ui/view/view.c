/* SPDX-License-Identifier: MIT */
#include "ui/view/view.h"

#include <stddef.h>
#include <string.h>

#include "ui/sheet.h"
#include "ui/view/views.h"

const struct view *const views[] = {
    &view_registers,  &view_code,    &view_walk,        &view_tlb,        &view_log,        &view_console,
    &view_vga,        &view_memory,  &view_chart,       &view_statistics, &view_predict,    &view_pt,
    &view_shadow,     &view_p2m,     &view_exits,       &view_vmexit,     &view_vmcs,       &view_vmm,
    &view_devices,    &view_symbols, &view_breakpoints, &view_backtrace,  &view_techniques, &view_lesson,
    &view_scoreboard, NULL};

void view_draw(const struct view *v, const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    s->limit = room->width;
    v->draw(d, room, s);
    s->limit = 0;
}

bool view_there(const struct debugger *d, const char *name)
{
    const struct view *v = view_find(name);

    return v && (!v->there || v->there(d));
}

const struct view *view_find(const char *name)
{
    const struct view *found = NULL;
    size_t n = strlen(name);

    for (unsigned i = 0; views[i]; i++) {
        if (strcmp(views[i]->name, name) == 0)
            return views[i];
        if (strncmp(views[i]->name, name, n) == 0) {
            if (found)
                return NULL;
            found = views[i];
        }
    }
    return found;
}
