/* SPDX-License-Identifier: MIT */
/*
 * Nothing leads out of a VM. A guest reaches for each structure of the monitor's and each frame of another owner, in each way
 * that memory can be reached: reads, writes, executes, remaps it, gives it to VMX instructions; at rings 0 and 3, under each
 * technique with a monitor. After each attempt all is as it was or obeys its rule (tests/support/ward.h), and the guest has
 * seen what it sees on a processor of its own, by interpretation: an empty bus, its own memory, or a fault.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/state.h"
#include "interp/vmx.h"
#include "tests/support/intruder.h"
#include "tests/support/ward.h"
#include "tests/support/testvm.h"
#include "ui/scoreboard.h"
#include "vmm/technique.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

enum kind { READ, WRITE, EXECUTE, REMAP, VMX, KINDS };
static const char *const kind_name[KINDS] = {"read", "write", "execute", "remap", "VMX"};

#define WAY(w) (1u << WAY_##w)
#define MEMORY (WAY(PAGE) | WAY(TABLE) | WAY(BIG) | WAY(FLAT) | WAY(LINEAR) | WAY(UNMAPPED))
#define RING0 1u
#define RINGS 3u /* bit 0: ring 0; bit 1: ring 3 */
#define TOUCHES true

struct row {
    const char *name;
    enum kind kind;
    unsigned ways, rings;
    bool touches; /* the page itself, by one access that comes first: it counts as an attempt on the scoreboard */
    uint16_t code[CODE_MAX];
    enum vmx_state vmx;
    unsigned field;
    uint32_t with;
};

