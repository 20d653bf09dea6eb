/* SPDX-License-Identifier: MIT */
/* true: does nothing, well. The program that lat_exec starts. */
int main(void)
{
    return 0;
}
