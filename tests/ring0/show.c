/* SPDX-License-Identifier: MIT */
/* Programs and runs for people. */
#include <Zydis/Zydis.h>
#include <string.h>

#include "tests/ring0/log.h"

static const char *const gpr_name[GPRS] = {"eax", "ecx", "edx", "ebx", "ebp", "esi", "edi"};

static void disassemble(FILE *f, const struct program *p, uint32_t at, bool code16)
{
    ZydisDisassembledInstruction i;
    ZydisMachineMode mode = code16 ? ZYDIS_MACHINE_MODE_LEGACY_16 : ZYDIS_MACHINE_MODE_LEGACY_32;

    for (unsigned n = 0; n < 24 && at < LANDINGS; n++, at += i.info.length) {
        const uint8_t *code = p->arena + (at - ARENA);

        if (!ZYAN_SUCCESS(ZydisDisassembleIntel(mode, at, code, 15, &i))) {
            fprintf(f, "    %08x  (%02x)\n", at, *code);
            return;
        }
        fprintf(f, "    %08x  %s\n", at, i.text);
        if (code[0] == 0xcd && code[1] == DONE)
            return;
    }
}

void program_show(FILE *f, const struct program *p)
{
    const struct program_head *h = &p->head;

    fprintf(f, "cr0 %08x cr3 %08x cr4 %08x ldtr %04x tr %04x es %04x fs %04x gs %04x\n", h->cr0, h->cr3, h->cr4,
            h->ldtr, h->tr, h->es, h->fs, h->gs);
    for (unsigned n = 0; n < h->steps; n++) {
        const struct step *s = &p->step[n];
        bool code16 = (s->cs & ~3u) == SEL_SHORT0 || (s->cs & ~3u) == SEL_SHORT3;

        fprintf(f, "  step %u: cs %04x eip %08x eflags %08x ss:esp %04x:%08x ds %04x\n", n, s->cs, s->eip, s->eflags,
                s->ss, s->esp, s->ds);
        disassemble(f, p, code16 ? s->eip + CODE : s->eip, code16);
    }
}

static void show_trap(FILE *f, const char *name, const struct trap_record *t)
{
    fprintf(f, "  %-8s step %u vector %02x%s error %x at %04x:%08x eflags %08x ss:esp %04x:%08x cr2 %08x\n", name,
            t->vector_step >> 16, t->vector_step & 0xff, t->vector_step & 0x100 ? " (16)" : "", t->error, t->cs, t->eip,
            t->eflags, t->ss, t->esp, t->cr2);
}

static void show_registers(FILE *f, const char *name, const struct trap_record *t)
{
    fprintf(f, "  %-8s ds %04x es %04x fs %04x gs %04x", name, t->ds, t->es, t->fs, t->gs);
    for (unsigned i = 0; i < GPRS; i++)
        fprintf(f, " %s %08x", gpr_name[i], t->gpr[i]);
    fputc('\n', f);
}

static void show_final(FILE *f, const char *name, const struct final_record *r)
{
    fprintf(f, "  %-8s cr0 %08x cr3 %08x cr4 %08x gdtr %08x+%04x idtr %08x+%04x ldtr %04x tr %04x dr6 %08x\n", name,
            r->cr0, r->cr3, r->cr4, r->gdtr_base, r->gdtr_limit, r->idtr_base, r->idtr_limit, r->ldtr, r->tr, r->dr6);
}

static const char *end_name(const struct run *r)
{
    static const char *const name[] = {"did not run", "ran to its end", "was ended by a triple fault", "hung"};

    return name[r->end];
}

void run_show(FILE *f, const struct run *a, const struct run *b, const char *name_a, const char *name_b)
{
    unsigned n = 0;

    for (; n < a->traps && n < b->traps && memcmp(&a->trap[n], &b->trap[n], sizeof *a->trap) == 0; n++)
        show_trap(f, "both", &a->trap[n]);
    for (const struct run *r = a;; r = b) {
        const char *name = r == a ? name_a : name_b;

        if (n < r->traps) {
            show_trap(f, name, &r->trap[n]);
            show_registers(f, name, &r->trap[n]);
        } else {
            fprintf(f, "  %-8s %s\n", name, end_name(r));
            if (r->end == RUN_WHOLE)
                show_final(f, name, &r->final);
        }
        if (r == b)
            break;
    }
    if (n == a->traps && n == b->traps && a->end == RUN_WHOLE && b->end == RUN_WHOLE)
        for (unsigned i = 0; i < ARENA_SIZE >> 12; i++)
            if (a->final.page[i] != b->final.page[i])
                fprintf(f, "  page %08x differs\n", ARENA + (i << 12));
}

void arena_show_difference(FILE *f, const uint8_t *a, const uint8_t *b, const char *name_a, const char *name_b)
{
    for (uint32_t at = 0; at < ARENA_SIZE; at += 4) {
        uint32_t x, y;

        memcpy(&x, a + at, 4);
        memcpy(&y, b + at, 4);
        if (x != y)
            fprintf(f, "  [%08x] %s %08x, %s %08x\n", ARENA + at, name_a, x, name_b, y);
    }
}
