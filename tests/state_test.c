/* SPDX-License-Identifier: MIT */
/* The save format: its buffer (order, bounds, errors that say where), and a whole machine in it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/state.h"

struct sample {
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    bool e;
    uint8_t f[5];
};

static const struct sample sample = {0x12, 0x3456, 0x789abcde, 0xfedcba9876543210, true, {1, 2, 3, 4, 5}};

static void sample_state(struct state *s, struct sample *v)
{
    state_section(s, "SMPL", 3);
    state_u8(s, &v->a);
    state_u16(s, &v->b);
    state_u32(s, &v->c);
    state_u64(s, &v->d);
    state_bool(s, &v->e);
    state_bytes(s, v->f, sizeof v->f);
}

Test(state, bytes_are_little_endian_and_come_back)
{
    static const uint8_t wanted[] = {'S',  'M',  'P',  'L',  3,    0,    0x12, 0x56, 0x34, 0xde, 0xbc, 0x9a, 0x78, 0x10,
                                     0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 1,    1,    2,    3,    4,    5};
    struct sample v = sample, w = {0};
    struct state s, l;

    state_init_save(&s);
    sample_state(&s, &v);
    cr_assert_str_empty(s.error);
    cr_assert_eq(s.size, sizeof wanted);
    cr_assert_arr_eq(s.data, wanted, sizeof wanted);
    state_init_load(&l, s.data, s.size);
    sample_state(&l, &w);
    cr_expect_str_empty(l.error);
    cr_expect_eq(l.pos, l.size);
    cr_expect(v.a == w.a && v.b == w.b && v.c == w.c && v.d == w.d && v.e == w.e && !memcmp(v.f, w.f, 5));
    state_free(&s);
    cr_expect_null(s.data);
}

Test(state, truncation_is_found_at_every_length)
{
    struct sample v = sample;
    struct state s;

    state_init_save(&s);
    sample_state(&s, &v);
    for (size_t n = 0; n < s.size; n++) {
        struct sample w = {0};
        struct state l;
        uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees one byte too many */

        memcpy(exact, s.data, n);
        state_init_load(&l, exact, n);
        sample_state(&l, &w);
        cr_assert_str_not_empty(l.error);
        cr_assert_not_null(strstr(l.error, "left"), "%s", l.error);
        cr_assert_not_null(strstr(l.error, n < 6 ? "section (none)" : "section SMPL"), "%s", l.error);
        cr_assert_leq(l.pos, n);
        free(exact);
    }
    state_free(&s);
}

Test(state, tags_versions_and_booleans_are_checked)
{
    struct sample v = sample, w = {0};
    struct state s, l;

    state_init_save(&s);
    sample_state(&s, &v);
    s.data[0] = 0x1b;
    state_init_load(&l, s.data, s.size);
    sample_state(&l, &w);
    cr_expect_str_eq(l.error, "state: section (none), offset 6: section SMPL expected next, ?MPL found");
    cr_expect_eq(w.a, 0, "nothing more was read");
    s.data[0] = 'S';
    s.data[4] = 4;
    state_init_load(&l, s.data, s.size);
    sample_state(&l, &w);
    cr_expect_str_eq(l.error, "state: section SMPL, offset 6: version 3 expected, 4 found");
    s.data[4] = 3;
    s.data[21] = 2;
    state_init_load(&l, s.data, s.size);
    sample_state(&l, &w);
    cr_expect_str_eq(l.error, "state: section SMPL, offset 22: 2 where only 0 or 1 may stand");
    cr_expect_eq(w.f[0], 0);
    state_free(&s);
}

Test(state, the_first_error_stays)
{
    struct state s;
    uint8_t byte = 7;

    state_init_load(&s, "", 0);
    state_check(&s, true, "fine");
    cr_expect_str_empty(s.error);
    state_check(&s, false, "first");
    state_fail(&s, "second %d", 2);
    state_u8(&s, &byte);
    cr_expect_str_eq(s.error, "state: section (none), offset 0: first");
    cr_expect_eq(byte, 7);
    state_init_save(&s);
    state_check(&s, false, "only what was loaded is doubted");
    cr_expect_str_empty(s.error);
    for (unsigned i = 0; i < 100; i++)
        state_fail(&s, "%0200d", 1);
    cr_expect_lt(strlen(s.error), sizeof s.error);
    state_free(&s);
}

struct sunk {
    uint8_t bytes[64];
    size_t n;
};

static void sink(void *ctx, const void *bytes, size_t n)
{
    struct sunk *k = ctx;

    cr_assert_leq(k->n + n, sizeof k->bytes);
    memcpy(k->bytes + k->n, bytes, n);
    k->n += n;
}

