/* SPDX-License-Identifier: MIT */
/* --stats=json. Names here are a contract: graders and benches read them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "interp/machine.h"
#include "interp/state.h"
#include "ui/console.h"
#include "ui/disasm.h"
#include "ui/options.h"
#include "ui/scoreboard.h"
#include "ui/stats.h"
#include "vmm/technique.h"

/* Whole numbers with all their digits, which a double's shortest form would not always have. */
static void add_number(cJSON *o, const char *name, uint64_t v)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRIu64, v);
    (void)cJSON_AddRawToObject(o, name, text);
}

static void add_vectors(cJSON *o, const char *name, const uint64_t count[256])
{
    cJSON *to = cJSON_AddObjectToObject(o, name);
    char room[16];

    for (unsigned v = 0; v < 256; v++)
        if (count[v])
            add_number(to, vector_name(v, room), count[v]);
}

static void add_counts(cJSON *o, const struct vm_stats *s)
{
    cJSON *by, *to;

    add_number(o, "instructions", s->instructions);
    add_number(o, "direct_instructions", s->direct);
    add_number(o, "interpreted_instructions", s->interpreted);
    add_number(o, "cycles", s->cycles);
    by = cJSON_AddObjectToObject(o, "cycles_by");
    add_number(by, "guest", s->by.guest);
    add_number(by, "tc", s->by.tc);
    add_number(by, "walk", s->by.walk);
    add_number(by, "switch", s->by.switching);
    add_number(by, "monitor", s->by.monitor);
    add_number(by, "device", s->by.device);
    add_number(by, "idle", s->by.idle);
    add_vectors(o, "traps", s->traps);
    add_vectors(o, "injected", s->injected);
    to = cJSON_AddObjectToObject(o, "exits");
    for (unsigned r = 0; r < EXIT_REASONS; r++)
        if (s->exits[r])
            add_number(to, exit_info[r].name, s->exits[r]);
    to = cJSON_AddObjectToObject(o, "vm_exits");
    for (unsigned r = 0; r < VMX_REASONS; r++)
        if (s->vm_exits[r]) {
            char name[40];

            (void)snprintf(name, sizeof name, "%u %s", r, vmx_reason_name[r] ? vmx_reason_name[r] : "?");
            add_number(to, name, s->vm_exits[r]);
        }
    add_number(o, "swaps", s->swaps);
    to = cJSON_AddObjectToObject(o, "tlb");
    add_number(to, "hits", s->tlb_hits);
    add_number(to, "misses", s->tlb_misses);
    add_number(to, "flushes", s->tlb_flushes);
}

static void add_hole(cJSON *o, const struct result *r)
{
    const struct hole *h = vm_hole(r->vm);
    char symbol[128];
    cJSON *to;

    if (!h->bit) {
        (void)cJSON_AddNullToObject(o, "hole");
        return;
    }
    to = cJSON_AddObjectToObject(o, "hole");
    (void)cJSON_AddStringToObject(to, "mnemonic", h->mnemonic);
    add_number(to, "address", h->address.v);
    if (*disasm_symbol(r->symbols, h->address.v, symbol, sizeof symbol))
        (void)cJSON_AddStringToObject(to, "symbol", symbol);
    else
        (void)cJSON_AddNullToObject(to, "symbol");
    (void)cJSON_AddStringToObject(to, "got", h->got);
    (void)cJSON_AddStringToObject(to, "expected", h->expected);
}

/* Popek and Goldberg's three properties. */
static void add_finding(cJSON *o, const struct scoreboard *b)
{
    const struct finding *k = &b->finding;
    cJSON *to;

    (void)cJSON_AddStringToObject(o, "equivalence",
                                  k->kind == FINDING_NONE && b->hole->bit ? "a hole bit" : finding_name[k->kind]);
    if (k->kind == FINDING_NONE)
        return;
    to = cJSON_AddObjectToObject(o, "comparison");
    (void)cJSON_AddStringToObject(to, "technique", k->technique->name);
    (void)cJSON_AddStringToObject(to, "against", k->against->name);
    add_number(to, "from", k->from);
    add_number(to, "to", k->to);
    add_number(to, "comparisons", k->comparisons);
    if (k->kind == FINDING_DIFFERS)
        (void)cJSON_AddStringToObject(to, "difference", k->difference);
    (void)cJSON_AddItemToObject(to, "stale", b->stale ? cJSON_CreateString(stale_name[b->stale]) : cJSON_CreateNull());
}

