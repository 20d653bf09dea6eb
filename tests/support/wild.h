/* SPDX-License-Identifier: MIT */
/*
 * A wild guest: bytes become a ring-0 program that touches devices, control registers and its own descriptor and page
 * tables, with raw bytes of code in between. Whatever they are, a run ends within its budget, and its state can be saved and
 * loaded. Shared by the libFuzzer target and by the test that draws the bytes at random.
 *
 *      01000h GDT   02000h IDT   03000h TSS   04000h page directory   05000h page table   06000h page table of FEC00000h
 *      10000h code  40000h stack
 */
#ifndef TESTS_SUPPORT_WILD_H
#define TESTS_SUPPORT_WILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/disk.h"
#include "interp/state.h"
#include "interp/fault.h"
#include "tests/support/flat_vmcs.h"
#include "vmm/rotation.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

enum { WILD_GDT = 0x1000, WILD_IDT = 0x2000, WILD_TSS = 0x3000, WILD_PD = 0x4000, WILD_PT = 0x5000, WILD_PT2 = 0x6000 };
enum { WILD_CODE = 0x10000, WILD_STACK = 0x40000, WILD_HANDLER = 0x20000, WILD_ROOM = 0x4000, WILD_SECTORS = 40 };
enum { WILD_VMXON = 0x7000, WILD_VMCS = 0x8000, WILD_POINTERS = 0x9000 }; /* pointers to the two, 8 bytes each */
enum { WILD_MEM = 1 << 20, WILD_SLICE = 200, WILD_SLICES = 12 };

struct wild {
    const uint8_t *in;
    size_t left;
    uint8_t code[WILD_ROOM];
    unsigned n;
};

struct wild_disk {
    struct disk disk;
    uint8_t sector[WILD_SECTORS][SECTOR];
};

static int wild_read(struct disk *d, uint64_t lba, uint8_t to[SECTOR])
{
    if (lba >= WILD_SECTORS)
        abort();
    memcpy(to, ((struct wild_disk *)(void *)d)->sector[lba], SECTOR);
    return 0;
}

static int wild_write(struct disk *d, uint64_t lba, const uint8_t from[SECTOR])
{
    if (lba >= WILD_SECTORS)
        abort();
    memcpy(((struct wild_disk *)(void *)d)->sector[lba], from, SECTOR);
    return 0;
}

static int wild_flush(struct disk *d)
{
    (void)d;
    return 0;
}

static void wild_disk_state(struct state *s, struct disk *d)
{
    state_bytes(s, ((struct wild_disk *)(void *)d)->sector, WILD_SECTORS * SECTOR);
}

/* ---- bytes become code ---- */

static uint8_t wild_byte(struct wild *w)
{
    if (!w->left)
        return 0;
    w->left--;
    return *w->in++;
}

static uint32_t wild_word(struct wild *w, unsigned bytes)
{
    uint32_t v = 0;

    while (bytes--)
        v = v << 8 | wild_byte(w);
    return v;
}

static void wild_emit(struct wild *w, unsigned n, uint64_t bytes)
{
    for (; n && w->n < WILD_ROOM - 16; n--, bytes >>= 8)
        w->code[w->n++] = (uint8_t)bytes;
}

static void wild_emit32(struct wild *w, unsigned n, uint64_t opcode, uint32_t imm)
{
    wild_emit(w, n, opcode);
    wild_emit(w, 4, imm);
}

/* A port of a device, with a few neighbours. */
static uint16_t wild_port(struct wild *w)
{
    static const uint16_t port[] = {0x20,  0x21,  0xa0,  0xa1,  0x4d0, 0x4d1, 0x40,  0x41,  0x42,  0x43,  0x61,
                                    0x60,  0x64,  0x70,  0x71,  0x80,  0x92,  0x1f0, 0x1f1, 0x1f2, 0x1f3, 0x1f4,
                                    0x1f5, 0x1f6, 0x1f7, 0x3f6, 0x378, 0x379, 0x37a, 0x3f8, 0x3f9, 0x3fa, 0x3fb,
                                    0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x3c0, 0x3c4, 0x3c5, 0x3c8, 0x3c9, 0x3ce, 0x3d4,
                                    0x3d5, 0x3da, 0xcf8, 0xcf9, 0xcfc, 0xcfe, 0xf4,  0xffff};

    return port[wild_byte(w) % (sizeof port / sizeof *port)];
}

