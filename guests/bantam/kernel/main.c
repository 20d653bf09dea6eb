/* SPDX-License-Identifier: MIT */
/* The kernel starts here: each part in order, then process 1, and nothing but processes from then on. */
#include "guests/bantam/arch/arch.h"
#include "guests/bantam/dev/ata.h"
#include "guests/bantam/kernel/console.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/memory.h"
#include "guests/bantam/kernel/parameters.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/ramdisk.h"

static struct parameters parameters;

static void first_ended(int status)
{
    int error = file_sync();

    if (!parameters.quiet)
        print("process 1 has ended with status %d\n", status);
    if (error) {
        print("what was written is not on the disk (%d)\n", error);
        status = status ? status : 1;
    }
    if (parameters.exit)
        arch_power_off(status & W_KILLED ? W_KILL : (uint8_t)status);
    arch_halt();
}

/* The disk where there is one, else the programs that came with the kernel. */
static void mount(void)
{
    struct blockdev *d = parameters.nodisk ? NULL : ata_start();

    if (!parameters.quiet)
        print("root: %s\n", d ? "disk" : "RAM disk");
    files_mount(d ? d : ramdisk());
}

void kernel_main(const struct arch_boot *boot)
{
    console_start();
    parameters_parse(&parameters, boot->command_line);
    memory_start(boot->free_from, boot->free_to);
    if (!parameters.quiet)
        print("Bantam\n");
    schedule_start(parameters.quantum);
    mount();
    tty_start();
    process_when_first_ends(first_ended);
    process_first(parameters.program, parameters.argument);
    panic(NULL, "nobody runs");
}
