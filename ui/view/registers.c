/* SPDX-License-Identifier: MIT */
/* The registers of both CPUs side by side, and what the last run changed in them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "ui/view/registers.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { LABEL = 7, DETAIL = 29 }; /* columns of the names; of a segment with its hidden part */

struct both {
    const struct registers_of_both *now, *before;
    const struct cpu *cpu[2]; /* guest's, hardware's: for the hidden parts of segments */
    struct sheet *s;
    int cell; /* columns of one CPU */
};

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* Both values of a register; '*' behind one that was another at the last stop. */
static void row(const struct both *b, const char *name, const uint32_t now[2], const uint32_t before[2], int digits)
{
    sheet_text(b->s, LOOK_LABEL, name);
    for (int i = 0; i < 2; i++) {
        bool changed = now[i] != before[i];

        sheet_to(b->s, LABEL + i * b->cell);
        sheet_put(b->s,
                  changed ? LOOK_CHANGED
                  : i     ? LOOK_HARDWARE
                          : LOOK_PLAIN,
                  "%0*" PRIx32 "%s", digits, now[i], changed ? "*" : "");
    }
    sheet_end(b->s);
}

#define ROW(name_, member_, digits_)                                                                                   \
    row(b, name_, (const uint32_t[]){b->now->guest.member_, b->now->hardware.member_},                                 \
        (const uint32_t[]){b->before->guest.member_, b->before->hardware.member_}, digits_)

/* Words for both CPUs, in as many lines as the longer text needs. */
static void words_row(const struct both *b, const char *name, const char *guest, const char *hardware)
{
    const char *at[2] = {guest, hardware};
    size_t n;

    while (*at[0] || *at[1]) {
        sheet_text(b->s, LOOK_LABEL, name);
        name = "";
        for (int i = 0; i < 2; i++) {
            const char *line = text_broken(at[i], b->cell - 1, &n);

            sheet_to(b->s, LABEL + i * b->cell);
            if (line)
                sheet_put(b->s, i ? LOOK_HARDWARE : LOOK_PLAIN, "%.*s", (int)n, line);
            at[i] = line ? line + n : "";
        }
        sheet_end(b->s);
    }
}

/* ---- bits in words ----------------------------------------------------------------------------------------------- */

struct bit {
    uint32_t bit;
    const char *name;
};

/* The names of the bits that are set, after `text`. */
static const char *name_bits(const struct bit *bit, uint32_t value, char text[WORDS])
{
    size_t n = strlen(text);

    for (; bit->name; bit++)
        if (value & bit->bit)
            n += (size_t)snprintf(text + n, WORDS - n, "%s%s", n ? " " : "", bit->name);
    if (n == 0)
        (void)snprintf(text, WORDS, "-");
    return text;
}

static const char *flags_words(uint32_t eflags, char text[WORDS])
{
    static const struct bit bit[] = {{FL_ZF, "ZF"}, {FL_CF, "CF"}, {FL_SF, "SF"}, {FL_OF, "OF"}, {FL_PF, "PF"},
                                     {FL_AF, "AF"}, {FL_DF, "DF"}, {FL_TF, "TF"}, {FL_NT, "NT"}, {FL_RF, "RF"},
                                     {FL_VM, "VM"}, {FL_AC, "AC"}, {FL_ID, "ID"}, {0, NULL}};

    (void)snprintf(text, WORDS, "IF=%u IOPL=%u", eflags >> 9 & 1, eflags >> 12 & 3);
    return name_bits(bit, eflags & ~(uint32_t)FL_IF, text);
}

static const char *cr0_words(uint32_t cr0, char text[WORDS])
{
    static const struct bit bit[] = {{CR0_PE, "PE"}, {CR0_PG, "PG"}, {CR0_WP, "WP"}, {CR0_TS, "TS"},
                                     {CR0_MP, "MP"}, {CR0_EM, "EM"}, {CR0_ET, "ET"}, {CR0_NE, "NE"},
                                     {CR0_AM, "AM"}, {CR0_NW, "NW"}, {CR0_CD, "CD"}, {0, NULL}};

    text[0] = '\0';
    return name_bits(bit, cr0, text);
}

static const char *cr4_words(uint32_t cr4, char text[WORDS])
{
    static const struct bit bit[] = {{CR4_PSE, "PSE"}, {CR4_PGE, "PGE"}, {CR4_TSD, "TSD"},
                                     {CR4_DE, "DE"},   {CR4_PCE, "PCE"}, {CR4_VIRTUALIZABLE, N_("virtualizable")},
                                     {0, NULL}};

    text[0] = '\0';
    return name_bits(bit, cr4, text);
}

static void bits_row(const struct both *b, const char *name, const char *words(uint32_t, char[WORDS]), uint32_t guest,
                     uint32_t hardware)
{
    char text[2][WORDS];

    words_row(b, name, words(guest, text[0]), words(hardware, text[1]));
}

/* ---- segments ---------------------------------------------------------------------------------------------------- */

static const char *const segment_name[] = {"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"};

