/* SPDX-License-Identifier: MIT */
/* What is said after a run: why the guest stands, what the step did, where it stands, and the displays. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/fault.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"
#include "ui/view/vmx_words.h"
#include "vmm/technique.h"

enum { EVENTS_SAID = 12, INSN_TEXT = 128 };

const char *shell_place(const struct shell *sh, gva_t at, char *text, size_t room)
{
    char name[PLACE_TEXT - 16];

    if (*disasm_symbol(sh->d->s.symbols, at.v, name, sizeof name))
        (void)snprintf(text, room, "%08" PRIx32 " <%s>", at.v, name);
    else
        (void)snprintf(text, room, "%08" PRIx32, at.v);
    return text;
}

static gva_t stands_at(const struct shell *sh)
{
    const struct cpu *c = &vm_guest(debug_vm(sh->d))->cpu;

    return gva(c->seg[CS].base + c->eip);
}

void shell_where(struct shell *sh)
{
    char place[PLACE_TEXT], insn[INSN_TEXT];

    (void)disasm_next(vm_guest(debug_vm(sh->d)), sh->d->s.symbols, insn, sizeof insn);
    sheet_put(&sh->out, LOOK_HERE, "=> %s: ", shell_place(sh, stands_at(sh), place, sizeof place));
    sheet_line(&sh->out, LOOK_HERE, "%s", insn);
}

/* ---- events of a step -------------------------------------------------------------------------------------------- */

static const char *vector_of(const struct event *e, unsigned field, char room[16])
{
    return vector_name((unsigned)e->field[field] & 0xff, room);
}

/* "WHAT: VECTOR", with its error code for those that push one (SDM Vol. 3, table 6-1). */
static void say_vector(struct sheet *s, enum look look, const char *what, const struct event *e)
{
    char room[16];

    sheet_put(s, look, "%s%s", what, vector_of(e, 0, room));
    if (e->field[0] < 32 && vector_has_error((unsigned)e->field[0]))
        sheet_put(s, look, _(", error code %" PRIx64), e->field[1]);
    sheet_end(s);
}

static void say_exit(struct sheet *s, const struct event *e)
{
    const char *reason = e->field[0] < EXIT_REASONS ? exit_info[e->field[0]].name : "?";
    char room[16];

    if (e->field[1] == NO_VECTOR)
        sheet_line(s, LOOK_MONITOR, _("   exit: %s"), reason);
    else
        sheet_line(s, LOOK_MONITOR, _("   exit: %s (%s)"), reason, vector_of(e, 1, room));
}

static void say_vm_exit(struct sheet *s, const struct event *e)
{
    const struct vmx_exit x = vmx_told_by_event(e->field);
    char text[WORDS];

    sheet_put(s, LOOK_HARDWARE, _("   VM exit: %s"), vmx_words_reason(x.reason, text));
    if (*vmx_words_qualification(&x, text))
        sheet_put(s, LOOK_HARDWARE, "; %s", text);
    sheet_end(s);
}

/* One event in one line; false: it is not worth one. */
static bool say_event(struct sheet *s, const struct recorded *r)
{
    const struct event *e = &r->event;
    enum look look = r->physical ? LOOK_HARDWARE : LOOK_KERNEL;

    switch (e->kind) {
    case EVENT_trap: say_vector(s, look, _("   trap: "), e); return true;
    case EVENT_vm_exit: say_vm_exit(s, e); return true;
    case EVENT_exit: say_exit(s, e); return true;
    case EVENT_emulate:
        sheet_line(s, LOOK_MONITOR,
                   e->field[1] ? _("   emulate: the virtual CPU executes it; eip %08" PRIx64 " becomes %08" PRIx64)
                               : _("   emulate: the instruction at %08" PRIx64
                                   " is not completed: it faults, or an interrupt comes first"),
                   e->field[0], e->field[2]);
        return true;
    case EVENT_inject: say_vector(s, LOOK_MONITOR, _("   inject: "), e); return true;
    case EVENT_shadow_fill:
        sheet_line(s, LOOK_MONITOR, _("   fill: gva %08" PRIx64 " is gpa %08" PRIx64 " is hpa %08" PRIx64), e->field[0],
                   e->field[1], e->field[2]);
        return true;
    case EVENT_shadow_drop: sheet_line(s, LOOK_MONITOR, "%s", _("   drop: the shadow tables are emptied")); return true;
    case EVENT_cr_write:
        sheet_line(s, look, _("   cr%" PRIu64 ": %08" PRIx64 " becomes %08" PRIx64), e->field[0], e->field[1],
                   e->field[2]);
        return true;
    default: return false;
    }
}

static enum event_kind kind_at(const struct shell *sh, uint64_t i)
{
    return recorder_at(sh->d->events, i)->event.kind;
}

/* Why the monitor was entered is known only after the shadow was asked, but a fill is understood after the exit. */
static uint64_t told_at(const struct shell *sh, uint64_t i, uint64_t first, uint64_t last)
{
    if (i + 1 < last && kind_at(sh, i) == EVENT_shadow_fill && kind_at(sh, i + 1) == EVENT_exit)
        return i + 1;
    if (i > first && kind_at(sh, i) == EVENT_exit && kind_at(sh, i - 1) == EVENT_shadow_fill)
        return i - 1;
    return i;
}

