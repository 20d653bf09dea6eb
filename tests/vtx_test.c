/* SPDX-License-Identifier: MIT */
/*
 * vtx keeps its guest in: what lies behind the guest's memory in the machine is the monitor's, and a guest that reads, writes,
 * maps and executes there meets an empty bus, as on a machine of its own. And the tables that it runs on say so.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/ept.h"
#include "interp/state.h"
#include "tests/support/guest.h"
#include "tests/support/testvm.h"
#include "vmm/technique.h"
#include "vmm/vm_struct.h"

enum {
    MEM = 16 << 20,   /* where the monitor's frames begin */
    WINDOW = 4 << 20, /* as much of them as is tried, linear and in the machine */
    DIRECTORY = 0x1000,
    CODE = 0x10000,
    CANARIES = 8,
    KEPT = 64 /* frames of the monitor, at most */
};

/* mov edi, FROM; again: mov eax, [edi]; mov dword [edi], 0xdeadbeef; add edi, 4096; cmp edi, TO; jb again */
#define TRY_ALL(from, to)                                                                                              \
    0xbf, 0, 0, (from) >> 16 & 0xff, (from) >> 24, 0x8b, 0x07, 0xc7, 0x07, 0xef, 0xbe, 0xad, 0xde, 0x81, 0xc7, 0,      \
        0x10, 0, 0, 0x81, 0xff, 0, 0, (to) >> 16 & 0xff, (to) >> 24, 0x72, 0xea

static const uint8_t program[] = {
    TRY_ALL(MEM, MEM + WINDOW),
    0xb8,
    0,
    DIRECTORY >> 8,
    0,
    0, /* mov eax, DIRECTORY */
    0x0f,
    0x22,
    0xd8, /* mov cr3, eax */
    0x0f,
    0x20,
    0xc0,
    0x0d,
    0,
    0,
    0,
    0x80,
    0x0f,
    0x22,
    0xc0, /* paging on */
    TRY_ALL(WINDOW, 2 * WINDOW),
    0xb8,
    0,
    0,
    WINDOW >> 16,
    0,
    0xff,
    0xe0 /* mov eax, WINDOW; jmp eax: into it, and to the end of everything */
};

static struct vm *make(const char *technique, bool shadow)
{
    return testvm(technique_find(technique), (struct vm_config){.shadow = shadow, .mem = MEM});
}

/* The first 4 MiB one to one; the second lead to where the monitor is. */
static void write_guest(struct machine *g)
{
    cr_assert_eq(machine_write(g, CODE, program, sizeof program), 0);
    for (uint32_t d = 0; d < 2; d++) {
        uint32_t table = DIRECTORY + 0x1000 * (d + 1), entry = table | PTE_P | PTE_W;

        cr_assert_eq(machine_write(g, DIRECTORY + 4 * d, &entry, 4), 0);
        for (uint32_t i = 0; i < 1024; i++) {
            entry = ((d ? MEM : 0) + (i << 12)) | PTE_P | PTE_W;
            cr_assert_eq(machine_write(g, table + 4 * i, &entry, 4), 0);
        }
    }
    g->cpu.eip = CODE;
}

struct kept {
    uint32_t frame[KEPT];
    uint8_t bytes[KEPT][4096];
    unsigned n;
};

/* Canaries, and what is the monitor's; only the VMCS changes, by the processor itself. */
static void keep(struct vm *v, struct kept *k)
{
    struct frames *f = &v->mon.frames;

    k->n = 0;
    for (unsigned i = 0; i < CANARIES; i++)
        memset(ram_frame(v->ram, frames_take(f, TYPE_MONITOR)), 0xc5, 4096);
    for (uint32_t i = f->guest; i < f->count; i++)
        if (f->frame[i].type == TYPE_MONITOR && i != v->mon.vtx.vmcs) {
            cr_assert_lt(k->n, KEPT);
            memcpy(k->bytes[k->n], ram_frame(v->ram, i), 4096);
            k->frame[k->n++] = i;
        }
    cr_assert_gt(k->n, CANARIES + 4);
}

/* Each page of the guest's goes where the p2m has it; nothing else goes anywhere. */
static void nested_is_the_p2m(struct vm *v)
{
    struct ept_walk e;
    hpa_t hpa;

    for (uint64_t page = 0; page < (MEM + 2ull * WINDOW) >> 12; page++) {
        bool ram = vm_p2m(v, gpa(page << 12), &hpa);

        cr_assert_eq(ept_walk(v->hw, nested_pointer(&v->mon.vtx.tables), page << 12, EPT_W, &e), ram, "%lx",
                     (unsigned long)page);
        cr_assert(!ram || e.pa == hpa.v, "%lx", (unsigned long)page);
    }
}

static void shadow_reaches_the_guest_only(struct vm *v)
{
    const struct frames *f = &v->mon.frames;
    const uint32_t *root = (const uint32_t *)(void *)ram_frame(v->ram, v->mon.shadow.root);

    for (unsigned d = 0; d < 1024; d++) {
        const uint32_t *table = root[d] ? (const uint32_t *)(void *)ram_frame(v->ram, root[d] >> 12) : NULL;

        for (unsigned i = 0; table && i < 1024; i++)
            cr_assert(!table[i] || f->frame[table[i] >> 12].owner == OWNER_GUEST, "%u, %u", d, i);
    }
}

Test(vtx, nothing_leads_out)
{
    static struct kept kept;
    char native[33], digest[33];
    struct vm *v = make("native", false);

    write_guest(vm_guest(v));
    cr_assert_eq(vm_run(v, 1000000), OUTCOME_TRIPLE_FAULT);
    machine_digest(vm_guest(v), native);
    vm_destroy(v);
    for (unsigned shadow = 0; shadow < 2; shadow++) {
        v = make("vtx", shadow);
        write_guest(vm_guest(v));
        keep(v, &kept);
        cr_assert_eq(vm_run(v, 1000000), OUTCOME_TRIPLE_FAULT);
        machine_digest(vm_guest(v), digest);
        cr_expect_str_eq(digest, native);
        for (unsigned i = 0; i < kept.n; i++)
            cr_expect_arr_eq(kept.bytes[i], ram_frame(v->ram, kept.frame[i]), 4096, "frame %x", kept.frame[i]);
        if (!shadow)
            nested_is_the_p2m(v);
        shadow_reaches_the_guest_only(v);
        vm_destroy(v);
    }
}