static const struct row rows[] = {
#define ATTEMPT(name, kind, ways, rings, touches, state, ...)                                                          \
    {name, kind, ways, rings, touches, {__VA_ARGS__, END}, state, 0, 0},
#define LAUNCH(name, field, with) {name, VMX, WAY(PAGE), RINGS, 0, {0x0f, 0x01, 0xc2, END}, VMX_ON, field, with},
#include "tests/escape.def"
#undef ATTEMPT
#undef LAUNCH
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Where it is tried. */
static const struct ground {
    const char *name, *technique;
    bool virtualizable, shadow;
} grounds[] = {{"trap on x86", "trap", false, true},
               {"trap on virtualizable", "trap", true, true},
               {"vtx with shadow", "vtx", false, true},
               {"vtx with nested", "vtx", false, false}};
enum { GROUNDS = sizeof grounds / sizeof *grounds };

static struct vm *make(const char *technique, bool virtualizable, bool shadow)
{
    return testvm(technique_find(technique),
                  (struct vm_config){.virtualizable = virtualizable, .shadow = shadow, .mem = INTRUDER_MEM});
}

/* ---- one attempt ---- */

struct arena {
    const struct ground *on;
    struct vm *v, *own; /* under the technique; interpreted: what it is to see */
    struct ward *ward;
    unsigned by_kind[KINDS], by_place[PLACES], bad;
};

/* What the scoreboard has to count, at least. */
static enum resource wanted(const struct arena *a, const struct row *r, const struct attempt *t)
{
    bool trap = a->v->technique->world == &world_ring1;

    if (r->kind == VMX && r->vmx == VMX_ABLE_NOT)
        return trap ? RESOURCE_NONE : RESOURCE_STATE; /* at ring 1 it is no more than an undefined opcode */
    if (!r->touches)
        return RESOURCE_NONE;
    if (t->way == WAY_LINEAR)
        return trap ? RESOURCE_MONITOR : RESOURCE_NONE; /* in non-root operation there is no monitor at that address */
    return t->way != WAY_UNMAPPED && machine_frame(a->v->guest, t->hpa) == NO_FRAME ? RESOURCE_MEMORY : RESOURCE_NONE;
}

static bool same_end(struct vm *a, enum outcome oa, struct vm *b, enum outcome ob)
{
    char da[33], db[33];

    machine_digest(vm_guest(a), da);
    machine_digest(vm_guest(b), db);
    return oa == ob && vm_guest(a)->exit_code == vm_guest(b)->exit_code && strcmp(da, db) == 0;
}

static void complain(struct arena *a, const struct row *r, const struct attempt *t, enum place p, const char *what)
{
    if (a->bad++ < 20)
        cr_log_error("%s: %s, %s, ring %u, %s: %s", a->on->name, r->name, place_name[p], t->ring, way_name[t->way],
                     what);
}

static void attempt(struct arena *a, const struct row *r, const struct attempt *t, enum place p)
{
    struct scoreboard before, after;
    enum resource expected = wanted(a, r, t);
    enum outcome o, own;
    const char *broken;

    intruder_begin(a->own, t);
    intruder_begin(a->v, t);
    scoreboard_take(&before, a->v, NULL);
    own = intruder_run(a->own);
    o = intruder_run(a->v);
    scoreboard_take(&after, a->v, NULL);
    a->by_kind[r->kind]++;
    a->by_place[p]++;
    broken = ward_broken(a->ward, true);
    if (broken)
        complain(a, r, t, p, broken);
    if (after.exposed)
        complain(a, r, t, p, "the scoreboard sees a page that leads out");
    if (!same_end(a->v, o, a->own, own))
        complain(a, r, t, p, "the guest saw something else than on a processor of its own");
    if (expected && after.attempt[expected] == before.attempt[expected])
        complain(a, r, t, p, "the scoreboard has not counted it");
}

static void row_at(struct arena *a, const struct row *r, enum way way, enum place p)
{
    for (unsigned ring = 0; ring <= 3; ring += 3) {
        struct attempt t = {.code = r->code,
                            .way = way,
                            .ring = ring,
                            .vmx = r->vmx,
                            .field = r->field,
                            .with = r->with,
                            .linear = SEG_CUT + (p << PAGE_SHIFT)};
        uint32_t frame = ward_frame(a->ward, p);

        if (frame != NO_FRAME && r->rings >> (ring != 0) & 1) {
            t.hpa = frame << PAGE_SHIFT;
            attempt(a, r, &t, p);
        }
    }
}

static void all_attempts(struct arena *a)
{
    for (unsigned i = 0; i < ROWS; i++)
        for (enum way way = 0; way < WAYS; way++)
            for (unsigned p = 0; p < PLACES; p++)
                if (rows[i].ways >> way & 1 && (p < PLACES_LINEAR || (way != WAY_LINEAR && way != WAY_UNMAPPED)))
                    row_at(a, &rows[i], way, p);
}

/* The guest has the same memory in both: what was given to the neighbour it lacks. */
static void open_arena(struct arena *a, const struct ground *on)
{
    *a = (struct arena){.on = on};
    a->v = make(on->technique, on->virtualizable, on->shadow);
    a->own = make("emulate", false, false);
    a->ward = ward_take(a->v);
    cr_assert_not_null(a->ward);
    for (uint32_t page = 0; page < a->v->guest->pages; page++)
        if (a->v->guest->map[page] == NO_FRAME)
            a->own->guest->map[page] = NO_FRAME;
}

static void close_arena(struct arena *a)
{
    ward_free(a->ward);
    vm_destroy(a->v);
    vm_destroy(a->own);
}

/* "read 12, write 34" */
static void say_counts(char *text, size_t room, const char *const *name, const unsigned *count, unsigned counts)
{
    size_t n = 0;

    for (unsigned i = 0; i < counts && n < room; i++)
        n += (size_t)snprintf(text + n, room - n, "%s%s %u", i ? ", " : "", name[i], count[i]);
}

static unsigned all_attempts_on(const struct ground *on, unsigned by_kind[KINDS])
{
    struct arena a;
    unsigned n = 0;

    open_arena(&a, on);
    all_attempts(&a);
    cr_expect_eq(a.bad, 0, "%s: %u attempts were not stopped as they should be", on->name, a.bad);
    for (unsigned p = 0; p < PLACES; p++)
        cr_expect(a.by_place[p] || ward_frame(a.ward, p) == NO_FRAME, "%s: %s", on->name, place_name[p]);
    for (unsigned k = 0; k < KINDS; k++) {
        by_kind[k] += a.by_kind[k];
        n += a.by_kind[k];
    }
    close_arena(&a);
    return n;
}

Test(escape, every_way_to_every_structure_is_stopped, .timeout = 300)
{
    unsigned by_kind[KINDS] = {0}, by_ground[GROUNDS], total = 0;
    const char *name[GROUNDS];
    char kinds[200], techniques[200];

    for (unsigned g = 0; g < GROUNDS; g++) {
        by_ground[g] = all_attempts_on(&grounds[g], by_kind);
        name[g] = grounds[g].name;
        total += by_ground[g];
    }
    say_counts(kinds, sizeof kinds, kind_name, by_kind, KINDS);
    say_counts(techniques, sizeof techniques, name, by_ground, GROUNDS);
    printf("judge: escape attempts: %u, by %s; by %s\n", total, kinds, techniques);
}

/* Should a guest ever get at the monitor's IDT, the processor below it shuts down. Then the run ends, and says so. */
Test(escape, a_machine_that_shuts_down_below_ends_the_run)
{
    static const uint16_t cli[] = {0xfa, END};
    const struct attempt t = {.code = cli, .way = WAY_PAGE};
    struct arena a;

    open_arena(&a, &grounds[0]);
    memset(ram_frame(a.v->ram, ward_frame(a.ward, PLACE_IDT)), 0, PAGE_SIZE);
    intruder_begin(a.v, &t);
    cr_expect_eq(intruder_run(a.v), OUTCOME_BROKEN);
    cr_expect(vm_complaint(a.v)[0]);
    close_arena(&a);
}