static void say_events(struct shell *sh)
{
    const struct report_of_run *r = &sh->d->report;
    uint64_t first = r->first > recorder_first(sh->d->events) ? r->first : recorder_first(sh->d->events), i = first;
    unsigned said = 0;

    for (; i < r->last && said < EVENTS_SAID; i++)
        said += say_event(&sh->out, recorder_at(sh->d->events, told_at(sh, i, first, r->last)));
    if (i < r->last)
        sheet_line(&sh->out, LOOK_FAINT, "%s", _("   ... (`info log` has them all)"));
}

/* ---- why it stands ----------------------------------------------------------------------------------------------- */

static void say_bytes(struct sheet *s, const char *what, const uint8_t *bytes, unsigned n)
{
    uint64_t v = 0;

    memcpy(&v, bytes, n);
    sheet_line(s, LOOK_CHANGED, "%s0x%0*" PRIx64, what, (int)(2 * n), v);
}

static void say_stop(struct shell *sh)
{
    const struct report_of_run *r = &sh->d->report;
    const struct stop_point *p = &r->stop;
    const char *name = p->kind == STOP_TOUCH ? N_("Watchpoint %u: %s")
                       : p->temporary        ? N_("Temporary breakpoint %u: %s")
                                             : N_("Breakpoint %u: %s");

    sheet_put(&sh->out, LOOK_LABEL, _(name), r->point, p->text);
    sheet_line(&sh->out, LOOK_LABEL, "%s%s", *p->when ? " if " : "", p->when);
    if (*r->complaint)
        sheet_line(&sh->out, LOOK_BAD, _("   its condition cannot be evaluated: %s"), r->complaint);
    if (p->kind != STOP_TOUCH)
        return;
    if (p->reads || p->size > sizeof p->was) {
        char place[PLACE_TEXT];

        sheet_line(&sh->out, LOOK_PLAIN, r->write ? _("   written: %s") : _("   read: %s"),
                   shell_place(sh, r->touched, place, sizeof place));
    } else {
        say_bytes(&sh->out, _("   old: "), r->old, p->size);
        say_bytes(&sh->out, _("   new: "), p->was, p->size);
    }
}

static void say_end(struct shell *sh)
{
    const struct machine *g = vm_guest(debug_vm(sh->d));
    struct sheet *s = &sh->out;

    switch (sh->d->report.outcome) {
    case OUTCOME_OK: sheet_line(s, LOOK_GOOD, "%s", _("The guest is done: it wrote 0 to port 0xf4.")); break;
    case OUTCOME_FAILED: sheet_line(s, LOOK_BAD, _("The guest failed: it wrote %u to port 0xf4."), g->exit_code); break;
    case OUTCOME_TRIPLE_FAULT: sheet_line(s, LOOK_BAD, "%s", _("Triple fault: the machine has stopped.")); break;
    case OUTCOME_LIMIT: sheet_line(s, LOOK_BAD, _("The limit of %" PRIu64 " ticks is reached."), sh->d->o.limit); break;
    case OUTCOME_BROKEN: sheet_line(s, LOOK_BAD, "%s", vm_complaint(debug_vm(sh->d))); break;
    case OUTCOME_RESET:
        sheet_line(s, LOOK_BAD, "%s", _("The guest resets the machine, and its run ends there."));
        break;
    case OUTCOME_NONE: break; /* not over */
    case OUTCOME_HANG:
        sheet_line(s, LOOK_BAD, "%s",
                   g->cpu.activity == HALTED ? _("The guest hangs: it has halted, and nothing can wake it.")
                                             : _("The guest hangs: each fault only brings the next."));
        break;
    }
}

/* What was said before the step, and what came of it. */
static void say_prediction(struct shell *sh)
{
    const struct predict *p = &sh->d->predict;
    char room[16] = "";
    bool named = p->true_vector >= 0;

    if (p->asked == sh->asked)
        return;
    sh->asked = p->asked;
    sheet_put(&sh->out, p->right ? LOOK_GOOD : LOOK_BAD, "%s", p->right ? _("Right: ") : _("Wrong: "));
    sheet_put(&sh->out, LOOK_PLAIN, named ? "%s (%s). " : "%s. ", forecast_name(p->truth),
              named ? vector_name((unsigned)p->true_vector, room) : "");
    sheet_line(&sh->out, LOOK_PLAIN, _("Score: %u of %u."), p->won, p->asked);
}

void shell_report(struct shell *sh)
{
    const struct report_of_run *r = &sh->d->report;
    bool step = (r->goal.kind == GOAL_STEP || r->goal.kind == GOAL_NEXT) && r->goal.count == 1;

    if (step)
        say_events(sh);
    say_prediction(sh);
    switch (r->stand) {
    case STAND_STOP: say_stop(sh); break;
    case STAND_ASKED: sheet_line(&sh->out, LOOK_LABEL, "%s", _("Interrupted.")); break;
    case STAND_ENDED: say_end(sh); break;
    default: break;
    }
    shell_where(sh);
    shell_displays(sh);
}
