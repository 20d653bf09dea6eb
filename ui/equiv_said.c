/* SPDX-License-Identifier: MIT */
/* What a comparison of two techniques has found, in words and as JSON. */
#include "ui/equiv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "interp/machine.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/text.h"
#include "vmm/technique.h"

enum { TEXT = 160, LABEL = 14 };

static struct machine *guest(const struct comparison *k, unsigned i)
{
    return vm_guest(k->e.vm[i]);
}

static const char *name(const struct comparison *k, unsigned i)
{
    return k->name[i];
}

/* The hole that has bitten one of them, or NULL. */
static const struct hole *hole(const struct comparison *k)
{
    for (unsigned i = 0; i < 2; i++)
        if (vm_hole(k->e.vm[i])->bit)
            return vm_hole(k->e.vm[i]);
    return NULL;
}

static uint32_t address(const struct comparison *k)
{
    const struct cpu *c = &guest(k, 0)->cpu;

    return c->seg[CS].base + c->eip;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* "CF IF": the flags of a set of bits. */
static void flags_text(uint32_t bits, char *text, size_t room)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } flag[] = {{FL_CF, "CF"}, {FL_PF, "PF"}, {FL_AF, "AF"}, {FL_ZF, "ZF"}, {FL_SF, "SF"},
                {FL_TF, "TF"}, {FL_IF, "IF"}, {FL_DF, "DF"}, {FL_OF, "OF"}, {FL_IOPL, "IOPL"},
                {FL_NT, "NT"}, {FL_RF, "RF"}, {FL_AC, "AC"}, {FL_ID, "ID"}};
    size_t n = 0;

    *text = '\0';
    for (unsigned i = 0; i < sizeof flag / sizeof *flag && n < room; i++)
        if (bits & flag[i].bit)
            n += (size_t)snprintf(text + n, room - n, "%s%s", n ? " " : "", flag[i].name);
}

static void what_text(const struct comparison *k, char *text, size_t room)
{
    const struct difference *d = &k->e.d;
    char flags[TEXT];

    switch (d->kind) {
    case DIFFER_NOT:
        (void)snprintf(text, room, _("the end: %s under %s, %s under %s"), outcome_name(k->e.outcome[0]), name(k, 0),
                       outcome_name(k->e.outcome[1]), name(k, 1));
        return;
    case DIFFER_OUTPUT:
        (void)snprintf(text, room, _("what COM1 was sent: %" PRIu64 " bytes under %s, %" PRIu64 " under %s"), d->is[0],
                       name(k, 0), d->is[1], name(k, 1));
        return;
    case DIFFER_DEVICE: (void)snprintf(text, room, _("the state of %s"), d->name); return;
    case DIFFER_MEMORY:
        (void)snprintf(
            text, room,
            _("memory, page %05" PRIx32 ", byte %08" PRIx32 ": %02" PRIx64 " under %s, %02" PRIx64 " under %s"),
            d->at >> 12, d->at, d->is[0], name(k, 0), d->is[1], name(k, 1));
        return;
    default: break;
    }
    flags_text(d->eflags, flags, sizeof flags);
    (void)snprintf(text, room, _("%s: %08" PRIx64 " under %s, %08" PRIx64 " under %s%s%s"), d->name, d->is[0],
                   name(k, 0), d->is[1], name(k, 1), *flags ? ", " : "", flags);
}

static void line(const char *label, const char *text)
{
    printf("  %s", label);
    printf("%*s%s\n", LABEL - text_width(label) > 1 ? LABEL - text_width(label) : 1, "", text);
}

static void say_delivery(const struct comparison *k)
{
    char text[TEXT], room[16];

    for (unsigned i = 0; i < 2; i++)
        if (k->e.delivered[i] >= 0) {
            (void)snprintf(text, sizeof text, _("%s, delivered under %s"),
                           vector_name((unsigned)k->e.delivered[i], room), name(k, i));
            line(_("event"), text);
        }
}

static void say_why(const struct comparison *k)
{
    const struct hole *h = hole(k);
    char text[2 * TEXT + 96];

    if (!h)
        return;
    (void)snprintf(text, sizeof text, _("the hole of %s at %08" PRIx32 ": the guest saw %s, a true machine gives %s"),
                   h->mnemonic, h->address.v, h->got, h->expected);
    line(_("why"), text);
}

/* "c0101cec arch_irq_save  pushfd". */
static void place_text(const struct comparison *k, char *text, size_t room)
{
    char insn[TEXT], symbol[TEXT / 2];
    const struct symbols *s = k->side[0].s.symbols;

    (void)disasm_next(guest(k, 0), s, insn, sizeof insn);
    (void)disasm_symbol(s, address(k), symbol, sizeof symbol);
    (void)snprintf(text, room, "%08" PRIx32 " %s%s%s", address(k), symbol, *symbol ? "  " : "", insn);
}

