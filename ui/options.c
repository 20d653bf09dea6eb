/* SPDX-License-Identifier: MIT */
#include "ui/options.h"

#include <stdio.h>
#include <string.h>

#include "interp/clock.h"
#include "interp/cost.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "ui/text.h"
#include "vmm/technique.h"

/* clang-format off */
const struct option option_table[] = {
    /* name, value, default, meaning, values allowed, commands, parser */
    {"mode", "native|emulate|trap|bt|pv|vtx|FILE.so", "native", N_("technique: how the guest's instructions are run"),
     N_("native, emulate, trap, vtx, or a plug-in FILE.so"), FOR_GUESTS | FOR_LESSON, take_mode},
    {"mmu", "shadow|nested|direct", N_("by mode"), N_("technique for the guest's memory"),
     N_("shadow or nested"), FOR_ANY_GUEST, take_mmu},
    {"cpu", "x86|virtualizable", "x86", N_("does every sensitive instruction trap?"),
     N_("x86 or virtualizable"), FOR_ANY_GUEST | FOR_LESSON, take_cpu},
    {"mem", "SIZE", "64M", N_("the guest's memory; K, M, G"),
     N_("1M to 3G in whole pages of 4K; K, M or G may follow the number"), FOR_ANY_GUEST, take_mem},
    {"tlb", "SETSxWAYS", "64x4", N_("shape of the TLB"),
     N_("SETSxWAYS, both powers of two, 4096 entries at most"), FOR_ANY_GUEST, take_tlb},
    {"cost", "PRESET", "p4-2003", N_("what things cost, in cycles"),
     N_("p4-2003"), FOR_ANY_GUEST, take_cost},
    {"clock", "cycles|insns", "cycles", N_("what the guest's time is counted in"),
     N_("cycles or insns"), FOR_ANY_GUEST, take_clock},
    {"limit", "N", N_("run: 20G, else none"), N_("end the run after N ticks of the clock; 0: never"),
     N_("a whole number; K, M or G (thousands) may follow it"), FOR_ANY_GUEST, take_limit},
    {"append", "STR", NULL, N_("the guest's command line, behind its file name"),
     NULL, FOR_ANY_GUEST, take_append},
    {"module", "FILE", NULL, N_("a Multiboot module; may be given several times"),
     N_("a file, 16 times at most"), FOR_ANY_GUEST, take_module},
    {"disk", "FILE[,snapshot]", NULL, N_("an ATA disk, written through unless a snapshot; a second one may follow"),
     N_("a file, which ,snapshot may follow; twice at most"), FOR_ANY_GUEST, take_disk},
    {"serial", "stdio|none|FILE", "stdio", N_("where COM1 goes; standard input is never read"),
     N_("stdio, none or a file"), FOR_GUESTS, take_serial},
    {"keys", "FILE", NULL, N_("keys to press: lines of TICK KEY, names as of QEMU's sendkey"),
     N_("a file"), FOR_ANY_GUEST, take_keys},
    {"save", "FILE", NULL, N_("save the guest's state at the end of the run"), N_("a file"), FOR_RUN, take_save},
    {"load", "FILE", NULL, N_("go on from a saved state instead of booting"), N_("a file"), FOR_ANY_GUEST, take_load},
    {"swap-every", "N", NULL, N_("change the technique every N guest instructions"),
     N_("a whole number from 1; K, M or G (thousands) may follow it"), FOR_RUN, take_swap_every},
    {"swap-through", "A,B,C", N_("all that run the guest"), N_("the techniques to change through, after --mode"),
     N_("names of techniques as of --mode, with commas between them"), FOR_RUN, take_swap_through},
    {"equiv", "TECHNIQUE", NULL, N_("compare the run with the same under this technique first: for the scoreboard in --stats"),
     N_("the name of a technique as of --mode"), FOR_RUN, take_equiv},
    {"stats", "[=json]", NULL, N_("counts at the end: a table on standard error, or JSON on standard output"),
     N_("nothing, or =json"), FOR_RUN, take_stats},
    {"trace", "FILE", NULL, N_("every event as a line of JSON"), N_("a file"), FOR_RUN, take_trace},
    {"gdb", "PORT", NULL, N_("wait for gdb"), NULL, FOR_RUN, NULL},
    {"bisect", NULL, NULL, N_("compare at growing intervals only, then find the instruction by halves"), NULL, FOR_EQUIV,
     take_bisect},
    {"x", "FILE", NULL, N_("run the commands in a file, then leave; may be given several times"),
     N_("a file, 16 times at most"), FOR_SHELL, take_script},
    {"text", NULL, NULL, N_("print the lesson, its numbers filled from the run"), NULL, FOR_LESSON, take_text},
    {"missing", NULL, NULL, N_("what of IA-32 is not built"), NULL, FOR_ISA, take_missing},
    {"class", "privileged|hole|innocuous", NULL, N_("only this class of Popek and Goldberg's"),
     N_("privileged, hole or innocuous"), FOR_ISA, take_class},
    {"json", NULL, NULL, N_("for programs: JSON instead of text"), NULL, FOR_HOLES | FOR_EQUIV, take_json},
    {"format", "text|json|gradescope|junit", "text", N_("how the results are written"),
     N_("text, json, gradescope or junit"), FOR_GRADE, take_format},
    {"jobs", "N", N_("one a processor"), N_("how many submissions are graded at the same time"),
     N_("a number from 1 to 256"), FOR_GRADE, take_jobs},
    {"roster", "FILE", NULL, N_("the class: lines of number, name, class; says what is missing, unknown or double"),
     N_("a file"), FOR_GRADE, take_roster},
    {"state", "FOLDER", N_("of the user"), N_("where scores are kept, so that a run that was ended goes on"),
     N_("a folder"), FOR_GRADE, take_state},
    {"fresh", NULL, NULL, N_("grade anew what has a score there"), NULL, FOR_GRADE, take_fresh},
    {"unsafe-no-sandbox", NULL, NULL, N_("grade even where no sandbox works: submissions then run with your rights"),
     NULL, FOR_GRADE, take_unsafe},
    {"student", "NUMBER", NULL, N_("your student number, for lab submit"),
     N_("letters and digits"), FOR_LAB, take_student},
    {"lang", "en|zh", N_("from LANG"), N_("language of messages"), N_("en or zh"), FOR_ALL, take_lang},
    {"ascii", NULL, NULL, N_("draw with ASCII only"), NULL, FOR_ALL, take_ascii},
    {"help", NULL, NULL, N_("this list"), NULL, FOR_ALL, take_help},
};
/* clang-format on */

