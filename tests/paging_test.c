/* SPDX-License-Identifier: MIT */
/* Paging by table: every combination of rights against an oracle that is written from SDM Vol. 3, 4.6 to 4.8. */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/paging.h"
#include "tests/support/metal.h"

enum {
    OTHER_TABLE = 0x6000,
    PAGE = 0x205000, /* shares no set of the TLB with code, handlers and stacks */
    CODE_IN_PAGE = 0x10,
    PTE_AT = METAL_TABLE + (PAGE >> 12) * 4,
    BIG = 0x800000,
    BIG_AT = METAL_DIRECTORY + (BIG >> 22) * 4
};

struct question {
    uint32_t pde, pte; /* pte 0 with PS in pde: a 4 MiB page */
    bool write, user, wp, pse;
};

struct answer {
    bool ok;
    uint32_t error, pde, pte;
};

/* The rules as sentences, entry by entry; not how the walker does it. */
static struct answer oracle(const struct question *q)
{
    struct answer a = {.pde = q->pde, .pte = q->pte};
    bool big = (q->pde & PTE_PS) && q->pse, present = (q->pde & PTE_P) && (big || (q->pte & PTE_P));
    bool user_page = (q->pde & PTE_U) && (big || (q->pte & PTE_U));
    bool read_write = (q->pde & PTE_W) && (big || (q->pte & PTE_W));

    a.error = (q->write ? 2 : 0) + (q->user ? 4 : 0);
    if (!present)
        return a;
    a.error += 1;
    if (q->user && !user_page)
        return a;
    if (q->write && !read_write && (q->user || q->wp))
        return a;
    a.ok = true;
    a.pde |= PTE_A;
    if (big) {
        a.pde |= q->write ? PTE_D : 0;
    } else {
        a.pte |= PTE_A;
        a.pte |= q->write ? PTE_D : 0;
    }
    return a;
}

/* The access itself, on the hardware: mov eax, [PAGE] or mov [PAGE], eax at ring 0 or 3. */
static void ask(struct machine *m, const struct question *q)
{
    struct cpu *c = &m->cpu;
    struct answer a = oracle(q);
    uint8_t load[] = {0xa1, 0, 0, 0, 0}, store[] = {0xa3, 0, 0, 0, 0};
    uint32_t at = BIG + 0x123450, pde_at = BIG_AT, pte_at = OTHER_TABLE + ((at >> 12 & 0x3ff) << 2);
    uint64_t taken = m->taken[VEC_PF];

    memcpy(load + 1, &at, 4);
    memcpy(store + 1, &at, 4);
    metal_write32(m, pde_at, q->pde);
    metal_write32(m, pte_at, q->pte);
    cpu_set_cr4(c, q->pse ? CR4_PSE : 0);
    cpu_set_cr0(c, q->wp ? c->cr0 | CR0_WP : c->cr0 & ~CR0_WP);
    tlb_flush(c, true);
    metal_ring(m, q->user ? 3 : 0);
    metal_step(m, q->write ? store : load, 5);
    cr_assert_eq(m->taken[VEC_PF] - taken, !a.ok, "pde %x pte %x write %d user %d wp %d pse %d", q->pde, q->pte,
                 q->write, q->user, q->wp, q->pse);
    if (!a.ok) {
        cr_assert_eq(metal_read32(m, c->r[ESP]), a.error, "pde %x pte %x: error code", q->pde, q->pte);
        cr_assert_eq(c->cr2, at);
    }
    cr_assert_eq(metal_read32(m, pde_at), a.pde, "pde %x pte %x write %d user %d: the directory entry", q->pde, q->pte,
                 q->write, q->user);
    cr_assert_eq(metal_read32(m, pte_at), a.pte, "pde %x pte %x write %d user %d: the table entry", q->pde, q->pte,
                 q->write, q->user);
}

Test(paging, rights_errors_and_bits_by_table)
{
    struct machine *m = metal_create();

    metal_paging(m);
    for (unsigned n = 0; n < 1u << 14; n++) {
        struct question q = {.pde = (n & 7) | (n >> 3 & 1 ? PTE_A : 0) | (n >> 4 & 1 ? PTE_PS : 0),
                             .pte = (n >> 5 & 7) | (n >> 8 & 1 ? PTE_A : 0) | (n >> 9 & 1 ? PTE_D : 0),
                             .write = n >> 10 & 1,
                             .user = n >> 11 & 1,
                             .wp = n >> 12 & 1,
                             .pse = n >> 13 & 1};

        /* A 4 MiB page at 4 MiB, or a table whose page is at 0x300000. */
        q.pde |= q.pde & PTE_PS && q.pse ? 0x400000 : OTHER_TABLE;
        q.pte |= 0x300000;
        ask(m, &q);
    }
    metal_destroy(m);
}