static uint32_t wild_mmio(struct wild *w)
{
    uint32_t page = wild_byte(w) & 3 ? 0xfee00000 : 0xfec00000;

    return page + (wild_byte(w) << 4) + (wild_byte(w) & 0x13 ? 0 : wild_byte(w) & 15);
}

static uint32_t wild_table(struct wild *w)
{
    static const uint32_t table[] = {WILD_GDT, WILD_IDT,  WILD_TSS,  WILD_PD,     WILD_PT,
                                     WILD_PT2, WILD_VMCS, WILD_CODE, WILD_HANDLER};

    return table[wild_byte(w) % (sizeof table / sizeof *table)] + (wild_word(w, 2) & 0xfff);
}

/* VMX on, and the VMCS that wild_vmcs() has made the current one. */
static void wild_vmx_on(struct wild *w)
{
    wild_emit32(w, 1, 0xb8, 0x80010031); /* mov eax, value; mov cr0, eax; ... cr4 */
    wild_emit(w, 3, 0xc0220f);
    wild_emit32(w, 1, 0xb8, 0x2010);
    wild_emit(w, 3, 0xe0220f);
    wild_emit32(w, 4, 0x35c70ff3, WILD_POINTERS); /* vmxon, vmclear, vmptrld */
    wild_emit32(w, 4, 0x35c70f66, WILD_POINTERS + 8);
    wild_emit32(w, 3, 0x35c70f, WILD_POINTERS + 8);
}

/* Something with VMX: fields by VMWRITE and by plain stores, entries, and what exits. */
static void wild_vmx(struct wild *w)
{
    static const uint32_t plain[] = {0xc2010f, 0xc3010f, 0xc3010f, 0xc1010f, 0xc4010f, 0x90a20f, 0x90310f, 0x9090f3};
    unsigned f = wild_byte(w) % VMCS_FIELDS;

    switch (wild_byte(w) % 8) {
    case 0: wild_vmx_on(w); break;
    case 1: /* mov eax, value; mov ecx, field; vmwrite ecx, eax */
    case 2:
        wild_emit32(w, 1, 0xb8, wild_word(w, 1 + 3 * (wild_byte(w) & 1)));
        wild_emit32(w, 1, 0xb9, vmcs_info[f].encoding | (wild_byte(w) & 1));
        wild_emit(w, 3, 0xc8790f);
        break;
    case 3: /* mov dword [VMCS + field], value */
        wild_emit32(w, 2, 0x05c7, WILD_VMCS + vmcs_info[f].offset);
        wild_emit(w, 4, wild_word(w, 4));
        break;
    case 4: /* invept, invvpid */
        wild_emit32(w, 5, wild_byte(w) & 1 ? 0x0d81380f66 : 0x0d80380f66, WILD_POINTERS);
        break;
    default: wild_emit(w, 3, plain[wild_byte(w) % 8]); break;
    }
}

/* An address of the machine's that is not the guest's: behind its memory, where a monitor has its frames. */
static uint32_t wild_beyond(struct wild *w)
{
    return WILD_MEM + ((wild_word(w, 2) % 2048u) << 12);
}

