/* SPDX-License-Identifier: MIT */
/* sync: all that was written is on the disk when it returns. */
#include "guests/bantam/user/libc/libc.h"

int main(void)
{
    must(sync(), "sync");
    return 0;
}
