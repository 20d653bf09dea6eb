/* SPDX-License-Identifier: MIT */
/*
 * `ringside demo`: a guest kernel's MOV to CR3 under trap-and-emulate, told in the lecture's three steps. All that is
 * printed was read from the machine at that moment.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/symbols.h"
#include "ui/command.h"
#include "ui/demo.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/place.h"
#include "ui/report.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "ui/view/registers.h"
#include "ui/view/views.h"
#include "vmm/technique.h"

static const char KERNEL_WRITES[] = "kernel_writes_cr3", USER_WRITES[] = "user_writes_cr3";

/* Far more than the demo's guest needs: it ends, whatever is in its file. */
enum { STEPS_MAX = 200000 };
static const uint64_t TICKS_MAX = UINT64_C(1000000000);

static void take_registers(struct demo *d, struct registers_shot *shot)
{
    shot->taken = true;
    debug_take_registers(&d->d, &shot->r);
}

/* ---- recording --------------------------------------------------------------------------------------------------- */

static void record(void *demo, bool physical, const struct event *e)
{
    struct demo *d = demo;
    struct seen *s = &d->seen[e->kind];

    if (e->kind == EVENT_shadow_fill && d->fills < DEMO_FILLS)
        d->fill[d->fills] = *e;
    d->fills += e->kind == EVENT_shadow_fill;
    if (s->count++)
        return;
    s->first = *e;
    s->physical = physical;
    if (e->kind == EVENT_exit)
        take_registers(d, &d->trapped);
    if (e->kind == EVENT_emulate)
        take_registers(d, &d->emulated);
}

static void record_anew(struct demo *d)
{
    memset(d->seen, 0, sizeof d->seen);
    d->fills = 0;
    d->trapped.taken = d->emulated.taken = false;
    vm_observe(d->d.s.vm, record, d);
}

/* Steps until the guest is about to execute the instruction at a label. False: it never got there. */
static bool step_to(struct demo *d, const char *name)
{
    const struct symbol *y = symbols_find(d->d.s.symbols, name);
    const struct machine *g = vm_guest(d->d.s.vm);

    if (!y)
        return false;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        if (g->cpu.eip == y->addr)
            return true;
        if (vm_step(d->d.s.vm) != OUTCOME_NONE)
            return false;
    }
    return false;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void rule(const struct demo *d, const char *title)
{
    putchar('\n');
    text_rule(stdout, title, DEMO_WIDTH, d->d.o.ascii);
}

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
    char text[2048];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    text_wrap(stdout, text, 0, DEMO_WIDTH);
}

static void show(const struct sheet *s, const char *margin)
{
    char line[512];

    for (size_t i = 0; i < s->lines; i++)
        printf("%s%s\n", margin, sheet_copy(s, i, line, sizeof line));
}

static void show_registers(const struct registers_shot *now, const struct registers_shot *before)
{
    struct sheet s = {.limit = DEMO_WIDTH - 2};

    registers_brief(&now->r, &before->r, s.limit, &s);
    show(&s, "  ");
    sheet_free(&s);
}

static void show_view(const struct demo *d, const struct view *v, const char *margin)
{
    const struct view_room room = {.width = DEMO_WIDTH - (int)strlen(margin), .ascii = d->d.o.ascii};
    struct sheet s = {.limit = 0};

    view_draw(v, &d->d, &room, &s);
    show(&s, margin);
    sheet_free(&s);
}

static void tell_start(void)
{
    say(_("A small kernel, guests/micro/cr3.asm, runs unmodified under a monitor. It believes that it has the machine "
          "for "
          "itself, in ring 0; the hardware runs it in ring 1, and its user program in ring 3."));
}

static void tell_before(struct demo *d)
{
    rule(d, _("The kernel writes CR3, to change its address space: before"));
    printf("  %s: %08" PRIx32 "  %s\n", _("next instruction"), d->before.r.guest.eip, d->instruction);
    show_registers(&d->before, &d->before);
}