/* Reaches for a monitor: through its linear addresses, its frames by a table's entry or as tables, or flat. */
static void wild_reach(struct wild *w)
{
    uint32_t lin = wild_byte(w) & 1 ? 0xfc000000 + ((wild_byte(w) % 8u) << 12) : wild_beyond(w);

    lin += wild_word(w, 2) & 0xffc;
    switch (wild_byte(w) % 7) {
    case 0: wild_emit32(w, 1, 0xa1, lin); break;     /* mov eax, [lin] */
    case 1: wild_emit32(w, 1, 0xa3, lin); break;     /* mov [lin], eax */
    case 2: wild_emit32(w, 3, 0x3d010f, lin); break; /* invlpg [lin] */
    case 3: wild_emit32(w, 2, 0x15ff, lin); break;   /* call [lin] */
    case 4:                                          /* what lies there becomes the stack */
        wild_emit32(w, 1, 0xbc, lin);
        wild_emit(w, 1, 0x50);
        wild_emit32(w, 1, 0xbc, WILD_STACK);
        break;
    case 5: /* a directory or a table entry leads there; flush; look */
        wild_emit32(w, 2, 0x05c7, (wild_byte(w) & 1 ? WILD_PD : WILD_PT) + 4 * (0x80 + wild_byte(w) % 4u));
        wild_emit(w, 4, wild_beyond(w) | 7 | (wild_byte(w) & 0x80));
        wild_emit(w, 6, 0xd8220fd8200f); /* mov eax, cr3; mov cr3, eax */
        wild_emit32(w, 1, wild_byte(w) & 1 ? 0xa1 : 0xa3,
                    (wild_byte(w) & 1 ? 0x80000 : 0x20000000) + (wild_word(w, 2) & 0x3ffc));
        break;
    default: /* mov eax, there; mov cr3, eax */
        wild_emit32(w, 1, 0xb8, wild_beyond(w));
        wild_emit(w, 3, 0xd8220f);
        break;
    }
}

static void wild_piece(struct wild *w)
{
    static const uint32_t cr[] = {0xc0220f, 0xd8220f, 0xe0220f}; /* mov cr0, cr3, cr4, eax */
    unsigned n;

    switch (wild_byte(w) % 22) {
    case 0:
    case 1:
    case 2: /* mov edx, port; mov eax, value; out dx, al / eax / ax */
        wild_emit32(w, 1, 0xba, wild_port(w));
        wild_emit32(w, 1, 0xb8, wild_word(w, 1 + 3 * (wild_byte(w) & 1)));
        n = wild_byte(w) % 8;
        wild_emit(w, n == 7 ? 2 : 1, n == 7 ? 0xef66 : n == 6 ? 0xef : 0xee);
        break;
    case 3:
        wild_emit32(w, 1, 0xba, wild_port(w));
        n = wild_byte(w) % 4;
        wild_emit(w, n == 3 ? 2 : 1, n == 3 ? 0xed66 : n == 2 ? 0xed : 0xec);
        break;
    case 4: /* mov eax, value; mov [mmio], eax */
        wild_emit32(w, 1, 0xb8, wild_word(w, 4));
        wild_emit32(w, 1, 0xa3, wild_mmio(w));
        break;
    case 5: /* mov eax, [mmio]; or the byte there counted up */
        if (wild_byte(w) & 1)
            wild_emit32(w, 1, 0xa1, wild_mmio(w));
        else
            wild_emit32(w, 2, 0x05fe, wild_mmio(w));
        break;
    case 6: wild_emit(w, 3, 0xfaf4fb); break; /* sti; hlt; cli */
    case 7:                                   /* rep insw or outsw at the disk */
        wild_emit32(w, 1, 0xb9, wild_byte(w) * 3u);
        wild_emit32(w, 1, 0xba, 0x1f0);
        wild_emit32(w, 1, wild_byte(w) & 1 ? 0xbf : 0xbe, 0x60000);
        wild_emit(w, 3, wild_byte(w) & 1 ? 0x6d66f3 : 0x6f66f3);
        break;
    case 8: wild_emit(w, 4, 0x909090fb); break;
    case 9:
    case 10:
        for (n = wild_byte(w) % 12; n; n--)
            wild_emit(w, 1, wild_byte(w));
        break;
    case 11: /* control registers: paging on as it was set up, or with bits of the input */
        wild_emit32(w, 1, 0xb8, wild_byte(w) & 1 ? wild_word(w, 4) : 0x80010011);
        wild_emit(w, 3, cr[wild_byte(w) % 3]);
        break;
    case 12: /* a double word into a table */
        wild_emit32(w, 2, 0x05c7, wild_table(w));
        wild_emit(w, 4, wild_word(w, 4));
        break;
    case 13: wild_emit(w, 2, 0xcd | (uint64_t)wild_byte(w) << 8); break; /* int n */
    case 14:
        wild_emit(w, 7, 0xea | (uint64_t)(WILD_CODE + w->n + 7) << 8 | (uint64_t)(wild_byte(w) & 0x7b) << 40);
        break;
    case 15:
    case 16:
    case 17:
    case 18: wild_vmx(w); break;
    case 19:
    case 20: wild_reach(w); break;
    default: /* a segment register, from the input */
        wild_emit32(w, 1, 0xb8, wild_byte(w) & 0x7b);
        wild_emit(w, 2, 0xc08e | (uint64_t)(wild_byte(w) & 0x38) << 8);
        break;
    }
}

