/* SPDX-License-Identifier: MIT */
/* What there is to see of a guest under vtx: its VM exits and why they came, its VMCS, its walks; and where it stands. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/seat.h"
#include "ui/shell/why.h"
#include "ui/tui/layout.h"
#include "ui/view/view.h"
#include "ui/view/vmx_words.h"
#include "vmm/technique.h"

enum { CR0_TS_BIT = 8, SIDT_IS_1 = 1 << 28 };

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Qualifications by SDM Vol. 3, tables 27-1 to 27-7. */
Test(vtx_view, qualifications_in_words)
{
    static const struct {
        struct vmx_exit e;
        const char *words;
    } row[] = {
        {{.reason = VMX_IO, .qualification = 0x00210040}, "OUT, port 021, 8 bits, immediate"},
        {{.reason = VMX_IO, .qualification = 0x03f80009}, "IN, port 3f8, 16 bits, in dx"},
        {{.reason = VMX_IO, .qualification = 0x01f0003b}, "rep INS, port 1f0, 32 bits, in dx"},
        {{.reason = VMX_CR, .qualification = 0x003}, "mov cr3, eax"},
        {{.reason = VMX_CR, .qualification = 0x713}, "mov edi, cr3"},
        {{.reason = VMX_CR, .qualification = 0x20}, "clts"},
        {{.reason = VMX_CR, .qualification = 0xfff10030}, "lmsw fff1"},
        {{.reason = VMX_DR, .qualification = 0x107}, "mov dr7, ecx"},
        {{.reason = VMX_DR, .qualification = 0x316}, "mov ebx, dr6"},
        {{.reason = VMX_INVLPG, .qualification = 0xc0001000}, "linear c0001000"},
        {{.reason = VMX_TASK_SWITCH, .qualification = 0xc0000028}, "to TSS 0028, by a task gate"},
        {{.reason = VMX_EXCEPTION,
          .qualification = 0xdeadb000,
          .event = {.info = INTR_VALID | INTR_ERROR | INTR_FAULT << INTR_TYPE_SHIFT | VEC_PF, .error = 6}},
         "#PF, error code 6, for linear deadb000"},
        {{.reason = VMX_EPT_VIOLATION, .qualification = 0x182 | 1 << 3, .physical = 0xfee00000},
         "gpa fee00000, write, EPT allows R--, for the page itself"},
        {{.reason = VMX_GDTR_IDTR, .qualification = 0x1000, .instruction = SIDT_IS_1}, "SIDT, displacement 00001000"},
        {{.reason = VMX_HLT}, ""},
        {{.reason = 0xffff}, ""},
    };
    char text[WORDS];

    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++)
        cr_expect_str_eq(vmx_words_qualification(&row[i].e, text), row[i].words, "reason %u", row[i].e.reason);
}