/* The selector, and where there is room the hidden part that its last load has filled. */
static void segment_cell(const struct both *b, int i, unsigned seg, uint16_t now, uint16_t before)
{
    const struct seg *hidden = &b->cpu[i]->seg[seg];
    bool changed = now != before;

    sheet_to(b->s, LABEL + i * b->cell);
    sheet_put(b->s, changed ? LOOK_CHANGED : i ? LOOK_HARDWARE : LOOK_PLAIN, "%04x%s", now, changed ? "*" : " ");
    if (b->cell < DETAIL)
        return;
    if (hidden->attr & ATTR_P)
        sheet_put(b->s, LOOK_FAINT, "%08" PRIx32 "+%08" PRIx32 " DPL%u", hidden->base, hidden->limit,
                  attr_dpl(hidden->attr));
    else
        sheet_text(b->s, LOOK_FAINT, _("not usable"));
}

static void segment_row(const struct both *b, unsigned seg)
{
    sheet_text(b->s, LOOK_LABEL, segment_name[seg]);
    segment_cell(b, 0, seg, b->now->guest.sel[seg], b->before->guest.sel[seg]);
    segment_cell(b, 1, seg, b->now->hardware.sel[seg], b->before->hardware.sel[seg]);
    sheet_end(b->s);
}

/* ---- the view ---------------------------------------------------------------------------------------------------- */

static void general(const struct both *b)
{
    static const struct {
        unsigned reg;
        const char *name;
    } order[] = {{ESP, "ESP"}, {EBP, "EBP"}, {EAX, "EAX"}, {ECX, "ECX"},
                 {EDX, "EDX"}, {EBX, "EBX"}, {ESI, "ESI"}, {EDI, "EDI"}};

    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
        ROW(order[i].name, r[order[i].reg], 8);
}

static void segments(const struct both *b)
{
    static const uint8_t order[] = {CS, SS, DS, ES, FS, GS, TR, LDTR};

    for (unsigned i = 0; i < sizeof order; i++)
        segment_row(b, order[i]);
}

static void system_registers(const struct both *b)
{
    ROW("CR0", cr0, 8);
    bits_row(b, "", cr0_words, b->now->guest.cr0, b->now->hardware.cr0);
    ROW("CR2", cr2, 8);
    ROW("CR4", cr4, 8);
    bits_row(b, "", cr4_words, b->now->guest.cr4, b->now->hardware.cr4);
    ROW("GDTR", gdt_base, 8);
    ROW(_("limit"), gdt_limit, 4);
    ROW("IDTR", idt_base, 8);
    ROW(_("limit"), idt_limit, 4);
}

/* Only once software has set a breakpoint of its own: DR7.L0 to G3 (SDM Vol. 3, 18.2.4). */
static void debug_registers(const struct both *b)
{
    static const char *const name[] = {"DR0", "DR1", "DR2", "DR3", NULL, NULL, "DR6", "DR7"};

    if (!((b->now->guest.dr[7] | b->now->hardware.dr[7]) & 0xff))
        return;
    for (unsigned i = 0; i < 8; i++)
        if (name[i])
            ROW(name[i], dr[i], 8);
}

static void head_rows(const struct both *b, const char *guest, const char *hardware)
{
    view_head(b->s, (const struct head[]){{LABEL, guest}, {LABEL + b->cell, hardware}, {0, NULL}});
    ROW("CR3", cr3, 8);
    ROW(_("ring"), cpl, 1);
    ROW("EIP", eip, 8);
    ROW("EFLAGS", eflags, 8);
    bits_row(b, "", flags_words, b->now->guest.eflags, b->now->hardware.eflags);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct registers_of_both now;
    const struct both b = {.now = &now,
                           .before = &d->before,
                           .cpu = {&vm_guest(d->s.vm)->cpu, &vm_hardware(d->s.vm)->cpu},
                           .s = s,
                           .cell = (room->width - LABEL) / 2};

    debug_take_registers(d, &now);
    head_rows(&b, N_("guest"), N_("hardware"));
    general(&b);
    segments(&b);
    system_registers(&b);
    debug_registers(&b);
}

void registers_brief(const struct registers_of_both *now, const struct registers_of_both *before, int width,
                     struct sheet *s)
{
    const struct both both = {.now = now, .before = before, .s = s, .cell = (width - LABEL) / 2}, *b = &both;

    head_rows(b, N_("the guest believes"), N_("the hardware holds"));
    ROW("ESP", r[ESP], 8);
    ROW("CS", sel[CS], 4);
}

const struct view view_registers = {
    .name = "registers",
    .title = N_("Registers of both CPUs"),
    .doc = N_("both CPUs' registers side by side; * marks what the last run changed"),
    .detail =
        N_("Left is the virtual CPU: what the guest believes. Right is the physical CPU: what the hardware holds. In "
           "native they are one and the same; under a monitor CR3, rings, segments, GDTR and IDTR differ, and that "
           "difference is what a monitor hides. Beside a selector, where there is room, stands what its load has "
           "fetched from the descriptor: base+limit and DPL. Flags are named when they are set."),
    .source = "SDM Vol. 3, 2.1 \"Overview of the System-Level Architecture\"",
    .draw = draw};