const unsigned option_count = sizeof option_table / sizeof option_table[0];

static const uint64_t LIMIT_HEADLESS = 20000000000;

void options_init(struct options *o)
{
    *o = (struct options){.technique = &technique_native,
                          .mem = 64u << 20,
                          .tlb_sets = 64,
                          .tlb_ways = 4,
                          .cost = &cost_presets[0],
                          .limit = LIMIT_HEADLESS,
                          .serial = "stdio",
                          .class = -1};
}

/* A name of one letter has one dash. */
static const char *dashes(const struct option *p)
{
    return p->name[1] ? "--" : "-";
}

/* The option that `text` is; *value is what follows '=', or NULL. */
static const struct option *find(const char *text, unsigned command, const char **value)
{
    size_t n = strcspn(text, "=");
    char name[40];

    *value = text[n] ? text + n + 1 : NULL;
    for (unsigned i = 0; i < option_count; i++) {
        const struct option *p = &option_table[i];

        (void)snprintf(name, sizeof name, "%s%s", dashes(p), p->name);
        if (strlen(name) == n && strncmp(name, text, n) == 0)
            return p->commands & command ? p : NULL;
    }
    return NULL;
}

static int take(struct options *o, const struct option *p, const char *value)
{
    if (!p->take)
        return report(STATUS_USAGE, _("%s%s: not built yet"), dashes(p), p->name);
    switch (p->take(o, value)) {
    case TAKEN_SAID: return STATUS_USAGE;
    case TAKEN_UNBUILT: return report(STATUS_USAGE, _("%s%s %s: not built yet"), dashes(p), p->name, value);
    case TAKEN_BAD:
        return report(STATUS_USAGE, _("%s%s: '%s' will not do; allowed: %s"), dashes(p), p->name, value ? value : "",
                      p->allowed ? _(p->allowed) : "");
    default: return 0;
    }
}