/* Before it: stack, tables, and now and then paging, or a guest. */
static void wild_program(struct wild *w, uint8_t how)
{
    wild_emit32(w, 1, 0xbc, WILD_STACK);
    wild_emit32(w, 3, 0x15010f, WILD_GDT + 0xff0); /* lgdt, lidt: see wild_tables() */
    wild_emit32(w, 3, 0x1d010f, WILD_GDT + 0xff8);
    wild_emit32(w, 1, 0xb8, WILD_PD);
    wild_emit(w, 3, 0xd8220f);
    if (how & 1) {
        wild_emit32(w, 1, 0xb8, 0x80010011);
        wild_emit(w, 3, 0xc0220f);
    }
    if (how & 2)
        wild_emit(w, 7, 0xd8000f00000028b8); /* mov eax, 28h; ltr ax */
    if (how & 0x10) {
        wild_vmx_on(w);
        for (unsigned n = wild_byte(w) % 4; n; n--)
            wild_vmx(w);
        wild_emit(w, 3, 0xc2010f); /* vmlaunch */
    }
    while (w->left && w->n < WILD_ROOM - 64)
        wild_piece(w);
    wild_emit(w, 4, 0xfdebf4fb); /* sti; hlt; jmp back */
}

static void wild_put(struct machine *m, uint32_t at, uint32_t lo, uint32_t hi)
{
    const uint32_t pair[] = {lo, hi};

    (void)machine_write(m, at, pair, sizeof pair);
}

/* A VMCS that can be entered, until the guest works on it: both sides begin somewhere in the code. */
static void wild_vmcs(struct machine *m, const struct wild *w)
{
    const struct flat_vmcs k = {.gdt = WILD_GDT,
                                .idt = WILD_IDT,
                                .cr3 = WILD_PD,
                                .cs = 0x08,
                                .ds = 0x10,
                                .tr = 0x28,
                                .host_eip = WILD_CODE + w->n / 3,
                                .host_esp = WILD_STACK - 0x2000,
                                .guest_eip = WILD_CODE + w->n * 2 / 3,
                                .guest_esp = WILD_STACK - 0x3000};

    wild_put(m, WILD_VMXON, VMX_REVISION, 0);
    wild_put(m, WILD_VMCS, VMX_REVISION, 0);
    wild_put(m, WILD_POINTERS, WILD_VMXON, 0);
    wild_put(m, WILD_POINTERS + 8, WILD_VMCS, 0);
    flat_vmcs(m, WILD_VMCS, &k);
}

