/* SPDX-License-Identifier: MIT */
/*
 * Extended page tables: rights, misconfigurations, A and D, and the walk in two dimensions, as data and as the processor's
 * TLB uses it. The guest's tables are those of a bare machine (support/metal.h); EPT moves its pages to other frames.
 */
#include <criterion/criterion.h>

#include "interp/ept.h"

#include "interp/access.h"
#include "interp/machine.h"
#include "tests/support/metal.h"

enum {
    ROOT = 0x200000, /* the EPT's four tables, a page each */
    MOVED = 0x400000 /* guest-physical 0 to 1fffff lies there */
};
#define EPTP (ROOT | EPTP_WB | (EPT_LEVELS - 1) << EPTP_LEVELS_SHIFT)

static void write64(struct machine *m, uint64_t at, uint64_t v)
{
    metal_write32(m, (uint32_t)at, (uint32_t)v);
    metal_write32(m, (uint32_t)at + 4, (uint32_t)(v >> 32));
}

/* What VM entry and exit do with translations. */
static void under(struct cpu *c, uint16_t vpid, uint64_t eptp)
{
    c->vmx.vpid = vpid;
    c->vmx.eptp = eptp;
    tlb_switch(c);
}

static uint64_t leaf_at(uint64_t gpa)
{
    return ROOT + 0x3000 + (gpa >> 12 & 511) * 8;
}

static void set_leaf(struct machine *m, uint64_t gpa, uint64_t entry)
{
    write64(m, leaf_at(gpa), entry);
}

static uint64_t plain(uint64_t gpa, unsigned rights)
{
    return (MOVED + gpa) | EPT_TYPE_WB | rights;
}

/* All of the guest's first 2 MiB, moved, and with all rights. */
static struct machine *create(void)
{
    struct machine *m = metal_create();
    static uint8_t bytes[0x80000];

    for (unsigned level = 0; level < EPT_LEVELS - 1; level++)
        write64(m, ROOT + level * 0x1000, (ROOT + (level + 1) * 0x1000) | EPT_RIGHTS);
    for (uint64_t gpa = 0; gpa < 0x200000; gpa += 4096)
        set_leaf(m, gpa, plain(gpa, EPT_RIGHTS));
    cr_assert_eq(machine_read(m, 0, bytes, sizeof bytes), 0);
    cr_assert_eq(machine_write(m, MOVED, bytes, sizeof bytes), 0);
    return m;
}

Test(ept, the_walk_reads_one_entry_a_level)
{
    struct machine *m = create();
    struct ept_walk e;

    cr_assert(ept_walk(m, EPTP, 0x12345, EPT_R, &e));
    cr_expect_eq(e.pa, MOVED + 0x12345);
    cr_expect_eq(e.steps, 4);
    for (unsigned i = 0; i < 3; i++)
        cr_expect_eq(e.step[i].at, ROOT + i * 0x1000);
    cr_expect_eq(e.step[3].at, leaf_at(0x12000));
    /* Past what is mapped: the entry of the level above is not there. */
    cr_assert_not(ept_walk(m, EPTP, 0x200000, EPT_R, &e));
    cr_expect_eq(e.outcome, EPT_VIOLATION);
    cr_expect_eq(e.steps, 3);
    cr_expect_eq(e.rights, 0);
    /* A page of 2 MiB. */
    write64(m, ROOT + 0x2000 + 8, 0x600000 | EPT_LEAF | EPT_TYPE_WB | EPT_RIGHTS);
    cr_assert(ept_walk(m, EPTP, 0x3fffff, EPT_W, &e));
    cr_expect(e.large && e.steps == 3 && e.pa == 0x7fffff);
    metal_destroy(m);
}