Test(vtx_view, causes_in_words)
{
    static const struct {
        struct vmx_exit e;
        enum vmcs_field field;
        uint64_t value;
        const char *words;
    } row[] = {
        {{.reason = VMX_HLT}, VMCS_PROC_CONTROLS, PROC_HLT, "\"HLT exiting\" (bit 7 of PROC_CONTROLS) is 1"},
        {{.reason = VMX_HLT}, VMCS_PROC_CONTROLS, 0, "is 0"},
        {{.reason = VMX_INTR_WINDOW}, VMCS_PROC_CONTROLS, PROC_INTR_WINDOW, "(bit 2 of PROC_CONTROLS) is 1"},
        {{.reason = VMX_INTERRUPT}, VMCS_PIN_CONTROLS, PIN_INTERRUPT, "(bit 0 of PIN_CONTROLS) is 1"},
        {{.reason = VMX_IO}, VMCS_PROC_CONTROLS, PROC_IO, "\"unconditional I/O exiting\" (bit 24"},
        {{.reason = VMX_IO, .qualification = 0x80000000u}, VMCS_PROC_CONTROLS, PROC_IO_BITMAPS, "IO_BITMAP_B"},
        {{.reason = VMX_RDMSR}, VMCS_PROC_CONTROLS, PROC_MSR_BITMAPS, "MSR_BITMAP"},
        {{.reason = VMX_WRMSR}, VMCS_PROC_CONTROLS, 0, "\"use MSR bitmaps\" (bit 28 of PROC_CONTROLS) is 0"},
        {{.reason = VMX_CR, .qualification = 3}, VMCS_PROC_CONTROLS, PROC_CR3_LOAD, "\"CR3-load exiting\" (bit 15"},
        {{.reason = VMX_CR, .qualification = 0x13},
         VMCS_PROC_CONTROLS,
         PROC_CR3_STORE,
         "\"CR3-store exiting\" (bit 16"},
        {{.reason = VMX_CR, .qualification = 0x20}, VMCS_CR0_MASK, CR0_TS_BIT, "CR0.TS"},
        {{.reason = VMX_CR, .qualification = 4}, VMCS_CR4_MASK, 0xfffffe63, "bits fffffe63 of CR4"},
        {{.reason = VMX_EPT_VIOLATION},
         VMCS_PROC2_CONTROLS,
         PROC2_EPT,
         "\"enable EPT\" (bit 1 of PROC2_CONTROLS) is 1"},
        {{.reason = VMX_EXCEPTION, .event.info = INTR_VALID | INTR_FAULT << INTR_TYPE_SHIFT | VEC_PF},
         VMCS_EXCEPTION_BITMAP,
         1 << VEC_PF,
         "bit 14 of EXCEPTION_BITMAP is 1"},
        {{.reason = VMX_EXCEPTION, .event.info = INTR_VALID | INTR_NMI << INTR_TYPE_SHIFT | VEC_NMI},
         VMCS_PIN_CONTROLS,
         PIN_NMI,
         "\"NMI exiting\" (bit 3 of PIN_CONTROLS) is 1"},
        {{.reason = VMX_CPUID}, VMCS_PROC_CONTROLS, 0, "always"},
        {{.reason = VMX_GUEST_STATE | VMX_ENTRY_FAILED}, VMCS_PROC_CONTROLS, 0, "checks of the guest state"},
    };
    char text[2 * WORDS];

    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint64_t field[VMCS_FIELDS] = {0};

        field[row[i].field] = row[i].value;
        cr_expect(strstr(vmx_words_cause(&row[i].e, field, text), row[i].words), "%u: \"%s\" is not in \"%s\"", i,
                  row[i].words, text);
    }
}

/* ---- a guest ----------------------------------------------------------------------------------------------------- */

static void stand_behind_mov_cr3(struct seat *g, const char *technique)
{
    seat_open(g, "cr3", technique);
    seat_step_to(g, "kernel_writes_cr3");
    seat_go(g, GOAL_STEP, 1);
}

Test(vtx_view, an_exit_and_what_it_changed)
{
    static struct seat g;
    char text[64];

    stand_behind_mov_cr3(&g, "vtx+s");
    SAYS(&g, "vmexit", "reason  28 CR");
    SAYS(&g, "vmexit", "kernel_writes_cr3");
    SAYS(&g, "vmexit", "00000003: mov cr3, eax");
    SAYS(&g, "vmexit", "length  3");
    SAYS(&g, "vmexit", "\"CR3-load exiting\" (bit 15 of PROC_CONTROLS) is 1");
    SAYS(&g, "vmexit", "28 CR*");
    SAYS(&g, "log", "VM exit 28 CR at kernel_writes_cr3; mov cr3, eax");
    SAYS(&g, "vmcs", "changed in the last turn of the guest\n");
    (void)snprintf(text, sizeof text, "GUEST_EIP               %08x*", seat_address(&g, "kernel_writes_cr3"));
    SAYS(&g, "vmcs", text);
    cr_assert(strstr(seat_line(&g, "vmcs", "EXIT_QUALIFICATION"), "00000003*"), "%s", g.text);
    SAYS_NOT(&g, "vmcs", "The guest is on the hardware");
    seat_go(&g, GOAL_STEP, 1);
    SAYS(&g, "vmcs", "The guest is on the hardware");
    seat_close(&g);
}

