/* SPDX-License-Identifier: MIT */
/* `ringside run`: a guest, headless, to its end. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "interp/newfile.h"
#include "ui/command.h"
#include "ui/console.h"
#include "ui/disasm.h"
#include "ui/equiv.h"
#include "ui/i18n.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/session.h"
#include "ui/stats.h"
#include "ui/trace.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

/* Ticks after which the program looks whether somebody pressed Ctrl-C. */
static const uint64_t SLICE = UINT64_C(1) << 26;

static volatile sig_atomic_t interrupted;

struct run {
    struct options o;
    struct session s;
    struct console console;
    struct keys keys;
    struct trace *trace;
    struct finding finding; /* of --equiv */
    enum outcome outcome;   /* NONE: interrupted */
    char broken[256];       /* why the technique could not be changed; empty: it could */
};

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* The first Ctrl-C ends the run in good order, a second one ends the program. */
static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};

    (void)sigemptyset(&a.sa_mask);
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
}

static int open_serial(struct run *r)
{
    struct console *c = &r->console;
    int status = console_open(c, r->o.serial);

    c->keep = r->o.stats == STATS_JSON && strcmp(r->o.serial, "none") != 0;
    if (c->keep && c->out == stdout)
        c->out = NULL; /* the text is a part of the JSON */
    return status;
}

/* Everything that may be wrong with the command line is found before the guest's first instruction. */
static int open_all(struct run *r)
{
    int status = session_open(&r->s, &r->o), why;

    if (!status && r->o.keys)
        status = keys_read(&r->keys, r->o.keys);
    if (!status && r->o.save && (why = newfile_try(r->o.save)))
        status = report(STATUS_USAGE, "--save %s: %s", r->o.save, strerror(why));
    if (!status)
        status = open_serial(r);
    if (!status && r->o.trace && !(r->trace = trace_open(r->o.trace)))
        status = STATUS_USAGE;
    if (status)
        return status;
    r->console.vm = r->s.vm;
    vm_serial(r->s.vm, console_byte, &r->console);
    if (r->trace)
        vm_observe(r->s.vm, trace_event, r->trace);
    keys_attach(&r->keys, vm_guest(r->s.vm), r->s.input);
    return 0;
}

static void run(struct run *r)
{
    struct vm *v = r->s.vm;
    struct rotation *swap = &r->o.swap;

    rotation_begin(swap, v);
    while (!interrupted && !r->console.error) {
        r->outcome = rotation_run(swap, v, r->o.limit, SLICE, r->broken, sizeof r->broken);
        console_flush(&r->console);
        if (r->outcome != OUTCOME_NONE)
            return;
    }
    r->outcome = OUTCOME_NONE;
}

/* How a run that was no success ended: one line, with the place. */
static void say_outcome(struct run *r)
{
    struct machine *g = vm_guest(r->s.vm);
    uint32_t at = g->cpu.seg[CS].base + g->cpu.eip;
    char name[128], where[180];

    (void)snprintf(where, sizeof where,
                   *disasm_symbol(r->s.symbols, at, name, sizeof name) ? "%08" PRIx32 " (%s)" : "%08" PRIx32, at, name);
    switch (r->outcome) {
    case OUTCOME_FAILED:
        (void)report(STATUS_FAILED, _("%s: the guest failed: it wrote %u to port 0xf4, at eip %s"), r->o.word,
                     g->exit_code, where);
        break;
    case OUTCOME_RESET:
        (void)report(STATUS_FAILED, _("%s: the guest had itself reset, at eip %s"), r->o.word, where);
        break;
    case OUTCOME_TRIPLE_FAULT: (void)report(STATUS_FAILED, _("%s: triple fault at eip %s"), r->o.word, where); break;
    case OUTCOME_LIMIT:
        (void)report(STATUS_FAILED, _("%s: limit of %" PRIu64 " ticks reached at eip %s"), r->o.word, r->o.limit,
                     where);
        break;
    case OUTCOME_HANG:
        (void)report(STATUS_FAILED,
                     g->cpu.activity == HALTED ? _("%s: hang: halted at eip %s, and nothing can wake it")
                                               : _("%s: hang: at eip %s each fault only brings the next"),
                     r->o.word, where);
        break;
    case OUTCOME_BROKEN:
        (void)report(STATUS_FAILED, _("%s: the monitor broke off at eip %s: %s"), r->o.word, where,
                     *r->broken ? r->broken : vm_complaint(r->s.vm));
        break;
    case OUTCOME_NONE: (void)report(STATUS_FAILED, _("%s: interrupted at eip %s"), r->o.word, where); break;
    default: break;
    }
}

