/* SPDX-License-Identifier: MIT */
/* The table of VMCS fields: encodings say what SDM Vol. 3, appendix B has them say; fields are bytes of the region. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "interp/vmx.h"
#include "tests/support/metal.h"

/* Bits 11:10 of an encoding, by group. */
static const unsigned type_of_group[VMCS_GROUPS] = {
    [VMCS_GUEST] = 2, [VMCS_HOST] = 3, [VMCS_EXEC] = 0, [VMCS_EXIT] = 0, [VMCS_ENTRY] = 0, [VMCS_INFO] = 1};

Test(vmcs, encodings_say_width_and_type)
{
    static const unsigned size[] = {[VMCS_W16] = 2, [VMCS_W64] = 8, [VMCS_W32] = 4, [VMCS_NAT] = 4};
    unsigned highest = 0;
    uint64_t enumerated;

    for (int i = 0; i < VMCS_FIELDS; i++) {
        const struct vmcs_info *f = &vmcs_info[i];

        cr_expect_eq(f->encoding >> 13 & 3, f->width, "%s", f->name);
        cr_expect_eq(f->encoding >> 10 & 3, type_of_group[f->group], "%s", f->name);
        cr_expect_eq(f->encoding & 0x9001, 0, "%s", f->name);
        cr_expect_eq(f->size, size[f->width], "%s", f->name);
        cr_expect_eq(vmcs_find(f->encoding), i, "%s", f->name);
        cr_expect_eq(vmcs_find(f->encoding | 1), i, "%s", f->name);
        if ((f->encoding >> 1 & 0x1ff) > highest)
            highest = f->encoding >> 1 & 0x1ff;
    }
    cr_expect(vmx_msr(0x48a, &enumerated));
    cr_expect_eq(enumerated, highest << 1, "IA32_VMX_VMCS_ENUM");
}

Test(vmcs, other_encodings_are_none)
{
    unsigned found = 0;

    for (uint32_t e = 0; e < 0x10000; e += 2)
        found += vmcs_find(e) >= 0;
    cr_expect_eq(found, VMCS_FIELDS);
    cr_expect_eq(vmcs_find(0x10000 | vmcs_info[0].encoding), -1);
    printf("judge: VMCS encodings: %u fields, 65536 numbers\n", found);
}

/* Every field holds its own bits and no other's. */
Test(vmcs, fields_do_not_overlap)
{
    enum { REGION = 0x100000 };
    struct machine *m = metal_create();

    for (int i = 0; i < VMCS_FIELDS; i++)
        vmcs_write(m, REGION, i, 0x0101010101010101 * (unsigned)(i + 1));
    for (int i = 0; i < VMCS_FIELDS; i++) {
        uint64_t all = vmcs_info[i].size == 8 ? UINT64_MAX : (1ull << 8 * vmcs_info[i].size) - 1;

        cr_expect_eq(vmcs_read(m, REGION, i), (0x0101010101010101 * (unsigned)(i + 1)) & all, "%s", vmcs_info[i].name);
    }
    cr_expect_eq(metal_read32(m, REGION + VMCS_REVISION_AT), 0);
    cr_expect_eq(metal_read32(m, REGION + VMCS_LAUNCHED_AT), 0);
    metal_destroy(m);
}
