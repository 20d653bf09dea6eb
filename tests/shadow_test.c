/* SPDX-License-Identifier: MIT */
/*
 * The shadow's invariant, after every step of random guests: each entry grants no more than the guest's own mapping
 * composed with the p2m, and leads to none of the monitor's frames. And: such guests end alike under every technique.
 *
 * A random guest edits its page tables (and flushes), switches WP, reloads CR3, and touches the pages; its #PF handler maps
 * what is missing and tries again.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/paging.h"
#include "interp/state.h"
#include "tests/support/testvm.h"
#include "vmm/technique.h"
#include "vmm/vm.h"
#include "vmm/vm_struct.h"

enum { GUESTS = 12, OPERATIONS = 250, PAGES = 8 };
enum {
    DIRECTORY = 0x1000,
    TABLE = 0x2000,
    GDT = 0x3000,
    IDT = 0x4000,
    HANDLER = 0x5000,
    CODE = 0x10000,
    STACK = 0x9000
};
enum { WINDOW = 0x200000, FRAMES_FROM = 0x300000 };

static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

/* Machine code, written front to back. */
struct code {
    uint8_t bytes[16384];
    unsigned n;
};

static void emit(struct code *k, const void *bytes, unsigned n)
{
    cr_assert_leq(k->n + n, sizeof k->bytes);
    memcpy(k->bytes + k->n, bytes, n);
    k->n += n;
}

static void emit32(struct code *k, uint32_t v)
{
    emit(k, &v, 4);
}

#define EMIT(k_, ...) emit((k_), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void one_operation(struct code *k, uint64_t *seed)
{
    uint32_t page = next(seed) % PAGES, at = WINDOW + page * 4096 + next(seed) % 1024 * 4;

    switch (next(seed) % 8) {
    case 0:
    case 1:
    case 2: /* mov [at], imm */
        EMIT(k, 0xc7, 0x05);
        emit32(k, at);
        emit32(k, next(seed));
        break;
    case 3:
    case 4: /* mov eax, [at] */
        EMIT(k, 0xa1);
        emit32(k, at);
        break;
    case 5: /* another mapping for the page, and INVLPG */
        EMIT(k, 0xc7, 0x05);
        emit32(k, TABLE + (WINDOW / 4096 + page) * 4);
        emit32(k, FRAMES_FROM + next(seed) % PAGES * 4096 + next(seed) % 8);
        EMIT(k, 0x0f, 0x01, 0x3d);
        emit32(k, at);
        break;
    case 6: /* CR3 again */ EMIT(k, 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8); break;
    default: /* the other WP */ EMIT(k, 0x0f, 0x20, 0xc0, 0x35, 0x00, 0x00, 0x01, 0x00, 0x0f, 0x22, 0xc0); break;
    }
}

/* pushad; what CR2 points to becomes present and writable; invlpg; popad; back, to try again */
static void write_handler(struct machine *g)
{
    static const uint8_t code[] = {0x60, 0x0f, 0x20, 0xd0, 0x89, 0xc3, 0xc1, 0xe8, 0x0c, 0x25,
                                   0xff, 0x03, 0x00, 0x00, 0x83, 0x0c, 0x85, 0x00, 0x20, 0x00,
                                   0x00, 0x03, 0x0f, 0x01, 0x3b, 0x61, 0x83, 0xc4, 0x04, 0xcf};
    const uint32_t gate[2] = {0x08 << 16 | HANDLER, 0x8e00};

    cr_assert_eq(machine_write(g, HANDLER, code, sizeof code), 0);
    cr_assert_eq(machine_write(g, IDT + 14 * 8, gate, sizeof gate), 0);
}

/* Tables, descriptors, program; the CPU as if the guest had set all that up itself. */
static void write_guest(struct machine *g, uint64_t seed)
{
    static const uint32_t gdt[6] = {0, 0, 0x0000ffff, 0x00cf9b00, 0x0000ffff, 0x00cf9300};
    const uint32_t pde = TABLE | PTE_P | PTE_W | PTE_U;
    struct code k = {.n = 0};
    struct cpu *c = &g->cpu;

    for (uint32_t i = 0; i < 1024; i++) {
        uint32_t pte = i << 12 | PTE_P | PTE_W;

        if (i >= WINDOW / 4096 && i < WINDOW / 4096 + PAGES)
            pte = 0;
        cr_assert_eq(machine_write(g, TABLE + i * 4, &pte, 4), 0);
    }
    cr_assert_eq(machine_write(g, DIRECTORY, &pde, 4), 0);
    cr_assert_eq(machine_write(g, GDT, gdt, sizeof gdt), 0);
    write_handler(g);
    for (unsigned i = 0; i < OPERATIONS; i++)
        one_operation(&k, &seed);
    EMIT(&k, 0xb0, 0x00, 0xe6, 0xf4); /* out 0xf4, 0 */
    cr_assert_eq(machine_write(g, CODE, k.bytes, k.n), 0);
    c->cr3 = DIRECTORY;
    c->cr0 |= CR0_PG | CR0_WP;
    c->gdtr = (struct dtr){GDT, sizeof gdt - 1};
    c->idtr = (struct dtr){IDT, 256 * 8 - 1};
    c->r[ESP] = STACK;
    c->eip = CODE;
    cpu_refresh(c);
}