/* With nested paging MOV to CR3 is the guest's own affair, and each step of its walk takes four references more. */
Test(vtx_view, a_walk_in_two_dimensions)
{
    static struct seat g;
    unsigned steps;

    stand_behind_mov_cr3(&g, "vtx");
    SAYS_NOT(&g, "vmexit", "28 CR*");
    SAYS_NOT(&g, "log", "VM exit 28 CR at kernel_writes_cr3");
    g.d.walk.set = true;
    g.d.walk.at = gva(seat_address(&g, "kernel_goes_on"));
    g.d.walk.shown = WALK_ALL;
    SAYS(&g, "walk", "EPT: gpa -> hpa, by PML4, PDPT, PD and PT");
    SAYS(&g, "walk", "no exit. Without the TLB that takes 14 memory references");
    SAYS_NOT(&g, "walk", "shadow");
    steps = view_walk_steps(&g.d);
    cr_assert_eq(steps, 9, "CR3, three times EPT, two entries and the page, TLB, verdict: %u", steps);
    g.d.walk.shown = 2; /* CR3, and EPT of the directory */
    SAYS(&g, "walk", "00108000->");
    SAYS(&g, "walk", "007 "); /* EPT entries that grant all: tables of the monitor's */
    SAYS_NOT(&g, "walk", "00108000: ");
    g.d.walk.shown = 3;
    SAYS(&g, "walk", "=>00108000: ");
    cr_assert(strstr(seat_shows(&g, "walk", 58, 20), "EPT PDE 000"), "%s", g.text);
    seat_close(&g);
}

static const char *answer(struct seat *g, uint32_t at, bool user)
{
    const struct question q = {gva(at), ACCESS_IS_WRITE, user};
    char line[512];
    size_t n = 0;

    sheet_clear(&g->s);
    why_answer(&g->d, &q, 1000, &g->s);
    for (size_t i = 0; i < g->s.lines; i++)
        n += (size_t)snprintf(g->text + n, TEXT - n, "%s ", sheet_copy(&g->s, i, line, sizeof line));
    return g->text;
}

/* The guest's page faults are its own; what EPT lacks, as it does until the first entry, is no shadow's. */
Test(vtx_view, why_in_two_dimensions)
{
    static struct seat g;
    char error[200];

    seat_open(&g, "cr3", "native");
    seat_step_to(&g, "kernel_writes_cr3");
    cr_assert_eq(debug_technique(&g.d, "vtx", error, sizeof error), 0, "%s", error);
    SAYS(&g, "walk", "00000000 EPT violation");
    SAYS(&g, "walk", "EPT does not lead there yet");
    cr_assert(strstr(answer(&g, 0x400000, false), "EPT does not lead there yet"), "%s", g.text);
    seat_go(&g, GOAL_STEP, 2);
    cr_assert(strstr(answer(&g, 0x400000, false), "So the hardware does it"), "%s", g.text);
    cr_assert(strstr(answer(&g, 0x400000, true), "delivers #PF, error code 7, to the guest by itself: no exit"), "%s",
              g.text);
    cr_assert(!strstr(g.text, "exit true_fault"), "%s", g.text);
    seat_close(&g);
}

/* The event does not tell an error code: then none is said. */
Test(vtx_view, the_log_says_what_it_knows)
{
    static struct seat g;
    const char *line;

    seat_open(&g, "cr3", "vtx+s");
    seat_step_to(&g, "kernel_goes_on");
    seat_go(&g, GOAL_STEP, 2); /* its stack has no entry in the shadow: a write */
    line = seat_line(&g, "vmexit", "#PF, error code 2");
    cr_assert(*line, "%s", g.text);
    cr_assert(*seat_line(&g, "log", "VM exit 0 EXCEPTION at kernel_goes_on+0x5; #PF, for linear"), "%s", g.text);
    SAYS_NOT(&g, "log", "#PF, error code");
    seat_close(&g);
}

/* While the guest has the hardware's registers, the monitor is found by the VMCS. */
Test(vtx_view, the_monitor_is_not_the_guest)
{
    static const char *const technique[] = {"vtx", "vtx+s"};
    static struct seat g;

    for (unsigned i = 0; i < 2; i++) {
        stand_behind_mov_cr3(&g, technique[i]);
        seat_go(&g, GOAL_STEP, 1);
        SAYS(&g, "vmcs", "The guest is on the hardware");
        SAYS(&g, "vmm", "fc002000  IDT");
        SAYS(&g, "vmm", "07c0  code  00000000+ffffffff DPL0");
        SAYS_NOT(&g, "vmm", "0028  TSS");
        SAYS(&g, "vmm", i ? "shadow: root" : "EPT: root");
        SAYS_NOT(&g, "shadow", "fc00");
        SAYS(&g, "shadow", i ? "00100000-" : "There is no shadow: with nested paging");
        seat_close(&g);
    }
}