/* The same instruction where it is not allowed: in the guest's user program, if the guest has one. */
static void tell_user(struct demo *d)
{
    const struct event *trap = &d->seen[EVENT_trap].first, *inject = &d->seen[EVENT_inject].first;
    char room[2][16], text[128], handler[128];
    uint32_t at;

    if (!step_to(d, USER_WRITES))
        return;
    record_anew(d);
    at = vm_guest(d->d.s.vm)->cpu.eip;
    (void)disasm_next(vm_guest(d->d.s.vm), d->d.s.symbols, text, sizeof text);
    (void)vm_step(d->d.s.vm);
    if (!d->trapped.taken || !d->emulated.taken || !d->seen[EVENT_inject].count)
        return;
    rule(d, _("A user program tries to write CR3"));
    say(_("`%s` at %08" PRIx32
          ": the physical CPU raises %s, which enters the monitor. The monitor lets the virtual CPU execute "
          "the same instruction; in virtual ring %u it refuses as well. So this fault is the guest's own: %s is "
          "delivered "
          "through the guest's IDT, to its handler %s, as a bare machine would."),
        text, at, vector_name((unsigned)trap->field[0] & 0xff, room[0]), d->trapped.r.guest.cpl,
        vector_name((unsigned)inject->field[0] & 0xff, room[1]),
        disasm_symbol(d->d.s.symbols, d->emulated.r.guest.eip, handler, sizeof handler));
}

static void tell_trap(struct demo *d)
{
    const struct event *trap = &d->seen[EVENT_trap].first, *exit = &d->seen[EVENT_exit].first;
    char room[16];

    rule(d, _("Step 1: trap. The virtual CPU takes over what the hardware held"));
    say(_("Ring %u may not write CR3: the physical CPU raises %s (error code %" PRIu64
          ") and vectors through its IDT, which is the monitor's, into ring 0. The monitor loads the registers that "
          "the "
          "guest sees into the virtual CPU and finds out why it was entered: %s. (* marks what changed.)"),
        d->before.r.hardware.cpl, vector_name((unsigned)trap->field[0] & 0xff, room), trap->field[1],
        exit->field[0] < EXIT_REASONS ? exit_info[exit->field[0]].name : "?");
    show_registers(&d->trapped, &d->before);
}

static void tell_emulation(struct demo *d)
{
    const struct event *write = &d->seen[EVENT_cr_write].first;

    rule(d, _("Step 2: emulate. The virtual CPU executes this one instruction"));
    say(_("In virtual ring %u it is allowed: the virtual CR3 goes from %08" PRIx64 " to %08" PRIx64
          ". The hardware's CR3 stays: it points to the monitor's shadow tables, not to the guest's."),
        d->trapped.r.guest.cpl, write->field[1], write->field[2]);
    show_registers(&d->emulated, &d->trapped);
}

static void tell_fills(const struct demo *d)
{
    for (unsigned i = 0; i < d->fills && i < DEMO_FILLS; i++) {
        const uint64_t *f = d->fill[i].field;

        printf("  %s  gva %08" PRIx64 " -> gpa %08" PRIx64 " -> hpa %08" PRIx64 "  (%08" PRIx64 ")\n", _("fill"), f[0],
               f[1], f[2], f[3]);
    }
}

static void tell_resumption(struct demo *d)
{
    char text[128];

    (void)disasm_next(vm_guest(d->d.s.vm), d->d.s.symbols, text, sizeof text);
    rule(d, _("Step 3: resume. The hardware takes over what the virtual CPU holds"));
    say(_("Another address space: the monitor empties the shadow, puts the registers back, and IRET leaves for ring "
          "%u. The "
          "guest has executed one more instruction below; next is `%s`."),
        d->after.r.hardware.cpl, text);
    if (d->fills)
        say(_("On the way the empty shadow caused page faults that the guest never sees; the monitor answered them "
              "from the "
              "guest's new tables and the p2m (%u times):"),
            d->fills);
    tell_fills(d);
    show_registers(&d->after, &d->emulated);
    say(_("The kernel's one instruction took %" PRIu64 " cycles up to that IRET: %" PRIu64
          " to get into the monitor, %" PRIu64 " to emulate it, %" PRIu64
          " to empty the shadow and prepare the way back."),
        d->back - d->start, d->entered - d->start, d->done - d->entered, d->back - d->done);
}

