/* SPDX-License-Identifier: MIT */
/* What somebody who knows gdb tries: formats, counts, types, and code that is not 32-bit and flat. */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/access.h"
#include "interp/machine.h"
#include "interp/segment.h"
#include "tests/support/rig.h"

static void says(struct rig *s, const char *line, const char *what)
{
    const char *said = rig_do(s, line);

    cr_expect(strstr(said, what), "%s: no \"%s\" in\n%s", line, what, said);
}

static void says_not(struct rig *s, const char *line, const char *what)
{
    const char *said = rig_do(s, line);

    cr_expect(!strstr(said, what), "%s: \"%s\" in\n%s", line, what, said);
}

/* 16-bit code in a segment with a base: $pc is where the next instruction lies, $eip counts from the base. */
Test(shell_gdb, code_in_a_segment_with_a_base)
{
    static const char *const technique[] = {"native", "vtx"};

    for (unsigned t = 0; t < 2; t++) {
        struct rig *s = rig_open("cr3", technique[t]);
        struct machine *g = vm_guest(debug_vm(&s->d));
        struct seg *cs = &g->cpu.seg[CS];

        /* mov ax, 1234; jz +2; nop; nop; jmp -13, to offset 11bc */
        says_not(s, "set {u32}0x4091bf = 0x741234b8", "cannot");
        says_not(s, "set {u32}0x4091c3 = 0xeb909002", "cannot");
        says_not(s, "set {u8}0x4091c7 = 0xf4", "cannot");
        cs->base = 0x408000;
        cs->attr &= ~(uint32_t)ATTR_D;
        g->cpu.eip = 0x11bf;
        cpu_refresh(&g->cpu);
        vm_changed(debug_vm(&s->d));
        says(s, "p/x $pc", "0x4091bf");
        says(s, "p/x $eip", "0x11bf");
        says(s, "x/5i $pc", "=> 004091bf:  mov ax, 0x1234");
        says(s, "x/5i $pc", "004091c2:  jz 0x4091c6");
        says(s, "x/5i $pc", "004091c6:  jmp 0x4091bc");
        says_not(s, "x/12i $pc", "cannot access");
        says(s, "info code", "jmp 0x4091bc");
        says(s, "break *$pc", "at 004091bf");
        says_not(s, "set $pc = 0x4091c4", "cannot");
        says(s, "p/x $eip", "0x11c4");
        rig_close(s);
    }
}

/* A jump past the end of 64 KiB wraps there, as the processor's does. */
Test(shell_gdb, jumps_wrap_in_16_bit_code)
{
    struct rig *s = rig_open("cr3", "native");
    struct machine *g = vm_guest(debug_vm(&s->d));

    says_not(s, "set {u16}0x417ffe = 0x10eb", "cannot");
    g->cpu.seg[CS].base = 0x408000;
    g->cpu.seg[CS].attr &= ~(uint32_t)ATTR_D;
    g->cpu.eip = 0xfffe;
    cpu_refresh(&g->cpu);
    says(s, "x/i $pc", "jmp 0x408010");
    rig_close(s);
}

Test(shell_gdb, counts_and_types)
{
    struct rig *s = rig_open("cr3", "native");

    cr_expect_str_eq(rig_do(s, "x/0x start"), "", "a count of 0 shows nothing");
    cr_expect_str_eq(rig_do(s, "x/0i start"), "");
    says(s, "x/x start", "00100010");
    says(s, "p/x {u32}0x100000", "0x1badb002");
    says(s, "p {char}0x100000", "2 = 0x2");
    says(s, "x/2bx {u32}0x100004 - {u32}0x100004 + start", "00100010");
    says(s, "watch {u8}0x400000", "Watchpoint 1: {u8}0x400000");
    says(s, "p 'a'", "97 = 0x61 'a'");
    says(s, "p '\\n'", "10 = 0xa '\\n'");
    says_not(s, "p 97", "'a'");
    rig_close(s);
}

/* ignore N COUNT: they are hits, and do not stop. */
Test(shell_gdb, ignored_hits)
{
    struct rig *s = rig_open("cr3", "native");
    const char *said;

    says(s, "ignore 1 2", "there is no stop point 1");
    says(s, "break put_char", "Breakpoint 1");
    says(s, "ignore 1", "ignore needs a number, and how often");
    says(s, "ignore 1 2", "Stop point 1: 2 hits to come will not stop.");
    says(s, "info breakpoints", "; ignored 2 times more");
    says(s, "c", "Breakpoint 1: put_char");
    said = rig_do(s, "info breakpoints");
    cr_expect(strstr(said, "3     put_char") && !strstr(said, "ignored"), "%s", said);
    says(s, "c", "Breakpoint 1: put_char");
    said = rig_do(s, "info breakpoints");
    cr_expect(strstr(said, "4     put_char"), "%s", said);
    says(s, "watch *0x400000 if 0", "Watchpoint 2");
    says(s, "ignore 1 1000000", "hits to come");
    says(s, "c", "The guest is done");
    rig_close(s);
}

/* Changing the technique: bad names, before the first step, in the middle of a REP, when all is over. */
Test(shell_gdb, technique_at_odd_moments)
{
    struct rig *s = rig_open("screen", "native");
    const struct cpu *c = &vm_guest(debug_vm(&s->d))->cpu;
    uint32_t left;

    says(s, "technique foo", "no such technique");
    says(s, "technique vtx extra", "no such technique");
    says(s, "technique vtx", "=> 00100010 <start>");
    says(s, "info vmcs", "VMCS at hpa");
    says(s, "info vmexit", "No VM exit yet");
    for (uint8_t byte = 0; byte != 0xf3 && !debug_ended(&s->d); (void)debug_peek(&s->d, gva(c->eip), &byte, 1))
        (void)rig_do(s, "si");
    says(s, "si 2", "rep movsd");
    left = c->r[ECX];
    says(s, "technique emulate", "rep movsd");
    says(s, "info vmcs", "There is no VMCS");
    says(s, "si", "rep movsd");
    cr_expect_eq(c->r[ECX], left - 1, "of the REP it goes on with the next iteration");
    says(s, "technique vtx", "=>");
    says(s, "c", "The guest is done");
    says(s, "technique native", "the guest's run is over");
    says(s, "info vmexit", "reason  ");
    rig_close(s);
}