Test(ept, rights_are_those_that_all_levels_grant)
{
    struct machine *m = create();

    for (unsigned upper = 0; upper < 8; upper++)
        for (unsigned lower = 0; lower < 8; lower++)
            for (unsigned access = 1; access < 8; access <<= 1) {
                struct ept_walk e;
                bool absent = !upper || !lower, wrong = (upper & 3) == EPT_W || (upper && (lower & 3) == EPT_W);
                enum ept_outcome expected = wrong                                 ? EPT_MISCONFIG
                                            : absent || access & ~(upper & lower) ? EPT_VIOLATION
                                                                                  : EPT_OK;

                write64(m, ROOT + 0x1000, (ROOT + 0x2000) | upper);
                set_leaf(m, 0x5000, plain(0x5000, lower));
                ept_walk(m, EPTP, 0x5000, access, &e);
                cr_expect_eq(e.outcome, expected, "%u, %u, access %u: %d", upper, lower, access, e.outcome);
                if (expected == EPT_VIOLATION)
                    cr_expect_eq(ept_qualification(&e, true),
                                 access | (upper & (upper ? lower : 0)) << 3 | 1 << 7 | 1 << 8);
            }
    metal_destroy(m);
}

Test(ept, entries_that_mean_nothing)
{
    static const struct {
        unsigned level;
        uint64_t set;
        bool wrong;
    } row[] = {
        {0, 1 << 3, true},      {0, 1 << 7, true},     {0, 1 << 8, false},    {0, 1 << 11, false},
        {1, 1 << 4, true},      {1, 1 << 7, true},     {2, 1 << 5, true},     {2, 1 << 6, true},
        {0, 1ull << 52, false}, {0, 1ull << 40, true}, {3, 1ull << 51, true}, {3, 1ull << 63, false},
        {3, 1 << 6, false},     {3, 1 << 7, false},    {3, 1 << 10, false},   {2, 1 << 7 | 1 << 12, true},
    };
    struct machine *m = create();
    struct ept_walk e;

    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint64_t at = row[i].level == 3 ? leaf_at(0x7000) : ROOT + row[i].level * 0x1000u, was;

        was = metal_read32(m, (uint32_t)at) | (uint64_t)metal_read32(m, (uint32_t)at + 4) << 32;
        write64(m, at, was | row[i].set);
        ept_walk(m, EPTP, 0x7000, EPT_R, &e);
        cr_expect_eq(e.outcome == EPT_MISCONFIG, row[i].wrong, "level %u, bits %llx", row[i].level,
                     (unsigned long long)row[i].set);
        write64(m, at, was);
    }
    for (unsigned type = 0; type < 8; type++) {
        set_leaf(m, 0x7000, MOVED | type << EPT_TYPE_SHIFT | EPT_RIGHTS);
        ept_walk(m, EPTP, 0x7000, EPT_R, &e);
        cr_expect_eq(e.outcome == EPT_MISCONFIG, type == 2 || type == 3 || type == 7, "type %u", type);
    }
    metal_destroy(m);
}

/* (n + 1) (m + 1) - 1 references for n levels of the guest's tables and m of EPT's: the machine's four for each of three
 * addresses, and the guest's own two. */
