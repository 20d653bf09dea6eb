/* SPDX-License-Identifier: MIT */
#include "ui/holes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "interp/access.h"
#include "interp/isa.h"
#include "interp/symbols.h"
#include "ui/command.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/session.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

enum { WIDTH = 79, INDENT = 2 };

struct holes {
    struct options o;
    const struct isa_entry *list[HOLES_MAX];
    unsigned count;
    struct hole_runs runs;
    struct hole_seen seen[HOLES_MAX][HOLE_RUNS_MAX];
};

static bool right(const struct holes *h, unsigned hole, unsigned run)
{
    return strcmp(h->seen[hole][run].text, h->seen[hole][0].text) == 0;
}

static const char *cpu_name(const struct hole_run *r)
{
    return r->virtualizable ? "virtualizable" : "x86";
}

/* "vtx", or "trap on virtualizable" where it runs on both. */
static const char *run_name(const struct hole_run *r, char room[80])
{
    if (r->technique->needs_virtualizable)
        (void)snprintf(room, 80, _("%s on %s"), r->technique->name, cpu_name(r));
    else
        (void)snprintf(room, 80, "%s", r->technique->name);
    return room;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

enum { MNEMONIC = 4, SHOULD = 14, SAW = 36, VERDICT = 58 };

static void add(char *list, size_t room, const char *name)
{
    size_t n = strlen(list);

    (void)snprintf(list + n, room - n, "%s%s", n ? ", " : "", name);
}

/* The runs that saw the same as run `like`. */
static void list_runs(const struct holes *h, unsigned hole, unsigned like, char *list, size_t room)
{
    char name[80];

    *list = '\0';
    for (unsigned r = 1; r < h->runs.count; r++)
        if (strcmp(h->seen[hole][r].text, h->seen[hole][like].text) == 0)
            add(list, room, run_name(&h->runs.run[r], name));
}

/* Is it the first run that saw what it saw? */
static bool is_first(const struct holes *h, unsigned hole, unsigned run)
{
    for (unsigned r = 0; r < run; r++)
        if (strcmp(h->seen[hole][r].text, h->seen[hole][run].text) == 0)
            return false;
    return true;
}

static void wrong_row(const struct holes *h, unsigned hole, unsigned run, struct sheet *s)
{
    char under[400], text[480];

    list_runs(h, hole, run, under, sizeof under);
    (void)snprintf(text, sizeof text, _("wrong: %s"), under);
    sheet_to(s, SAW);
    sheet_put(s, LOOK_BAD, "%s", h->seen[hole][run].text);
    sheet_hang(s, LOOK_BAD, VERDICT, WIDTH, text);
}

static void row(const struct holes *h, unsigned hole, struct sheet *s)
{
    const struct isa_entry *e = h->list[hole];
    bool all_right = true;

    if (e->hole)
        sheet_put(s, LOOK_PLAIN, "%2u", e->hole);
    else
        sheet_put(s, LOOK_PLAIN, " +");
    sheet_to(s, MNEMONIC);
    sheet_text(s, LOOK_LABEL, e->mnemonic);
    sheet_to(s, SHOULD);
    sheet_text(s, LOOK_PLAIN, h->seen[hole][0].text);
    for (unsigned r = 1; r < h->runs.count; r++)
        if (!right(h, hole, r) && is_first(h, hole, r)) {
            all_right = false;
            wrong_row(h, hole, r, s);
        }
    if (!all_right)
        return;
    sheet_to(s, SAW);
    sheet_text(s, LOOK_FAINT, _("the same"));
    sheet_to(s, VERDICT);
    sheet_text(s, LOOK_GOOD, _("right"));
    sheet_end(s);
}

static void head(struct sheet *s)
{
    sheet_text(s, LOOK_LABEL, " #");
    sheet_to(s, MNEMONIC);
    sheet_text(s, LOOK_LABEL, _("mnemonic"));
    sheet_to(s, SHOULD);
    sheet_text(s, LOOK_LABEL, _("should see"));
    sheet_to(s, SAW);
    sheet_text(s, LOOK_LABEL, _("saw"));
    sheet_to(s, VERDICT);
    sheet_text(s, LOOK_LABEL, _("verdict"));
    sheet_end(s);
}

static void table(const struct holes *h, struct sheet *s)
{
    char list[400] = "", text[800], name[80];

    for (unsigned r = 1; r < h->runs.count; r++)
        add(list, sizeof list, run_name(&h->runs.run[r], name));
    (void)snprintf(
        text, sizeof text,
        _("Sensitive instructions that do not trap, each in a guest kernel of its own. What it sees natively "
          "is what it should see; then it ran under: %s."),
        list);
    sheet_wrap(s, LOOK_PLAIN, WIDTH, text);
    sheet_end(s);
    head(s);
    for (unsigned i = 0; i < h->count; i++)
        row(h, i, s);
    sheet_end(s);
    sheet_wrap(s, LOOK_FAINT, WIDTH,
               _("How they are counted: # is the place in Robin and Irvine's list (USENIX Security 2000), which has 18 "
                 "mnemonics although its headline says 17; their rule of counting is not known. Here a mnemonic counts "
                 "once, whatever its operands; of MOV, PUSH and POP those of segment registers, of CALL, JMP and RET "
                 "the far ones. + is this project's addition: IRET and the loads of far pointers."));
    sheet_wrap(s, LOOK_FAINT, WIDTH, _("`ringside holes MNEMONIC` shows one with its code and says why."));
}

/* ---- one of them ------------------------------------------------------------------------------------------------- */

/* The list's first six are the paper's "sensitive register instructions". */
enum { LAST_REGISTER_INSTRUCTION = 6 };

static void place(const struct isa_entry *e, struct sheet *s)
{
    sheet_put(s, LOOK_LABEL, "%s: ", e->mnemonic);
    if (!e->hole)
        sheet_text(s, LOOK_LABEL, _("not in Robin and Irvine's list"));
    else if (e->hole <= LAST_REGISTER_INSTRUCTION)
        sheet_put(s, LOOK_LABEL, _("number %u in Robin and Irvine's list, a register instruction"), e->hole);
    else
        sheet_put(s, LOOK_LABEL, _("number %u in Robin and Irvine's list, a protection system instruction"), e->hole);
    sheet_end(s);
}

static void encodings(const char *mnemonic, struct sheet *s)
{
    sheet_to(s, INDENT);
    for (unsigned i = 0; i < isa_count; i++) {
        const struct isa_entry *e = &isa[i];

        if (e->class != CLASS_HOLE || strcmp(e->mnemonic, mnemonic) != 0)
            continue;
        sheet_put(s, LOOK_PLAIN, e->opcode > 0xff ? "0F %02X" : "%02X", e->opcode & 0xff);
        if (e->digit >= 0)
            sheet_put(s, LOOK_PLAIN, " /%d", e->digit);
        sheet_put(s, LOOK_FAINT, "%s%s   ", *form_info[e->form].text ? " " : "", form_info[e->form].text);
    }
    sheet_end(s);
}

/* What stands between the labels `asks` and `answer`. */
static void code(const struct session *g, struct sheet *s)
{
    const struct symbol *from = symbols_find(g->symbols, "asks"), *to = symbols_find(g->symbols, "answer");
    uint8_t bytes[16];
    char text[128];

    for (uint32_t at = from && to ? from->addr : 0, n; from && to && at < to->addr; at += n) {
        unsigned got = lin_peek_some(vm_guest(g->vm), at, bytes, sizeof bytes);

        if (!(n = disasm(bytes, got, at, &vm_guest(g->vm)->cpu.seg[CS], g->symbols, text, sizeof text)))
            break;
        sheet_to(s, INDENT);
        sheet_line(s, LOOK_PLAIN, "%08x  %s", (unsigned)at, text);
    }
}

/* The first difference that the monitor saw: it compares each sensitive instruction with the virtual CPU's. */
static void noticed(const struct hole_seen *e, struct sheet *s)
{
    char text[400];

    (void)snprintf(text, sizeof text, _("noticed: %s, should be %s"), e->got, e->expected);
    sheet_hang(s, LOOK_FAINT, SAW - 8, WIDTH, text);
}

static void runs(const struct holes *h, unsigned hole, struct sheet *s)
{
    for (unsigned r = 0; r < h->runs.count; r++) {
        const struct hole_seen *e = &h->seen[hole][r];
        char name[80];
        bool ok = right(h, hole, r);

        sheet_to(s, INDENT);
        sheet_text(s, LOOK_LABEL, run_name(&h->runs.run[r], name));
        sheet_to(s, SAW - 8);
        sheet_text(s, LOOK_PLAIN, e->text);
        sheet_to(s, VERDICT - 8);
        sheet_text(s, ok ? LOOK_GOOD : LOOK_BAD, !r ? _("what it should see") : ok ? _("right") : _("wrong"));
        sheet_end(s);
        if (e->bit)
            noticed(e, s);
    }
}

static int show(struct holes *h, struct sheet *s)
{
    const struct isa_entry *e = h->list[0];
    struct session g;
    int status = hole_open(&g, &h->o, e, &h->runs.run[0]);

    if (status)
        return status;
    place(e, s);
    encodings(e->mnemonic, s);
    sheet_wrap(s, LOOK_PLAIN, WIDTH, _(hole_kind(e->mnemonic)));
    sheet_end(s);
    sheet_wrap(s, LOOK_PLAIN, WIDTH, _(hole_doc(e->mnemonic)));
    sheet_end(s);
    sheet_line(s, LOOK_LABEL, "%s", _("The guest's code"));
    code(&g, s);
    sheet_end(s);
    sheet_line(s, LOOK_LABEL, "%s", _("What it saw"));
    runs(h, 0, s);
    return session_close(&g);
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static int print_json(const struct holes *h)
{
    cJSON *all = cJSON_CreateArray();
    char *text;

    for (unsigned i = 0; i < h->count; i++)
        for (unsigned r = 0; r < h->runs.count; r++) {
            cJSON *o = cJSON_CreateObject();

            (void)cJSON_AddStringToObject(o, "mnemonic", h->list[i]->mnemonic);
            (void)cJSON_AddStringToObject(o, "mode", h->runs.run[r].technique->name);
            (void)cJSON_AddStringToObject(o, "cpu", cpu_name(&h->runs.run[r]));
            (void)cJSON_AddStringToObject(o, "saw", h->seen[i][r].text);
            (void)cJSON_AddStringToObject(o, "expected", h->seen[i][0].text);
            (void)cJSON_AddBoolToObject(o, "ok", right(h, i, r));
            (void)cJSON_AddItemToArray(all, o);
        }
    text = cJSON_Print(all);
    cJSON_Delete(all);
    if (!text)
        return report(STATUS_FAILED, _("out of memory"));
    puts(text);
    cJSON_free(text);
    return STATUS_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

/* Also "call" for CALL FAR, and PUSHFD as disassemblers have it, with the size of its operand. */
static bool means(const char *word, const char *mnemonic)
{
    size_t n = strlen(word);
    bool sized = n > 1 && tolower((unsigned char)word[n - 1]) == 'd';

    if (strncasecmp(mnemonic, word, n) == 0 && (!mnemonic[n] || mnemonic[n] == ' '))
        return n > 0;
    return sized && strncasecmp(mnemonic, word, n - 1) == 0 && !mnemonic[n - 1];
}

/* All, or the one that was asked for. False: there is none of that name. */
static bool choose(struct holes *h)
{
    h->count = holes_list(h->list);
    if (!h->o.word)
        return true;
    for (unsigned i = 0; i < h->count; i++)
        if (means(h->o.word, h->list[i]->mnemonic)) {
            h->list[0] = h->list[i];
            h->count = 1;
            return true;
        }
    return false;
}

/* Runs each under each. A run that promises what native gives, and does not keep it, is a failure. */
static int run_all(struct holes *h)
{
    int status = STATUS_OK, result;

    holes_runs(&h->runs);
    for (unsigned i = 0; i < h->count; i++)
        for (unsigned r = 0; r < h->runs.count; r++) {
            result = hole_run(&h->o, h->list[i], &h->runs.run[r], &h->seen[i][r]);
            if (result)
                return result;
            if (hole_run_promises(&h->runs.run[r]) && !right(h, i, r))
                status = STATUS_FAILED;
        }
    return status;
}

static int print_sheet(struct holes *h)
{
    struct sheet s = {.limit = 0};
    int status = STATUS_OK;

    if (h->o.word)
        status = show(h, &s);
    else
        table(h, &s);
    sheet_print(&s, 0, stdout);
    sheet_free(&s);
    return status;
}

int command_holes(int argc, char **argv)
{
    struct holes h = {.count = 0};
    int status, printed;

    if (options_parse(&h.o, FOR_HOLES, argc, argv))
        return STATUS_USAGE;
    if (h.o.help)
        return command_help("holes");
    if (!choose(&h))
        return report(STATUS_USAGE,
                      _("holes: '%s' is no sensitive, unprivileged instruction (ringside isa --class hole)"), h.o.word);
    status = run_all(&h);
    if (status == STATUS_USAGE)
        return status;
    printed = h.o.json ? print_json(&h) : print_sheet(&h);
    return printed ? printed : status;
}
