/* SPDX-License-Identifier: MIT */
/* sleep TICKS: waits, in hundredths of a second. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    must(argc == 2 ? sleep((unsigned)atoi(argv[1])) : E_INVAL, "sleep TICKS");
    return 0;
}