static void tell_memory(struct demo *d)
{
    unsigned last = d->fills < DEMO_FILLS ? d->fills : DEMO_FILLS;
    gva_t at = gva(last ? (uint32_t)d->fill[last - 1].field[0] : d->before.r.guest.eip);

    rule(d, _("How an address is found, after the switch"));
    say(_("Take %08" PRIx32
          ". The guest's own tables lead to what it takes for physical memory (gpa); the p2m says where that "
          "really lies (hpa); the shadow, which the CPU walks, leads there at once."),
        at.v);
    d->d.walk = (struct walk_focus){.set = true, .at = at, .shown = WALK_ALL};
    show_view(d, &view_walk, "  ");
    rule(d, _("TLB of the hardware, by page"));
    demo_tlb(&d->tlb_before, &d->tlb_after);
}

static void tell_end(struct demo *d)
{
    enum outcome outcome = vm_run(d->d.s.vm, TICKS_MAX);
    struct vm_stats s;

    vm_get_stats(d->d.s.vm, &s);
    rule(d, _("The whole run, and what it cost"));
    printf("  %s: %s\n", _("outcome"), outcome_name(outcome));
    if (d->d.console.size) {
        printf("  %s:\n", _("the guest's console"));
        show_view(d, &view_console, "    | ");
    }
    demo_costs(&s);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int open_guest(struct demo *d, struct options *o, char path[PLACE_ROOM])
{
    if (place_of("guests/micro/cr3.elf", path))
        return report(STATUS_USAGE, _("demo: %s is not there: `make guests` builds it"), "guests/micro/cr3.elf");
    o->word = path;
    o->technique = technique_find("trap");
    if (!o->technique)
        return report(STATUS_USAGE, _("demo: technique %s is not in this copy: writing it is a lab"), "trap");
    o->virtualizable = true;
    o->clock_insns = false;
    return debug_open(&d->d, o);
}

/* The recorded part: the instruction itself, and one more of the guest's. False: it did not go as told. */
static bool play(struct demo *d)
{
    struct vm *v = d->d.s.vm;

    tell_start();
    tell_user(d);
    if (!step_to(d, KERNEL_WRITES))
        return false;
    take_registers(d, &d->before);
    demo_take_tlb(&d->tlb_before, vm_hardware(v));
    (void)disasm_next(vm_guest(v), d->d.s.symbols, d->instruction, sizeof d->instruction);
    d->start = cpu_cycles(&vm_hardware(v)->cpu);
    record_anew(d);
    if (vm_step(v) != OUTCOME_NONE || !d->trapped.taken || !d->emulated.taken || !d->seen[EVENT_cr_write].count)
        return false;
    d->entered = d->seen[EVENT_exit].first.cycles;
    d->done = d->seen[EVENT_emulate].first.cycles;
    tell_before(d);
    tell_trap(d);
    tell_emulation(d);
    record_anew(d);
    if (vm_step(v) != OUTCOME_NONE || !d->seen[EVENT_resume].count)
        return false;
    d->back = d->seen[EVENT_resume].first.cycles;
    take_registers(d, &d->after);
    demo_take_tlb(&d->tlb_after, vm_hardware(v));
    return true;
}

static int demo(struct demo *d, struct options *o)
{
    char path[PLACE_ROOM];
    int status = open_guest(d, o, path);

    if (status)
        return status;
    if (!play(d))
        return report(STATUS_FAILED, _("demo: %s does not do what the demo tells of"), path);
    tell_resumption(d);
    tell_memory(d);
    tell_end(d);
    return STATUS_OK;
}

int command_demo(int argc, char **argv)
{
    struct demo *d = calloc(1, sizeof *d);
    struct options o;
    int status;

    if (!d)
        return report(STATUS_FAILED, _("out of memory"));
    status = options_parse(&o, FOR_DEMO, argc, argv);
    if (!status && o.help)
        status = command_help("demo");
    else if (!status)
        status = demo(d, &o);
    debug_close(&d->d);
    free(d);
    return status;
}