static void wild_tables(struct machine *m)
{
    static const uint8_t plain[] = {0xb0, 0x20, 0xe6, 0x20, 0xe6, 0xa0, 0xcf};      /* EOI to both PICs; iret */
    static const uint8_t with_error[] = {0x83, 0xc4, 0x04, 0xff, 0x04, 0x24, 0xcf}; /* drop it; skip a byte; iret */

    wild_put(m, WILD_GDT + 0x08, 0x0000ffff, 0x00cf9b00);
    wild_put(m, WILD_GDT + 0x10, 0x0000ffff, 0x00cf9300);
    wild_put(m, WILD_GDT + 0x18, 0x0000ffff, 0x00cffb00);
    wild_put(m, WILD_GDT + 0x20, 0x0000ffff, 0x00cff300);
    wild_put(m, WILD_GDT + 0x28, WILD_TSS << 16 | 0x67, 0x8900);
    wild_put(m, WILD_GDT + 0x30, 0x0000ffff, 0x40cf9300);                        /* wraps */
    wild_put(m, WILD_GDT + 0x38, 0x00000010, 0x00409700);                        /* expand-down */
    wild_put(m, WILD_GDT + 0x40, 8 << 16 | (WILD_HANDLER & 0xffff), 0x0002ec00); /* call gate */
    for (uint32_t v = 0; v < 256; v++)
        wild_put(m, WILD_IDT + 8 * v, 8 << 16 | ((WILD_HANDLER + (vector_has_error(v) ? 64 : 0)) & 0xffff),
                 (WILD_HANDLER & 0xffff0000) | (v & 1 ? 0x8e00 : 0xef00));
    wild_put(m, WILD_TSS + 4, WILD_STACK - 0x1000, 0x10);
    wild_put(m, WILD_PD, WILD_PT | 7, 0);
    wild_put(m, WILD_PD + 0x3fb * 4, WILD_PT2 | 3, 0);
    for (uint32_t page = 0; page < 1024; page += 2) {
        wild_put(m, WILD_PT + 4 * page, page << 12 | 7, (page + 1) << 12 | 7);
        wild_put(m, WILD_PT2 + 4 * page, (0xfec00000 + (page << 12)) | 3, (0xfec00000 + ((page + 1) << 12)) | 3);
    }
    wild_put(m, WILD_GDT + 0xff0, (WILD_GDT << 16) | 0xff, 0);
    wild_put(m, WILD_GDT + 0xff8, (WILD_IDT << 16) | 0x7ff, 0);
    (void)machine_write(m, WILD_HANDLER, plain, sizeof plain);
    (void)machine_write(m, WILD_HANDLER + 64, with_error, sizeof with_error);
}

/* ---- runs ---- */