static uint32_t load_page(struct machine *m)
{
    static const uint8_t load[] = {0xa1, 0x00, 0x50, 0x20, 0x00};

    m->cpu.eip = METAL_CODE;
    cpu_refresh(&m->cpu);
    metal_step(m, load, sizeof load);
    return m->cpu.r[EAX];
}

/* A page of which words and code say the same number. */
static void write_page(struct machine *m, uint32_t pa, uint32_t number)
{
    uint8_t code[] = {0xb8, 0, 0, 0, 0, 0xf4}; /* mov eax, number; hlt */

    memcpy(code + 1, &number, sizeof number);
    metal_write32(m, pa, number);
    cr_assert_eq(machine_write(m, pa + CODE_IN_PAGE, code, sizeof code), 0);
}

/* Runs it at a ring; at ring 3 the HLT ends in #GP, and that in another HLT. */
static uint32_t run_page(struct machine *m, unsigned ring)
{
    metal_ring(m, ring);
    m->cpu.eip = PAGE + CODE_IN_PAGE;
    m->cpu.r[EAX] = 0;
    cr_assert_eq(machine_run(m, CLOCK_NEVER), STOP_HANG);
    metal_ring(m, 0);
    return m->cpu.r[EAX];
}

static void expect_page(struct machine *m, uint32_t number, const char *why)
{
    cr_expect_eq(load_page(m), number, "%s", why);
    cr_expect_eq(run_page(m, 0), number, "code at ring 0: %s", why);
    cr_expect_eq(run_page(m, 3), number, "code at ring 3: %s", why);
}

/* What the TLB holds is used until it is flushed: by INVLPG, by CR3 unless global, by CR4.PGE. */
Test(paging, stale_translations_live_until_flushed)
{
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    write_page(m, 0x300000, 0x3333);
    write_page(m, 0x301000, 0x4444);
    metal_paging(m);
    for (unsigned global = 0; global < 2; global++) {
        uint32_t flags = PTE_P | PTE_W | PTE_U | (global ? PTE_G : 0);

        cpu_set_cr4(c, global ? CR4_PGE : 0);
        metal_write32(m, PTE_AT, 0x300000 | flags);
        tlb_flush(c, true);
        expect_page(m, 0x3333, "the TLB is empty");
        metal_write32(m, PTE_AT, 0x301000 | flags);
        expect_page(m, 0x3333, "the TLB is not coherent with tables");
        cpu_set_cr3(c, c->cr3);
        expect_page(m, global ? 0x3333 : 0x4444, "CR3 keeps global entries only");
        tlb_invlpg(c, PAGE);
        expect_page(m, 0x4444, "INVLPG ends global ones as well");
    }
    metal_destroy(m);
}

/* One INVLPG ends all 4 KiB pieces in which a 4 MiB page is cached (SDM Vol. 3, 4.10.4.1). */
Test(paging, invlpg_ends_a_big_page)
{
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    metal_paging(m);
    cpu_set_cr4(c, CR4_PSE);
    metal_write32(m, BIG_AT, 0x400000 | PTE_P | PTE_W | PTE_PS);
    for (uint32_t i = 0; i < 8; i++) {
        uint8_t load[] = {0xa1, 0, (uint8_t)(i << 4), 0x80, 0};

        metal_ring(m, 0);
        metal_step(m, load, sizeof load);
    }
    for (uint32_t i = 0; i < 8; i++)
        cr_assert_not_null(tlb_find(&c->tlb, BIG + i * 4096));
    tlb_invlpg(c, BIG + 5 * 4096 + 77);
    for (uint32_t i = 0; i < 8; i++)
        cr_assert_null(tlb_find(&c->tlb, BIG + i * 4096), "piece %u", i);
    metal_destroy(m);
}

/* First in, first out within a set: a hit changes nothing. */
Test(paging, tlb_evicts_the_oldest)
{
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;
    uint32_t page[3];

    metal_paging(m);
    tlb_flush(c, true);
    for (unsigned i = 0; i < 3; i++)
        page[i] = 0x101000 + i * 16 * 4096; /* 16 sets: one and the same, not the code's */
    for (unsigned i = 0; i < 4; i++) {      /* 0, 1, 0 again (a hit), 2 */
        static const unsigned order[4] = {0, 1, 0, 2};
        uint8_t load[] = {0xa1, 0, 0, 0, 0};

        memcpy(load + 1, &page[order[i]], 4);
        metal_ring(m, 0);
        metal_step(m, load, sizeof load);
    }
    cr_assert_null(tlb_find(&c->tlb, page[0]), "the oldest went, though it was used last");
    cr_assert_not_null(tlb_find(&c->tlb, page[1]));
    cr_assert_not_null(tlb_find(&c->tlb, page[2]));
    metal_destroy(m);
}
