/* SPDX-License-Identifier: MIT */
/* loses: all
 * A file without end, through the preprocessor.
 */
#include "/dev/zero"
