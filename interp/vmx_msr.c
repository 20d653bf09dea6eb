/* SPDX-License-Identifier: MIT */
#include "interp/cpu.h"
#include "interp/vmx.h"

bool vmx_msr(uint32_t number, uint64_t *v)
{
    static const struct {
        uint32_t number, high, low;
    } msr[] = {
#define VMX_MSR(number, name, high, low, doc) {number, high, low},
#include "interp/vmx_msr.def"
#undef VMX_MSR
    };

    for (unsigned i = 0; i < sizeof msr / sizeof *msr; i++)
        if (msr[i].number == number) {
            *v = (uint64_t)msr[i].high << 32 | msr[i].low;
            return true;
        }
    return false;
}
