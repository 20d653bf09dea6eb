/* SPDX-License-Identifier: MIT */
/* Exit qualifications (SDM Vol. 3, 27.2.1, tables 27-1 to 27-7). Why an exit came stands in vmx_cause.c. */
#include "ui/view/vmx_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/machine.h"
#include "ui/i18n.h"
#include "vmm/vm.h"

static const char reg_name[8][4] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

/* Adds to a text of WORDS bytes. */
__attribute__((format(printf, 2, 3))) static void say(char text[WORDS], const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text + n, WORDS - n, fmt, args);
    va_end(args);
}

static void say_exception(const struct vmx_exit *e, char text[WORDS])
{
    unsigned vector = e->event.info & INTR_VECTOR;
    char room[16];

    if (!(e->event.info & INTR_VALID))
        return;
    say(text, "%s", vector_name(vector, room));
    if (e->event.info & INTR_ERROR)
        say(text, _(", error code %" PRIx32), e->event.error);
    if (vector == VEC_PF)
        say(text, _(", for linear %08" PRIx32), e->qualification);
}

static void say_task_switch(const struct vmx_exit *e, char text[WORDS])
{
    static const char *const source[] = {"CALL", "IRET", "JMP", N_("a task gate")};

    say(text, _("to TSS %04" PRIx32 ", by %s"), e->qualification & 0xffff, _(source[e->qualification >> 30]));
}

static void say_address(const struct vmx_exit *e, char text[WORDS])
{
    say(text, _("linear %08" PRIx32), e->qualification);
}

static void say_cr(const struct vmx_exit *e, char text[WORDS])
{
    unsigned cr = e->qualification & 15;
    const char *reg = reg_name[e->qualification >> 8 & 7];

    switch (e->qualification >> 4 & 3) {
    case 0: say(text, "mov cr%u, %s", cr, reg); break;
    case 1: say(text, "mov %s, cr%u", reg, cr); break;
    case 2: say(text, "clts"); break;
    default: say(text, "lmsw %04" PRIx32, e->qualification >> 16);
    }
}

static void say_dr(const struct vmx_exit *e, char text[WORDS])
{
    unsigned dr = e->qualification & 7;
    const char *reg = reg_name[e->qualification >> 8 & 7];

    if (e->qualification & 1 << 4)
        say(text, "mov %s, dr%u", reg, dr);
    else
        say(text, "mov dr%u, %s", dr, reg);
}

static void say_io(const struct vmx_exit *e, char text[WORDS])
{
    unsigned bits = 8 * ((e->qualification & 7) + 1);
    bool in = e->qualification & VMX_IO_IN, string = e->qualification & VMX_IO_STRING;

    say(text, "%s%s", e->qualification & VMX_IO_REP ? "rep " : "",
        in       ? string ? "INS" : "IN"
        : string ? "OUTS"
                 : "OUT");
    say(text, _(", port %03" PRIx32 ", %u bits"), e->qualification >> 16, bits);
    say(text, "%s", e->qualification & VMX_IO_IMMEDIATE ? _(", immediate") : _(", in dx"));
}

static void say_ept(const struct vmx_exit *e, char text[WORDS])
{
    static const struct {
        unsigned bit;
        const char *name;
    } access[] = {{0, N_("read")}, {1, N_("write")}, {2, N_("fetch")}}, allowed[] = {{3, "R"}, {4, "W"}, {5, "X"}};

    if (e->physical)
        say(text, "gpa %08" PRIx64 ", ", e->physical);
    for (unsigned i = 0; i < 3; i++)
        if (e->qualification >> access[i].bit & 1)
            say(text, "%s, ", _(access[i].name));
    say(text, "%s", _("EPT allows "));
    for (unsigned i = 0; i < 3; i++)
        say(text, "%s", e->qualification >> allowed[i].bit & 1 ? allowed[i].name : "-");
    if (e->qualification >> 7 & 1)
        say(text, "%s", e->qualification >> 8 & 1 ? _(", for the page itself") : _(", for a table of the guest's"));
}

static void say_physical(const struct vmx_exit *e, char text[WORDS])
{
    if (e->physical)
        say(text, "gpa %08" PRIx64, e->physical);
}

/* Which of four it was is told by the instruction information (tables 27-10 and 27-11), not by the qualification. */
static void say_tables(const struct vmx_exit *e, char text[WORDS])
{
    static const char *const name[2][4] = {{"SGDT", "SIDT", "LGDT", "LIDT"}, {"SLDT", "STR", "LLDT", "LTR"}};

    if (e->instruction)
        say(text, _("%s, displacement %08" PRIx32), name[e->reason == VMX_LDTR_TR][e->instruction >> 28 & 3],
            e->qualification);
}

static void (*const say_of[VMX_REASONS])(const struct vmx_exit *e, char text[WORDS]) = {
    [VMX_EXCEPTION] = say_exception,
    [VMX_TASK_SWITCH] = say_task_switch,
    [VMX_INVLPG] = say_address,
    [VMX_CR] = say_cr,
    [VMX_DR] = say_dr,
    [VMX_IO] = say_io,
    [VMX_GDTR_IDTR] = say_tables,
    [VMX_LDTR_TR] = say_tables,
    [VMX_EPT_VIOLATION] = say_ept,
    [VMX_EPT_MISCONFIG] = say_physical,
};

const char *vmx_words_qualification(const struct vmx_exit *e, char text[WORDS])
{
    unsigned reason = e->reason & 0xffff;

    *text = '\0';
    if (reason < VMX_REASONS && say_of[reason])
        say_of[reason](e, text);
    return text;
}

const char *vmx_words_reason(uint32_t reason, char text[WORDS])
{
    unsigned basic = reason & 0xffff;
    const char *name = basic < VMX_REASONS ? vmx_reason_name[basic] : NULL;

    (void)snprintf(text, WORDS, "%u %s", basic, name ? name : "?");
    return text;
}

struct vmx_exit vmx_told(const uint64_t f[VMCS_FIELDS])
{
    return (struct vmx_exit){
        .reason = (uint32_t)f[VMCS_EXIT_REASON],
        .qualification = (uint32_t)f[VMCS_EXIT_QUALIFICATION],
        .length = (uint32_t)f[VMCS_EXIT_LENGTH],
        .instruction = (uint32_t)f[VMCS_EXIT_INSTRUCTION],
        .linear = (uint32_t)f[VMCS_EXIT_LINEAR],
        .physical = f[VMCS_EXIT_PHYSICAL],
        .event = {.info = (uint32_t)f[VMCS_EXIT_INTR], .error = (uint32_t)f[VMCS_EXIT_INTR_ERROR]}};
}

struct vmx_exit vmx_told_by_event(const uint64_t f[])
{
    return (struct vmx_exit){.reason = (uint32_t)f[0],
                             .qualification = (uint32_t)f[1],
                             .length = (uint32_t)f[2],
                             .event.info = (uint32_t)f[4] & ~INTR_ERROR};
}