#define WILD_DEMAND(what)                                                                                              \
    do {                                                                                                               \
        if (!(what)) {                                                                                                 \
            fprintf(stderr, "wild guest: %s does not hold\n", #what);                                                  \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Where a guest runs: `place` modulo WILD_PLACES. On a virtualizable processor all techniques run it. From 2 on with a monitor. */
enum { WILD_PLACES = 7, WILD_MONITORED = 2, WILD_MOVES = 0x80 };

static struct vm *wild_vm(uint8_t how, uint8_t place, struct wild_disk *d)
{
    static const struct {
        const char *technique;
        bool virtualizable, shadow;
    } places[WILD_PLACES] = {{"native", true, false}, {"emulate", true, true}, {"trap", true, false},
                             {"vtx", true, false},    {"vtx", true, true},     {"trap", false, false},
                             {"vtx", false, false}};
    unsigned n = (place & ~WILD_MOVES) % WILD_PLACES;
    struct vm_config k = {.technique = technique_find(places[n].technique),
                          .virtualizable = places[n].virtualizable,
                          .shadow = places[n].shadow,
                          .mem = WILD_MEM,
                          .tlb_sets = 4,
                          .tlb_ways = 2,
                          .cost = &cost_presets[0],
                          .clock_insns = how & 0x40};
    char error[200];
    struct vm *v;

    *d = (struct wild_disk){.disk = {WILD_SECTORS, wild_read, wild_write, wild_flush, wild_disk_state}};
    k.disk[0] = how & 0x80 ? &d->disk : NULL;
    v = vm_create(&k, error, sizeof error);
    WILD_DEMAND(v);
    return v;
}

/* Bytes and keys from outside, between slices. */
static void wild_input(struct vm *v, unsigned slice)
{
    struct pc *p = &vm_guest(v)->pc;

    (void)kbd_press(&p->kbd, slice & 1 ? "left" : "a");
    for (unsigned i = 0; i <= slice * 6; i++)
        (void)uart_receive(&p->uart, (uint8_t)i);
}

/* The end of the next slice: few instructions, but for a halted guest the next event, which costs nothing to wait for. */
static uint64_t wild_slice(const struct machine *m, uint8_t how)
{
    uint64_t now = machine_now(m),
             from = m->cpu.activity == HALTED && !machine_interruptible(m) && m->clock.next != CLOCK_NEVER
                        ? m->clock.next
                        : now;

    return (from > now ? from : now) + (how & 0x40 ? WILD_SLICE : WILD_SLICE * 100);
}

/* To the tick; a guest that moves goes through all techniques on the way. */
static enum outcome wild_go(struct vm *v, uint8_t place, uint64_t until)
{
    struct rotation all = {.count = 0};
    uint64_t stay = (until - machine_now(vm_guest(v))) / 8 + 1;
    char error[200];
    enum outcome o;

    if (!(place & WILD_MOVES))
        return vm_run(v, until);
    rotation_add_all(&all, true);
    while ((o = vm_run_slice(v, until, stay)) == OUTCOME_NONE)
        WILD_DEMAND(vm_swap(v, rotation_next(&all, vm_technique(v)), error, sizeof error) == 0);
    return o;
}

/* A slice ends in time, and the monitor's tables lead to the guest's own frames only. */
static enum outcome wild_watched(struct vm *v, uint8_t how, uint8_t place)
{
    uint64_t until = wild_slice(vm_guest(v), how);
    enum outcome o = wild_go(v, place, until);
    struct vm_monitor m;

    WILD_DEMAND(o != OUTCOME_NONE && o != OUTCOME_BROKEN && machine_now(vm_guest(v)) < until + 1000000);
    WILD_DEMAND(!vm_get_monitor(v, &m) || !m.exposed);
    return o;
}

/* Saved and loaded into another machine, the state is the same; and that machine runs, by the next technique. */
static void wild_travels(struct vm *v, uint8_t how, uint8_t place)
{
    static struct wild_disk d;
    struct vm *other = wild_vm(how, ++place, &d);
    char here[33], there[33];
    struct state s, l;

    state_init_save(&s);
    WILD_DEMAND(machine_state(vm_guest(v), &s) == 0);
    state_init_load(&l, s.data, s.size);
    if (machine_state(vm_guest(other), &l))
        fprintf(stderr, "wild guest: %s\n", l.error);
    WILD_DEMAND(!l.error[0]);
    machine_digest(vm_guest(v), here);
    machine_digest(vm_guest(other), there);
    WILD_DEMAND(!strcmp(here, there));
    vm_changed(other);
    (void)wild_watched(other, how, place);
    state_free(&s);
    vm_destroy(other);
}

/* Somebody who looks on: at a VM before its guest is there, after each slice, and at the end. */
struct wild_watch {
    void *(*begin)(struct vm *v);
    void (*look)(void *ctx);
    void (*end)(void *ctx);
};

static void wild_run(const uint8_t *data, size_t size, const struct wild_watch *watch)
{
    static struct wild_disk d;
    struct wild w = {.in = data, .left = size};
    uint8_t how = wild_byte(&w), place = wild_byte(&w);
    struct vm *v = wild_vm(how, place, &d);
    struct machine *m = vm_guest(v);
    enum outcome o = OUTCOME_LIMIT;
    void *ctx = watch ? watch->begin(v) : NULL;

    wild_program(&w, how);
    wild_tables(m);
    wild_vmcs(m, &w);
    (void)machine_write(m, WILD_CODE, w.code, w.n);
    m->cpu.eip = WILD_CODE;
    for (unsigned i = 0; i < WILD_SLICES && o == OUTCOME_LIMIT; i++) {
        o = wild_watched(v, how, place);
        if (watch)
            watch->look(ctx);
        wild_input(v, i);
    }
    if (watch)
        watch->end(ctx);
    if (how & 0x20)
        wild_travels(v, how, place);
    vm_destroy(v);
}

#endif