/* The option at argv[*i]; *i is left at the last word used. */
static int one(struct options *o, unsigned command, int argc, char **argv, int *i)
{
    const char *value, *text = argv[*i];
    const struct option *p = find(text, command, &value);

    if (!p)
        return report(STATUS_USAGE, _("%s: no such option (--help lists them)"), text);
    if (!p->arg && value)
        return report(STATUS_USAGE, _("%s%s takes no value"), dashes(p), p->name);
    if (p->arg && p->arg[0] != '[' && !value) {
        if (*i + 1 >= argc)
            return report(STATUS_USAGE, _("%s%s needs a value: %s"), dashes(p), p->name, p->arg);
        value = argv[++*i];
    }
    return take(o, p, value);
}

/* --swap-every and --swap-through belong together, and to --mode. */
static int settle_swaps(struct options *o)
{
    struct rotation *r = &o->swap;

    if (!r->every)
        return r->count ? report(STATUS_USAGE, _("--swap-through needs --swap-every")) : 0;
    if (!r->count)
        rotation_add_all(r, o->virtualizable);
    if (!rotation_has(r, o->technique) && !rotation_add(r, o->technique))
        return report(STATUS_USAGE, _("--swap-through: too many techniques"));
    if (rotation_next(r, o->technique) == o->technique)
        return report(STATUS_USAGE, _("--swap-every: there is no technique to change to beside %s"),
                      o->technique->name);
    return 0;
}

bool options_shadow(const struct options *o)
{
    return o->mmu && strcmp(o->mmu, "shadow") == 0;
}

/* --equiv compares what --mode does, by the one clock that techniques share. */
static int settle_equiv(const struct options *o)
{
    if (o->equiv && !o->clock_insns)
        return report(STATUS_USAGE, _("--equiv: techniques take different numbers of cycles; it needs --clock insns"));
    if (o->equiv && o->swap.every)
        return report(STATUS_USAGE, _("--equiv compares one technique: without --swap-every"));
    if (o->equiv && o->stats == STATS_NONE)
        return report(STATUS_USAGE, _("--equiv: its verdict is a part of --stats"));
    return 0;
}

/* Does one of the techniques know the --mmu that was asked for? */
static bool any_mmu(const struct options *o)
{
    unsigned all = o->technique->mmu;

    for (unsigned i = 0; i < o->swap.count; i++)
        all |= o->swap.through[i]->mmu;
    return all & (options_shadow(o) ? MMU_SHADOW : MMU_NESTED);
}

int options_parse(struct options *o, unsigned command, int argc, char **argv)
{
    bool ended = false;

    options_init(o);
    if (command & (FOR_DEBUG | FOR_SHELL))
        o->limit = CLOCK_NEVER; /* somebody is watching */
    o->clock_insns = command & FOR_EQUIV;
    for (int i = 0; i < argc; i++) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            if (one(o, command, argc, argv, &i))
                return STATUS_USAGE;
        } else if (command & FOR_WORDS) {
            o->words = argv;
            argv[o->word_count++] = argv[i];
        } else if (o->word || command == FOR_DEMO) {
            return report(STATUS_USAGE, _("%s: one argument too many"), argv[i]);
        } else {
            o->word = argv[i];
        }
    }
    if (o->help)
        return 0;
    if (settle_swaps(o) || settle_equiv(o))
        return STATUS_USAGE;
    if (o->mmu && !(command & FOR_EQUIV) && !any_mmu(o))
        return report(STATUS_USAGE, _("--mmu %s: mode %s has no such memory technique"), o->mmu, o->technique->name);
    if (!i18n_unicode())
        o->ascii = true;
    return 0;
}

void options_help(unsigned command)
{
    for (unsigned i = 0; i < option_count; i++) {
        const struct option *p = &option_table[i];
        char head[80];

        if (!(p->commands & command))
            continue;
        (void)snprintf(head, sizeof head, "%s%s%s%s", dashes(p), p->name, p->arg && p->arg[0] != '[' ? " " : "",
                       p->arg ? p->arg : "");
        printf("  ");
        if (text_put(stdout, head, 26) > 26)
            printf("\n%28s", "");
        printf("  %s", _(p->doc));
        if (p->preset)
            printf(" (%s)", _(p->preset));
        printf("%s\n", p->take ? "" : _("; not built yet"));
    }
}