Test(state, sinks_and_large_buffers)
{
    struct sample v = sample;
    struct sunk sunk = {.n = 0};
    struct state s, k;
    uint8_t page[4096];

    state_init_save(&s);
    sample_state(&s, &v);
    state_init_sink(&k, sink, &sunk);
    sample_state(&k, &v);
    cr_expect_eq(sunk.n, s.size);
    cr_expect_arr_eq(sunk.bytes, s.data, s.size);
    cr_expect_eq(k.pos, s.pos);
    state_free(&k);
    for (unsigned i = 0; i < 1000; i++) {
        memset(page, (int)i, sizeof page);
        state_bytes(&s, page, sizeof page);
    }
    cr_expect_eq(s.size, 27 + 1000 * sizeof page);
    for (unsigned i = 0; i < 1000; i++)
        cr_assert(s.data[27 + i * sizeof page] == (uint8_t)i && s.data[26 + (i + 1) * sizeof page] == (uint8_t)i);
    state_free(&s);
}

/* ---- a whole machine ---------------------------------------------------------------------------------------------- */

enum { MEM = 2 << 20 };

static struct machine *power(uint64_t mem, bool insns)
{
    struct ram *ram = ram_create((uint32_t)(mem >> 12));

    cr_assert_not_null(ram);
    return machine_create(&(struct machine_config){
        .ram = ram, .mem = mem, .tlb_sets = 64, .tlb_ways = 4, .cost = &cost_presets[0], .clock_insns = insns});
}

static void off(struct machine *m)
{
    struct ram *ram = m->ram;

    machine_destroy(m);
    ram_destroy(ram);
}

/* mov ecx, 1000; l: add [0x3000], ecx; out 0xe9, al ...: counts in memory, keeps the timer going, and halts. */
static void program(struct machine *m)
{
    static const uint8_t code[] = {
        0xb9, 0xe8, 0x03, 0x00, 0x00,             /* mov ecx, 1000 */
        0x01, 0x0d, 0x00, 0x30, 0x00, 0x00,       /* add [0x3000], ecx */
        0x89, 0x0c, 0x8d, 0x00, 0x40, 0x00, 0x00, /* mov [0x4000 + ecx * 4], ecx */
        0xe4, 0x40,                               /* in al, 0x40 */
        0xe2, 0xef,                               /* loop to the add */
        0xf4,                                     /* hlt */
    };

    cr_assert_eq(machine_write(m, 0x1000, code, sizeof code), 0);
    m->cpu.eip = 0x1000;
    m->cpu.r[EDX] = 0x12345678;
    cpu_set_eflags(&m->cpu, FL_CF | FL_ZF | FL_SF | FL_PF);
}

static void save(struct machine *m, struct state *s)
{
    state_init_save(s);
    cr_assert_eq(machine_state(m, s), 0, "%s", s->error);
}

static int load(struct machine *m, const void *data, size_t size, char error[160])
{
    struct state l;
    int result;

    state_init_load(&l, data, size);
    result = machine_state(m, &l);
    memcpy(error, l.error, sizeof l.error);
    return result;
}

Test(machine_state, a_restored_machine_goes_on_as_the_saved_one)
{
    struct machine *a = power(MEM, false), *b = power(MEM, false);
    char da[33], db[33], error[160];
    struct state s;

    program(a);
    memset(ram_frame(b->ram, 7), 0xee, 4096); /* what stood there before goes */
    for (uint64_t until = 0; until < 4000000; until += 76543) {
        machine_run(a, until);
        save(a, &s);
        cr_assert_eq(load(b, s.data, s.size, error), 0, "%s", error);
        machine_digest(a, da);
        machine_digest(b, db);
        cr_assert_str_eq(da, db);
        cr_assert_eq(strlen(da), 32);
        machine_run(a, until + 50000);
        machine_run(b, until + 50000);
        machine_digest(a, da);
        machine_digest(b, db);
        cr_assert_str_eq(da, db);
        cr_assert_eq(cpu_insns(&a->cpu), cpu_insns(&b->cpu));
        state_free(&s);
    }
    cr_expect_eq(a->cpu.activity, HALTED);
    off(a);
    off(b);
}

