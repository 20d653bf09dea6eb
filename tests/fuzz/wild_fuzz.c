/* SPDX-License-Identifier: MIT */
/* Wild guests: ring-0 code, tables and device accesses from the fuzzer's bytes (tests/support/wild.h). */
#include <stddef.h>
#include <stdint.h>

#include "tests/support/wild.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wild_run(data, size, NULL);
    return 0;
}