static void add_scoreboard(cJSON *o, const struct result *r)
{
    cJSON *to = cJSON_AddObjectToObject(o, "scoreboard"), *control;
    struct scoreboard b;

    scoreboard_take(&b, r->vm, r->finding);
    add_finding(to, &b);
    control = cJSON_AddObjectToObject(to, "resource_control");
    for (unsigned r = RESOURCE_NONE + 1; r < RESOURCES; r++)
        add_number(control, resource_name[r], b.attempt[r]);
    add_number(control, "attempts", b.attempts);
    add_number(control, "exposed_pages", b.exposed);
    if (b.instructions)
        (void)cJSON_AddNumberToObject(to, "efficiency", (double)b.direct / (double)b.instructions);
    else
        (void)cJSON_AddNullToObject(to, "efficiency");
}

/* One byte of a JSON string; returns its length. What is not printable ASCII becomes \u00XX, NUL too. */
static size_t escape(char to[8], uint8_t byte)
{
    static const char two[][2] = {{'\n', 'n'}, {'\t', 't'}, {'"', '"'}, {'\\', '\\'}};

    for (unsigned i = 0; i < sizeof two / sizeof two[0]; i++)
        if (byte == (uint8_t)two[i][0]) {
            to[0] = '\\';
            to[1] = two[i][1];
            return 2;
        }
    if (byte >= 0x20 && byte <= 0x7e) {
        to[0] = (char)byte;
        return 1;
    }
    return (size_t)snprintf(to, 8, "\\u%04x", byte);
}

/* A string that may hold NUL: cJSON's cannot, so its text is made here. */
static int add_console(cJSON *o, const struct console *c)
{
    char *text = malloc(c->size * 6 + 3);
    size_t n = 0;
    bool added;

    if (!text)
        return -1;
    text[n++] = '"';
    for (size_t i = 0; i < c->size; i++) {
        char one[8];
        size_t length = escape(one, c->text[i]);

        memcpy(text + n, one, length);
        n += length;
    }
    memcpy(text + n, "\"", 2);
    added = cJSON_AddRawToObject(o, "console", text) != NULL;
    free(text);
    if (c->cut)
        (void)cJSON_AddTrueToObject(o, "console_cut");
    return added ? 0 : -1;
}

static void add_run(cJSON *o, const struct result *r)
{
    struct machine *g = vm_guest(r->vm);

    (void)cJSON_AddStringToObject(o, "guest", r->options->word);
    (void)cJSON_AddStringToObject(o, "mode", vm_technique(r->vm)->name);
    (void)cJSON_AddStringToObject(o, "mmu", stats_mmu(r->vm));
    (void)cJSON_AddStringToObject(o, "cpu", r->options->virtualizable ? "virtualizable" : "x86");
    (void)cJSON_AddStringToObject(o, "clock", r->options->clock_insns ? "insns" : "cycles");
    add_number(o, "mem", r->options->mem);
    (void)cJSON_AddStringToObject(o, "outcome", outcome_name(r->outcome));
    if (g->exited)
        add_number(o, "exit_code", g->exit_code);
    else
        (void)cJSON_AddNullToObject(o, "exit_code");
    add_number(o, "ticks", machine_now(g));
}

int stats_json(FILE *f, const struct result *r)
{
    cJSON *o = cJSON_CreateObject();
    struct vm_stats s;
    char digest[33], *text = NULL;
    int result = -1;

    vm_get_stats(r->vm, &s);
    machine_digest(vm_guest(r->vm), digest);
    add_run(o, r);
    add_counts(o, &s);
    add_hole(o, r);
    add_scoreboard(o, r);
    if (add_console(o, r->console) == 0 && cJSON_AddStringToObject(o, "state_digest", digest))
        text = cJSON_Print(o);
    if (text && fputs(text, f) != EOF && fputc('\n', f) != EOF && fflush(f) == 0)
        result = 0;
    cJSON_free(text);
    cJSON_Delete(o);
    return result;
}
