/* SPDX-License-Identifier: MIT */
#include "ui/view/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/debug/debugger.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "vmm/technique.h"
#include "vmm/world.h"

bool view_monitored(const struct debugger *d)
{
    return vm_technique(d->s.vm)->needs_monitor;
}

bool view_virtual(const struct debugger *d)
{
    return !vm_technique(d->s.vm)->on_hardware;
}

bool view_vmx(const struct debugger *d)
{
    return vm_technique(d->s.vm)->world == &world_vtx;
}

const char *words_place(const struct debugger *d, uint32_t at, char text[WORDS])
{
    if (!*disasm_symbol(d->s.symbols, at, text, WORDS))
        (void)snprintf(text, WORDS, "%08" PRIx32, at);
    return text;
}

const char *words_address(const struct debugger *d, uint32_t at, char text[WORDS])
{
    char name[128];

    (void)disasm_symbol(d->s.symbols, at, name, sizeof name);
    (void)snprintf(text, WORDS, "%08" PRIx32 "%s%s", at, *name ? " " : "", name);
    return text;
}

/* Names as in SDM Vol. 3, tables 4-4 to 4-6; R/W and U/S say which of the two it is. */
const char *words_entry(uint32_t entry, char text[WORDS])
{
    static const struct {
        uint32_t bit;
        const char *name;
    } more[] = {{PTE_A, " A"}, {PTE_D, " D"}, {PTE_PS, " PS"}, {PTE_G, " G"}, {PTE_PWT, " PWT"}, {PTE_PCD, " PCD"}};
    int n;

    if (!(entry & PTE_P)) {
        (void)snprintf(text, WORDS, "%s", _("not present"));
        return text;
    }
    n = snprintf(text, WORDS, "P %s %s", entry & PTE_W ? "RW" : "R", entry & PTE_U ? "U" : "S");
    for (unsigned i = 0; i < sizeof more / sizeof more[0]; i++)
        if (entry & more[i].bit)
            n += snprintf(text + n, WORDS - (size_t)n, "%s", more[i].name);
    return text;
}

const char *who_name(enum who w)
{
    static const char *const name[WHOS] = {N_("guest, user"), N_("guest, kernel"), N_("monitor"), N_("idle")};

    return _(name[w]);
}

char who_letter(enum who w)
{
    return "ukM."[w];
}

void view_head(struct sheet *s, const struct head *h)
{
    for (; h->text; h++) {
        sheet_to(s, h->column);
        sheet_text(s, LOOK_LABEL, _(h->text));
    }
    sheet_end(s);
}