Test(machine_state, the_digest_sees_everything_but_the_other_counter)
{
    struct machine *m = power(MEM, true);
    char before[33], after[33];

    program(m);
    machine_run(m, 100);
    machine_digest(m, before);
    m->cpu.t[1] += 5;
    m->by[ACCOUNT_WALK] += 7;
    machine_digest(m, after);
    cr_expect_str_eq(before, after);
#define DIFFERS(change_, undo_)                                                                                        \
    do {                                                                                                               \
        change_;                                                                                                       \
        machine_digest(m, after);                                                                                      \
        cr_expect_str_neq(before, after, #change_);                                                                    \
        undo_;                                                                                                         \
        machine_digest(m, after);                                                                                      \
        cr_expect_str_eq(before, after, #undo_);                                                                       \
    } while (0)
    DIFFERS(m->cpu.t[0]++, m->cpu.t[0]--);
    DIFFERS(m->cpu.r[EDI] ^= 1, m->cpu.r[EDI] ^= 1);
    DIFFERS(m->cpu.seg[FS].limit--, m->cpu.seg[FS].limit++);
    DIFFERS(m->cpu.idtr.limit++, m->cpu.idtr.limit--);
    DIFFERS(m->cpu.dr[7] ^= 1, m->cpu.dr[7] ^= 1);
    DIFFERS(m->cpu.msr.tsc_offset--, m->cpu.msr.tsc_offset++);
    DIFFERS(m->pc.vga.crtc[14]++, m->pc.vga.crtc[14]--);
    DIFFERS(m->pc.pit.port61 ^= 2, m->pc.pit.port61 ^= 2);
    DIFFERS(ram_frame(m->ram, 0x1ff)[4095] = 1, ram_frame(m->ram, 0x1ff)[4095] = 0);
    DIFFERS(ram_frame(m->ram, 0xb8)[0] = 1, ram_frame(m->ram, 0xb8)[0] = 0);
    off(m);
}

Test(machine_state, another_machine_is_refused)
{
    struct machine *a = power(MEM, false), *larger = power(2 * MEM, false), *insns = power(MEM, true);
    char error[160];
    struct state s;

    save(a, &s);
    cr_expect_eq(load(larger, s.data, s.size, error), -1);
    cr_expect_not_null(strstr(error, "saved with 2097152 bytes of memory, this machine has 4194304"), "%s", error);
    cr_expect_eq(load(insns, s.data, s.size, error), -1);
    cr_expect_not_null(strstr(error, "--clock cycles"), "%s", error);
    state_free(&s);
    off(a);
    off(larger);
    off(insns);
}

Test(machine_state, decoded_code_goes_with_its_bytes)
{
    struct machine *m = power(MEM, false);
    static const uint8_t one[] = {0x40, 0xf4}, two[] = {0x43, 0xf4}; /* inc eax; inc ebx */
    char error[160];
    struct state s;

    machine_write(m, 0x1000, one, sizeof one);
    m->cpu.eip = 0x1000;
    save(m, &s);
    machine_write(m, 0x1000, two, sizeof two);
    machine_run(m, 1000);
    cr_expect_eq(m->cpu.r[EBX], 1);
    cr_assert_eq(load(m, s.data, s.size, error), 0);
    machine_run(m, 1000);
    cr_expect(m->cpu.r[EAX] == 1 && m->cpu.r[EBX] == 0);
    state_free(&s);
    off(m);
}

Test(machine_state, hostile_files)
{
    struct machine *m = power(MEM, false);
    uint32_t seed = 17;
    unsigned loaded = 0;
    char error[160];
    struct state s;

    program(m);
    machine_run(m, 500000);
    save(m, &s);
    for (size_t n = 0; n < s.size; n += n < 3000 ? 1 : 977) {
        uint8_t *exact = malloc(n ? n : 1);

        memcpy(exact, s.data, n);
        cr_assert_eq(load(m, exact, n, error), -1);
        cr_assert_eq(strncmp(error, "state: section ", 15), 0);
        free(exact);
    }
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t *copy = malloc(s.size);

        memcpy(copy, s.data, s.size);
        for (unsigned k = 0; k <= i % 3; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[(seed >> 8) % 2000] = seed >> 31 ? 0xff : (uint8_t)(seed >> 20);
        }
        if (!load(m, copy, s.size, error)) {
            loaded++;
            machine_run(m, m->cpu.t[0] + 3000);
        }
        free(copy);
    }
    cr_expect_gt(loaded, 300);
    /* Pages out of order, twice, where no memory is; a wrong count. */
    size_t ram = s.size;
    while (memcmp(s.data + ram, "RAM ", 4) != 0)
        ram--;
    static const uint32_t page[] = {0xa0, 0x200, 0xfffffffe};
    for (unsigned i = 0; i < 3; i++) {
        memcpy(s.data + ram + 6, &page[i], 4);
        cr_expect_eq(load(m, s.data, s.size, error), -1);
        cr_expect_not_null(strstr(error, "no memory there"), "%s", error);
    }
    memcpy(s.data + ram + 6, &(uint32_t){1}, 4);
    memcpy(s.data + ram + 6 + 4100, &(uint32_t){1}, 4);
    cr_expect_eq(load(m, s.data, s.size, error), -1);
    cr_expect_not_null(strstr(error, "out of order"), "%s", error);
    memcpy(s.data + ram + 6 + 4100, &(uint32_t){3}, 4);
    s.data[s.size - 4]++;
    cr_expect_eq(load(m, s.data, s.size, error), -1);
    cr_expect_not_null(strstr(error, "announced"), "%s", error);
    state_free(&s);
    off(m);
}
