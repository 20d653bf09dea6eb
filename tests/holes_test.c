/* SPDX-License-Identifier: MIT */
/* `ringside holes`: every hole of isa.def has a guest and an explanation, and bites where it should and nowhere else. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "interp/isa.h"
#include "ui/holes.h"
#include "ui/options.h"
#include "ui/place.h"
#include "vmm/technique.h"

/* Robin and Irvine's list in its order; then what isa.def adds. */
static const char *const mnemonic[] = {"sgdt", "sidt", "sldt", "smsw", "pushf",    "popf",    "lar", "lsl",
                                       "verr", "verw", "pop",  "push", "call far", "jmp far", "int", "ret far",
                                       "str",  "mov",  "les",  "lds",  "lss",      "lfs",     "lgs", "iret"};
enum { MNEMONICS = sizeof mnemonic / sizeof mnemonic[0] };

/* Those that the monitor of `trap` keeps harmless on x86 (ui/holes_words.c says how). */
static bool harmless(const char *m)
{
    return strcmp(m, "smsw") == 0 || strcmp(m, "int") == 0;
}

Test(holes, are_those_of_the_instruction_table)
{
    const struct isa_entry *list[HOLES_MAX];
    unsigned n = holes_list(list);

    cr_assert_eq(n, MNEMONICS);
    for (unsigned i = 0; i < n; i++) {
        cr_expect_str_eq(list[i]->mnemonic, mnemonic[i]);
        cr_expect_eq(list[i]->hole, i < 18 ? i + 1 : 0, "%s", mnemonic[i]);
        cr_expect_not_null(hole_kind(mnemonic[i]), "%s", mnemonic[i]);
        cr_expect_not_null(hole_doc(mnemonic[i]), "%s", mnemonic[i]);
    }
    cr_expect_null(hole_doc("cli"));
}

/* A mnemonic's guest under all runs. */
static void try_hole(const struct options *o, const struct isa_entry *e, const struct hole_runs *runs)
{
    struct hole_seen seen[HOLE_RUNS_MAX];

    for (unsigned r = 0; r < runs->count; r++) {
        const struct hole_run *run = &runs->run[r];
        bool same, hidden = hole_run_promises(run) || harmless(e->mnemonic);

        cr_assert_eq(hole_run(o, e, run, &seen[r]), 0);
        same = strcmp(seen[r].text, seen[0].text) == 0;
        cr_expect_eq(same, hidden, "%s under %s: %s, natively %s", e->mnemonic, run->technique->name, seen[r].text,
                     seen[0].text);
        cr_expect_eq(seen[r].bit, !hidden, "%s under %s", e->mnemonic, run->technique->name);
    }
}

Test(holes, bite_under_trap_on_x86_only)
{
    const struct isa_entry *list[HOLES_MAX];
    unsigned n = holes_list(list), trap = 0;
    struct hole_runs runs;
    struct options o;

    place_init(NULL);
    options_init(&o);
    holes_runs(&runs);
    for (unsigned r = 0; r < runs.count; r++)
        trap += strcmp(runs.run[r].technique->name, "trap") == 0;
    cr_assert_eq(trap, 2, "trap runs on both CPUs");
    for (unsigned i = 0; i < n; i++)
        try_hole(&o, list[i], &runs);
}