static struct vm *make(const char *technique, bool virtualizable, bool shadow)
{
    return testvm(technique_find(technique),
                  (struct vm_config){
                      .virtualizable = virtualizable, .shadow = shadow, .mem = 16 << 20, .tlb_sets = 4, .tlb_ways = 2});
}

static uint32_t hardware_word(struct vm *v, uint32_t at)
{
    uint32_t word;

    cr_assert_eq(machine_read(vm_hardware(v), at, &word, 4), 0);
    return word;
}

/* What a shadow entry grants, the guest's tables must grant, and to the same frame. */
static void entry_is_granted(struct vm *v, uint32_t lin, uint32_t entry, bool write, bool user)
{
    struct machine *g = vm_guest(v);
    const struct walk_context k = walk_context_of(g, NULL);
    struct walk w;
    hpa_t where;

    cr_assert(page_walk(&k, lin, write, user, &w), "%08x: entry %08x lets %s %s, the guest does not", lin, entry,
              user ? "the user" : "the kernel", write ? "write" : "read");
    cr_assert(vm_p2m(v, gpa(w.pa), &where));
    cr_assert_eq(where.v & PTE_FRAME, entry & PTE_FRAME, "%08x leads elsewhere", lin);
    cr_assert(!write || w.step[w.steps - 1].entry & PTE_D, "%08x: writable before the guest's D bit is set", lin);
}

static void invariant(struct vm *v)
{
    uint32_t root = vm_hardware_cr3(v);

    for (uint32_t d = 0; d < SHADOW_PDES_SHARED; d++) {
        uint32_t pde = hardware_word(v, root + d * 4);

        for (uint32_t t = 0; (pde & PTE_P) && t < 1024; t++) {
            uint32_t entry = hardware_word(v, (pde & PTE_FRAME) + t * 4), lin = d << 22 | t << 12;

            if (!(entry & PTE_P))
                continue;
            cr_assert_eq(v->mon.frames.frame[entry >> 12].owner, OWNER_GUEST, "%08x reaches the monitor", lin);
            entry_is_granted(v, lin, entry, false, false);
            if (entry & PTE_W)
                entry_is_granted(v, lin, entry, true, false);
            if (entry & PTE_U)
                entry_is_granted(v, lin, entry, false, true);
            if ((entry & PTE_U) && (entry & PTE_W))
                entry_is_granted(v, lin, entry, true, true);
        }
    }
}

/* Between a table's edit and the flush that follows it, any TLB may be stale. */
static bool flushes_next(struct vm *v)
{
    uint8_t code[2];

    cr_assert_eq(machine_read(vm_guest(v), vm_guest(v)->cpu.eip, code, sizeof code), 0);
    return code[0] == 0x0f && code[1] == 0x01;
}

Test(shadow, grants_no_more_than_the_guest_and_the_p2m)
{
    for (uint64_t guest = 1; guest <= GUESTS; guest++) {
        struct vm *v = make(guest % 3 ? "trap" : "vtx", guest % 2, true);
        unsigned steps = 0;
        enum outcome o;

        write_guest(vm_guest(v), guest * 0x9e3779b97f4a7c15);
        while ((o = vm_step(v)) == OUTCOME_NONE) {
            steps++;
            if (!flushes_next(v))
                invariant(v);
        }
        cr_assert_eq(o, OUTCOME_OK, "guest %u", (unsigned)guest);
        cr_assert_gt(steps, OPERATIONS);
        vm_destroy(v);
    }
}

Test(shadow, random_guests_end_alike_under_every_technique)
{
    static const char *const name[] = {"native", "emulate", "trap", "vtx", "vtx"};
    enum { NAMES = sizeof name / sizeof *name };

    for (uint64_t guest = 1; guest <= 4 * GUESTS; guest++) {
        char digest[NAMES][33];

        for (unsigned t = 0; t < NAMES; t++) {
            struct vm *v = make(name[t], true, t == NAMES - 1);

            write_guest(vm_guest(v), guest * 0x9e3779b97f4a7c15);
            cr_assert_eq(vm_run(v, 1000000), OUTCOME_OK, "guest %u under %s", (unsigned)guest, name[t]);
            machine_digest(vm_guest(v), digest[t]);
            vm_destroy(v);
        }
        for (unsigned t = 1; t < NAMES; t++)
            cr_assert_str_eq(digest[t], digest[0], "guest %u under %s", (unsigned)guest, name[t]);
    }
}

/* All tables that a monitor can want of the largest guests, besides its own pages: nested ones, and a whole shadow. */
Test(shadow, the_reserve_holds_every_table)
{
    static const uint32_t mib[] = {1, 64, 1024, 2048, 3072};
    struct frames f;

    for (unsigned i = 0; i < sizeof mib / sizeof *mib; i++) {
        uint32_t guest = mib[i] << (20 - PAGE_SHIFT), nested = 3 + (guest >> 18) + (guest >> 9), shadow = 1 + 1024;

        cr_assert_eq(frames_init(&f, guest), 0);
        for (uint32_t n = nested + shadow + 16; n > 0; n--)
            cr_assert_neq(frames_take(&f, TYPE_TABLE), NO_FRAME, "%u MiB: %u more", mib[i], n);
        cr_expect_leq((uint64_t)f.count << PAGE_SHIFT, 0xfc000000, "%u MiB", mib[i]);
        frames_destroy(&f);
    }
}