Test(ept, a_walk_in_two_dimensions_makes_fourteen_references)
{
    struct machine *m = create();
    struct cpu *c = &m->cpu;
    struct ept_walk ept[WALK_LEVELS + 1];
    struct walk_context k;
    struct walk w;
    uint64_t before, cost;

    metal_write32(m, MOVED + 0x9010, 0x600dcafe);
    metal_paging(m);
    under(c, 1, EPTP);
    k = walk_context_of(m, ept);
    cr_assert(page_walk(&k, 0x9010, false, false, &w));
    cr_expect_eq(w.references, (2 + 1) * (4 + 1) - 1);
    cr_expect_eq(w.pa, MOVED + 0x9010);
    cr_expect_eq(ept[0].gpa, METAL_DIRECTORY);
    cr_expect_eq(w.step[0].at, MOVED + METAL_DIRECTORY);
    cr_expect_eq(ept[1].gpa, METAL_TABLE + 9 * 4);
    cr_expect_eq(w.step[1].at, MOVED + METAL_TABLE + 9 * 4);
    cr_expect_eq(ept[2].gpa, 0x9010);
    before = m->by[ACCOUNT_WALK];
    cost = m->cost.walk_ref;
    cr_expect_eq(lin_load(c, 0x9010, 4, false), 0x600dcafe);
    cr_expect_eq(m->by[ACCOUNT_WALK] - before, 14 * cost);
    cr_expect_eq(lin_load(c, 0x9014, 4, false), metal_read32(m, MOVED + 0x9014));
    cr_expect_eq(m->by[ACCOUNT_WALK] - before, 14 * cost, "the second time it is in the TLB");
    /* Without paging only the page's own four are left. */
    cpu_set_cr0(c, c->cr0 & ~CR0_PG);
    before = m->by[ACCOUNT_WALK];
    cr_expect_eq(lin_load(c, 0x9010, 4, false), 0x600dcafe);
    cr_expect_eq(m->by[ACCOUNT_WALK] - before, 4 * cost);
    metal_destroy(m);
}

Test(ept, accessed_and_dirty)
{
    struct machine *m = create();
    struct cpu *c = &m->cpu;
    enum { PAGE = 0x9000 };

    metal_paging(m);
    under(c, 1, EPTP);
    lin_store(c, PAGE, 4, false, 1);
    cr_expect_not(metal_read32(m, (uint32_t)leaf_at(PAGE)) & (EPT_A | EPT_D), "the EPT pointer does not ask for them");
    under(c, 1, EPTP | EPTP_AD);
    tlb_invept(c, INVEPT_ALL, 0);
    (void)lin_load(c, PAGE, 4, false);
    cr_expect_eq(metal_read32(m, (uint32_t)leaf_at(PAGE)) & (EPT_A | EPT_D), EPT_A);
    cr_expect(metal_read32(m, ROOT) & EPT_A);
    cr_expect_eq(metal_read32(m, (uint32_t)leaf_at(METAL_TABLE)) & (EPT_A | EPT_D), EPT_A | EPT_D,
                 "reading a guest's table counts as a write");
    lin_store(c, PAGE, 4, false, 2);
    cr_expect(metal_read32(m, (uint32_t)leaf_at(PAGE)) & EPT_D, "a store through an entry that was read through walks");
    metal_destroy(m);
}

Test(ept, entries_belong_to_their_vpid_and_ept)
{
    struct machine *m = create();
    struct cpu *c = &m->cpu;
    enum { PAGE = 0x9000 };

    metal_paging(m);
    metal_write32(m, PAGE, 1);
    metal_write32(m, MOVED + PAGE, 2);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 1);
    under(c, 7, EPTP);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2);
    set_leaf(m, PAGE, plain(PAGE + 0x1000, EPT_RIGHTS));
    metal_write32(m, MOVED + PAGE + 0x1000, 3);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2, "as the TLB remembers it");
    under(c, 0, 0);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 1);
    cpu_set_cr3(c, c->cr3);
    under(c, 7, EPTP);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2, "a load of CR3 flushes its own VPID only");
    tlb_invvpid(c, INVVPID_ADDRESS, 8, PAGE);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2);
    tlb_invvpid(c, INVVPID_ADDRESS, 7, PAGE);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 3);
    set_leaf(m, PAGE, plain(PAGE, EPT_RIGHTS));
    tlb_invept(c, INVEPT_CONTEXT, EPTP + 0x1000);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 3);
    tlb_invept(c, INVEPT_CONTEXT, EPTP);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2);
    set_leaf(m, PAGE, plain(PAGE + 0x1000, EPT_RIGHTS));
    under(c, 8, EPTP);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 3, "another VPID's entry is not used");
    under(c, 0, 0);
    under(c, 0, EPTP);
    under(c, 7, EPTP);
    cr_expect_eq(lin_load(c, PAGE, 4, false), 2, "without VPIDs only what is tagged 0 goes");
    metal_destroy(m);
}