int equiv_text(const struct comparison *k)
{
    const struct equiv *e = &k->e;
    char what[2 * TEXT], place[2 * TEXT];

    if (e->result == EQUIV_SAME) {
        printf(_("%s and %s are the same to the guest: %" PRIu64 " ticks, %" PRIu64 " comparisons, outcome %s\n"),
               name(k, 0), name(k, 1), e->tick - e->first, e->compared, outcome_name(e->outcome[0]));
        return ferror(stdout) ? -1 : 0;
    }
    what_text(k, what, sizeof what);
    if (e->result == EQUIV_BETWEEN) {
        printf(_("%s and %s differ somewhere between tick %" PRIu64 " and tick %" PRIu64
                 ", but not when they go on from the saved state of the former\n"),
               name(k, 0), name(k, 1), e->tick, e->last);
    } else {
        printf(_("%s and %s differ after tick %" PRIu64 "\n"), name(k, 0), name(k, 1), e->tick);
        place_text(k, place, sizeof place);
        line(_("instruction"), place);
        say_delivery(k);
        line(_("difference"), what);
        if (k->o.bisect)
            line(_("note"), _("an earlier one that was gone at the next comparison is not seen by --bisect"));
    }
    say_why(k);
    return ferror(stdout) ? -1 : 0;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void add_number(cJSON *o, const char *key, uint64_t v)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRIu64, v);
    (void)cJSON_AddRawToObject(o, key, text);
}

static void add_text(cJSON *o, const char *key, const char *text)
{
    if (*text)
        (void)cJSON_AddStringToObject(o, key, text);
    else
        (void)cJSON_AddNullToObject(o, key);
}

static void add_place(cJSON *o, const struct comparison *k)
{
    char text[TEXT];

    add_number(o, "address", address(k));
    (void)disasm_symbol(k->side[0].s.symbols, address(k), text, sizeof text);
    add_text(o, "symbol", text);
    (void)disasm_next(guest(k, 0), NULL, text, sizeof text);
    add_text(o, "instruction", text);
}

static void add_delivered(cJSON *o, const struct comparison *k)
{
    cJSON *to = cJSON_AddArrayToObject(o, "delivered");
    char room[16];

    for (unsigned i = 0; i < 2; i++) {
        int v = k->e.delivered[i];

        (void)cJSON_AddItemToArray(to, v < 0 ? cJSON_CreateNull() : cJSON_CreateString(vector_name((unsigned)v, room)));
    }
}

static void add_difference(cJSON *o, const struct comparison *k)
{
    static const char *const kind[] = {"outcome", "tick", "register", "device", "memory", "output"};
    const struct difference *d = &k->e.d;
    char flags[TEXT];

    (void)cJSON_AddStringToObject(o, "kind", kind[d->kind]);
    add_text(o, "name", d->name);
    if (d->kind == DIFFER_MEMORY)
        add_number(o, "gpa", d->at);
    if (d->kind != DIFFER_NOT && d->kind != DIFFER_DEVICE) {
        add_number(o, "a", d->is[0]);
        add_number(o, "b", d->is[1]);
    }
    flags_text(d->eflags, flags, sizeof flags);
    if (*flags)
        add_text(o, "flags", flags);
}

static void add_hole(cJSON *o, const struct hole *h)
{
    if (!h) {
        (void)cJSON_AddNullToObject(o, "hole");
        return;
    }
    o = cJSON_AddObjectToObject(o, "hole");
    add_text(o, "mnemonic", h->mnemonic);
    add_number(o, "address", h->address.v);
    add_text(o, "got", h->got);
    add_text(o, "expected", h->expected);
}

/* The comparison ended the runs, not the guests. */
static bool stopped(const struct equiv *e)
{
    return e->result != EQUIV_SAME && e->d.kind != DIFFER_NOT;
}

int equiv_json(const struct comparison *k)
{
    const struct equiv *e = &k->e;
    cJSON *o = cJSON_CreateObject(), *to;
    char *text;
    int result;

    add_text(o, "a", name(k, 0));
    add_text(o, "b", name(k, 1));
    add_text(o, "guest", k->o.word);
    (void)cJSON_AddBoolToObject(o, "equal", e->result == EQUIV_SAME);
    add_number(o, "from", e->first);
    add_number(o, "tick", e->tick);
    add_number(o, "comparisons", e->compared);
    (void)cJSON_AddBoolToObject(o, "bisect", k->o.bisect); /* an earlier difference may have come and gone */
    to = cJSON_AddArrayToObject(o, "outcome");
    for (unsigned i = 0; i < 2; i++)
        (void)cJSON_AddItemToArray(to,
                                   stopped(e) ? cJSON_CreateNull() : cJSON_CreateString(outcome_name(e->outcome[i])));
    if (e->result != EQUIV_SAME) {
        to = cJSON_AddObjectToObject(o, "difference");
        add_difference(to, k);
        if (e->result == EQUIV_DIFFERS) {
            add_place(to, k);
            add_delivered(to, k);
        } else {
            add_number(to, "until", e->last);
        }
        add_hole(to, hole(k));
    }
    text = cJSON_Print(o);
    result = text && puts(text) != EOF ? 0 : -1;
    cJSON_free(text);
    cJSON_Delete(o);
    return result;
}

/* ---- the finding ------------------------------------------------------------------------------------------------- */

/* Of the first side's technique. */
void equiv_finding(const struct comparison *k, struct finding *v)
{
    const struct equiv *e = &k->e;
    char what[2 * TEXT], place[2 * TEXT];

    *v = (struct finding){.kind = e->result == EQUIV_SAME ? FINDING_SAME : FINDING_DIFFERS,
                          .technique = k->technique[0],
                          .against = k->technique[1],
                          .from = e->first,
                          .to = e->tick,
                          .comparisons = e->compared};
    if (e->result == EQUIV_BETWEEN)
        (void)snprintf(v->difference, sizeof v->difference, _("somewhere up to tick %" PRIu64), e->last);
    if (e->result != EQUIV_DIFFERS)
        return;
    what_text(k, what, sizeof what);
    place_text(k, place, sizeof place);
    (void)snprintf(v->difference, sizeof v->difference, "%s: %s", place, what);
}
