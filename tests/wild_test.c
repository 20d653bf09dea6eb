/* SPDX-License-Identifier: MIT */
/* Wild guests at ring 0, drawn at random: none crashes the machine, leaves it, or passes its budget (tests/support/wild.h). */
#include <criterion/criterion.h>

#include "tests/support/rounds.h"
#include "tests/support/ward.h"
#include "tests/support/ward_tables.h"
#include "tests/support/wild.h"

/* xorshift64 (Marsaglia 2003). */
static uint64_t draw(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

enum { BYTES = 400 };

/* What a guest is made of: its size. */
static size_t draw_guest(uint64_t *seed, uint8_t bytes[BYTES])
{
    size_t size = 20 + draw(seed) % (BYTES - 20);

    for (size_t at = 0; at < size; at++)
        bytes[at] = (uint8_t)(draw(seed) >> 24);
    return size;
}

Test(wild, guests_end_in_good_order, .timeout = 1800)
{
    unsigned n = rounds(500, 100000);
    uint64_t seed = 0x52696e6773696465;
    uint8_t bytes[BYTES];

    for (unsigned i = 0; i < n; i++) {
        size_t size = draw_guest(&seed, bytes);

        wild_run(bytes, size, NULL);
    }
    printf("judge: wild guests at ring 0: %u runs\n", n);
}

/* ---- what they must leave as it is ---- */

struct looker {
    struct vm *v;
    struct ward *w;
};

static uint64_t fills; /* of shadows that were looked at */

/* Each entry of a shadow is looked at when it is made: later the guest may have edited its tables and not flushed. */
static void filled(void *ctx, bool physical, const struct event *e)
{
    struct looker *l = ctx;

    (void)physical;
    fills++;
    cr_assert(shadow_granted(l->v, (uint32_t)e->field[0], (uint32_t)e->field[3]),
              "shadow of %08x: %08x grants too much", (unsigned)e->field[0], (unsigned)e->field[3]);
}

static void *begin(struct vm *v)
{
    static struct looker l;

    l = (struct looker){v, ward_take(v)};
    cr_assert_not_null(l.w);
    vm_observe(v, filled, &l);
    vm_observe_only(v, 1u << EVENT_shadow_fill);
    return &l;
}

static void look(void *ctx)
{
    struct looker *l = ctx;
    const char *broken = ward_broken(l->w, false);
    struct vm_monitor m;

    cr_assert_null(broken, "%s", broken);
    (void)vm_get_monitor(l->v, &m);
    cr_assert_eq(m.exposed, 0);
}

static void end(void *ctx)
{
    ward_free(((struct looker *)ctx)->w);
}

Test(wild, guests_stay_in_their_vm, .timeout = 1800)
{
    static const struct wild_watch watch = {begin, look, end};
    unsigned n = rounds(600, 40000);
    uint64_t seed = 0x657363617065;
    uint8_t bytes[BYTES];

    for (unsigned i = 0; i < n; i++) {
        size_t size = draw_guest(&seed, bytes);

        bytes[1] = (uint8_t)(WILD_MONITORED + i % (WILD_PLACES - WILD_MONITORED));
        wild_run(bytes, size, &watch);
    }
    printf("judge: wild guests that stayed in: %u, %u entries of their shadows looked at\n", n, (unsigned)fills);
}
