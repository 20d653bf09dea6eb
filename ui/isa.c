/* SPDX-License-Identifier: MIT */
/* `ringside isa`: interp/isa.def as a list for people. */
#include "interp/isa.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "interp/cost.h"
#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/text.h"

enum { OPCODE = 12 }; /* room for an opcode, and its column */

/* What is more than an instruction. */
struct feature {
    const char *name, *doc;
};

/* Not built yet. */
static const struct feature missing_feature[] = {
    {"hardware task switch", N_("JMP, CALL, IRET or an interrupt through a TSS or task gate")},
    {"virtual-8086 mode", N_("EFLAGS.VM")},
    {"real-address mode", N_("CR0.PE clear; guests start in protected mode, as Multiboot has it")},
};

/* What this processor does not have, and says so. */
static const struct feature absent_feature[] = {
    {"x87 unit", N_("its instructions are #NM where CR0 says so, else ignored")},
    {"MMX, SSE", N_("vectors")},
    {"PAE", N_("three-level paging, CR4.PAE")},
};

static const char *class_name(const struct isa_entry *e, char room[40])
{
    static const char *const name[] = {
        [CLASS_INNOCUOUS] = "innocuous", [CLASS_PRIVILEGED] = "privileged", [CLASS_HOLE] = "hole"};

    if (e->class != CLASS_HOLE)
        return name[e->class];
    if (e->hole)
        (void)snprintf(room, 40, "hole %u", e->hole);
    else
        (void)snprintf(room, 40, "hole +");
    return room;
}

static unsigned cost_of(const struct isa_entry *e)
{
    uint32_t v;

    memcpy(&v, (const char *)&cost_presets[0].cost + e->cost, sizeof v);
    return v;
}

/* As the SDM writes it: "66 0F C7 /6". */
static void opcode_text(const struct isa_entry *e, char text[OPCODE])
{
    static const char *const prefix[] = {"", "", "66 ", "F3 ", "F2 "};
    const char *map = e->opcode >> 8 == 0x38 ? "0F 38 " : e->opcode > 0xff ? "0F " : "";
    int n = snprintf(text, OPCODE, "%s%s%02X", prefix[e->prefix], map, e->opcode & 0xff);

    if (e->modrm)
        (void)snprintf(text + n, OPCODE - (size_t)n, " %02X", e->modrm);
    else if (e->digit >= 0)
        (void)snprintf(text + n, OPCODE - (size_t)n, " /%d", e->digit);
}

static void print_entry(const struct isa_entry *e)
{
    char opcode[OPCODE], room[40];

    opcode_text(e, opcode);
    printf("%-12s%-11s%-10s%-12s%5u\n", opcode, e->mnemonic, form_info[e->form].text, class_name(e, room), cost_of(e));
}

static void print_head(void)
{
    (void)text_put(stdout, _("opcode"), OPCODE);
    (void)text_put(stdout, _("mnemonic"), 11);
    (void)text_put(stdout, _("operands"), 10);
    (void)text_put(stdout, _("class"), 13);
    printf("%s\n", _("cost"));
}

static void print_foot(void)
{
    putchar('\n');
    text_wrap(stdout,
              _("Class: Popek and Goldberg's. A hole is sensitive but not privileged; its number is its place in "
                "Robin and Irvine's list, + is this project's addition to it. Cost: cycles, preset p4-2003; "
                "memory, walks and events come on top. Operands: as in the SDM's opcode maps."),
              0, 79);
}

static bool wanted(const struct options *o, const struct isa_entry *e)
{
    if (o->word && strcasecmp(o->word, e->mnemonic) != 0)
        return false;
    return o->class < 0 || o->class == e->class;
}

static bool print_table(const struct options *o)
{
    unsigned found = 0;

    for (unsigned i = 0; i < isa_count; i++) {
        if (!wanted(o, &isa[i]))
            continue;
        if (found++ == 0)
            print_head();
        print_entry(&isa[i]);
    }
    return found > 0;
}

static void print_features(const char *head, const struct feature *f, size_t count)
{
    printf("\n%s\n", head);
    for (size_t i = 0; i < count; i++)
        printf("  %-26s%s\n", f[i].name, _(f[i].doc));
}

#define PRINT_FEATURES(head, f) print_features(head, f, sizeof(f) / sizeof((f)[0]))

static void print_missing(void)
{
    puts(_("Every line of the instruction table is built."));
    PRINT_FEATURES(_("Not built yet:"), missing_feature);
    PRINT_FEATURES(_("Not part of this processor, as its CPUID says:"), absent_feature);
}

static bool known(const char *mnemonic)
{
    for (unsigned i = 0; i < isa_count; i++)
        if (strcasecmp(mnemonic, isa[i].mnemonic) == 0)
            return true;
    return false;
}

int command_isa(int argc, char **argv)
{
    struct options o;

    if (options_parse(&o, FOR_ISA, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("isa");
    if (o.word && !known(o.word))
        return report(STATUS_USAGE, _("isa: %s is in no line of the instruction table"), o.word);
    if (o.missing)
        print_missing();
    else if (print_table(&o))
        print_foot();
    return STATUS_OK;
}