/* A VMCS that is new knows of no exit; the counts go on. */
Test(vtx_view, swapped_away_and_back)
{
    static struct seat g;
    char error[200];

    stand_behind_mov_cr3(&g, "vtx+s");
    cr_assert_eq(debug_technique(&g.d, "native", error, sizeof error), 0, "%s", error);
    SAYS(&g, "vmexit", "There is no VMCS");
    SAYS(&g, "vmcs", "There is no VMCS");
    cr_assert_eq(debug_technique(&g.d, "vtx", error, sizeof error), 0, "%s", error);
    SAYS(&g, "vmexit", "No VM exit yet");
    SAYS(&g, "vmexit", "28 CR ");
    SAYS_NOT(&g, "vmexit", "reason  ");
    SAYS_NOT(&g, "vmcs", "*");
    seat_close(&g);
}

/* ---- where it stands --------------------------------------------------------------------------------------------- */

static bool stands(const struct seat *g, unsigned page, const struct box *room, const char *view)
{
    struct layout_pane pane[PANES_MAX];

    for (unsigned i = layout(&g->d, page, room, pane); i-- > 0;)
        if (strcmp(pane[i].view, view) == 0)
            return true;
    return false;
}

/* No cell of the room is without a pane, but for lines between columns, and none has two. */
static void fills(const struct seat *g, unsigned page, const struct box *room)
{
    static unsigned char taken[200][200];
    struct layout_pane pane[PANES_MAX];
    unsigned n = layout(&g->d, page, room, pane);

    memset(taken, 0, sizeof taken);
    for (unsigned i = 0; i < n; i++)
        for (int y = 0; y < pane[i].box.height; y++)
            for (int x = 0; x < pane[i].box.width; x++)
                taken[pane[i].box.y + y][pane[i].box.x + x]++;
    for (int x = 0; x < room->width; x++)
        for (int y = 1; y < room->height; y++) {
            cr_assert_leq(taken[y][x], 1, "%d,%d on page %u", x, y, page);
            cr_assert_eq(taken[y][x], taken[0][x], "a hole at %d,%d on page %u", x, y, page);
        }
}

/* On the first page and on the monitor's; and the layout follows when the technique changes. */
Test(vtx_view, panes_follow_the_technique)
{
    static const struct box small = {0, 0, 80, 22}, middle = {0, 0, 120, 40}, large = {0, 0, 160, 48};
    static const struct box *const room[] = {&small, &middle, &large};
    static const char *const technique[] = {"vtx", "native", "emulate", "trap", "vtx"};
    static struct seat g;
    char error[200];

    seat_open(&g, "cr3", "vtx+v");
    for (unsigned t = 0; t < sizeof technique / sizeof technique[0]; t++) {
        bool vtx = strcmp(technique[t], "vtx") == 0;

        cr_assert(t == 0 || !debug_technique(&g.d, technique[t], error, sizeof error), "%s", error);
        for (unsigned r = 0; r < 3; r++) {
            cr_expect_eq(stands(&g, 0, room[r], "vmexit"), vtx, "%s, size %u", technique[t], r);
            cr_expect_eq(stands(&g, PAGES - 1, room[r], "vmexit"), vtx, "%s, size %u", technique[t], r);
            cr_expect_eq(stands(&g, PAGES - 1, room[r], "vmcs"), vtx, "%s, size %u", technique[t], r);
            cr_expect_eq(stands(&g, PAGES - 1, room[r], "vmm"), !vtx, "%s, size %u", technique[t], r);
            for (unsigned page = 0; page < PAGES; page++)
                fills(&g, page, room[r]);
        }
        cr_expect_eq(stands(&g, 0, &large, "vmcs"), vtx, "%s", technique[t]);
        cr_expect_eq(stands(&g, 0, &large, "memory"), !vtx, "%s", technique[t]);
    }
    seat_close(&g);
}