static void say_hole(struct run *r)
{
    const struct hole *h = vm_hole(r->s.vm);
    char name[128];

    if (h->bit)
        (void)report(STATUS_FAILED, _("a hole bit: %s at %08" PRIx32 " %s: the guest saw %s, a true machine gives %s"),
                     h->mnemonic, h->address.v, disasm_symbol(r->s.symbols, h->address.v, name, sizeof name), h->got,
                     h->expected);
}

static int print_stats(struct run *r)
{
    const struct result result = {.options = &r->o,
                                  .vm = r->s.vm,
                                  .symbols = r->s.symbols,
                                  .console = &r->console,
                                  .finding = &r->finding,
                                  .outcome = r->outcome};

    if (r->o.stats == STATS_TABLE)
        stats_table(stderr, &result);
    return r->o.stats == STATS_JSON && stats_json(stdout, &result) ? STATUS_FAILED : 0;
}

/* What is left to do after the run; the exit status. */
static int finish(struct run *r)
{
    int status = r->outcome == OUTCOME_OK ? STATUS_OK : STATUS_FAILED;
    char error[1024];

    if (r->console.error) {
        status = STATUS_FAILED;
        if (r->console.error == EPIPE)
            return status; /* who read it has had enough: nothing to say */
        (void)report(status, "--serial %s: %s", r->o.serial, strerror(r->console.error));
    } else if (r->o.stats != STATS_JSON) {
        say_outcome(r);
        say_hole(r);
    }
    if (r->o.save && session_save(&r->s, &r->keys, r->o.save, error, sizeof error))
        status = report(STATUS_FAILED, "--save %s: %s", r->o.save, error);
    return print_stats(r) ? STATUS_FAILED : status;
}

static int close_all(struct run *r)
{
    int status = trace_close(r->trace), closing = console_close(&r->console, r->o.serial);

    console_free(&r->console);
    if (session_close(&r->s))
        status = STATUS_FAILED;
    keys_free(&r->keys);
    return closing ? closing : status;
}

/* --equiv: the same run on copies, before it touches a disk. */
static int compare(struct run *r)
{
    struct comparison k = {.o = r->o, .technique = {r->o.technique, r->o.equiv}};
    int status;

    k.name[0] = r->o.technique->name;
    k.name[1] = r->o.equiv->name;
    k.o.bisect = true;
    status = comparison_open(&k);
    if (!status)
        status = comparison_run(&k, r->o.limit);
    if (!status)
        equiv_finding(&k, &r->finding);
    comparison_close(&k);
    return status;
}

static int run_guest(struct run *r)
{
    int status = r->o.equiv ? compare(r) : 0, closing;

    if (!status)
        status = open_all(r);

    if (!status) {
        catch_signals();
        run(r);
        status = finish(r);
    }
    closing = close_all(r);
    return status ? status : closing;
}

int command_run(int argc, char **argv)
{
    struct run r = {.outcome = OUTCOME_NONE};

    if (options_parse(&r.o, FOR_RUN, argc, argv))
        return STATUS_USAGE;
    if (r.o.help)
        return command_help("run");
    if (!r.o.word)
        return report(STATUS_USAGE, _("run needs a guest: ringside run GUEST"));
    return run_guest(&r);
}
