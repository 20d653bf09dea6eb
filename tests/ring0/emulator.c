/* SPDX-License-Identifier: MIT */
#include "tests/ring0/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Debian's Bochs starts in its debugger, wants a terminal, and takes the image in pieces of 128 KiB, four at most. Both
 * judges are given a P6-class processor. */
#define BOCHS                                                                                                          \
    "cat >%f/bochsrc <<END\n"                                                                                          \
    "megs: 16\n"                                                                                                       \
    "cpu: model=p2_klamath, count=1, ips=1000000, reset_on_triple_fault=0\n"                                           \
    "romimage: file=/usr/share/bochs/BIOS-bochs-legacy\n"                                                              \
    "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"                                                         \
    "floppya: 1_44=build/guests/ring0/boot.img, status=inserted\n"                                                     \
    "boot: floppy\n"                                                                                                   \
    "com1: enabled=1, mode=file, dev=%o\n"                                                                             \
    "display_library: term\n"                                                                                          \
    "sound: driver=dummy\nspeaker: enabled=0\n"                                                                        \
    "log: %f/bochs.log\npanic: action=fatal\nerror: action=ignore\ninfo: action=ignore\n"                              \
    "clock: sync=none, time0=0\n"                                                                                      \
    "END\n"                                                                                                            \
    "rm -f %f/part?; split -b 128K -d -a 1 %i %f/part; n=0\n"                                                          \
    "for p in %f/part?; do\n"                                                                                          \
    "    echo optramimage$((n + 1)): file=$p, address=$((0x100000 + n * 0x20000)) >>%f/bochsrc; n=$((n + 1))\n"        \
    "done\n"                                                                                                           \
    "printf 'c\\nquit\\n' >%f/commands\n"                                                                              \
    "TERM=xterm LINES=30 COLUMNS=90 exec script -qec 'bochs -q -f %f/bochsrc -rc %f/commands' /dev/null"

#define RINGSIDE(options) "exec ${RINGSIDE:-build/ringside} run %i --mem 16M --limit 0 --serial %o " options

const struct emulator emulators[] = {
    {"qemu",
     "exec qemu-system-i386 -accel tcg -cpu pentium2 -m 16 -kernel %i -display none -monitor none -serial file:%o"
     " -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4",
     FLAG_MASK, 0, 5},
    {"bochs", BOCHS, FLAG_POLL, 512 << 10, 20},
    {"native", RINGSIDE("--mode native"), 0, 0, 10},
    {"emulate", RINGSIDE("--mode emulate"), 0, 0, 10},
    {"trap", RINGSIDE("--mode trap --cpu virtualizable"), 0, 0, 10},
};
const unsigned emulators_count = sizeof emulators / sizeof *emulators;

const struct emulator *emulator_find(const char *name)
{
    for (unsigned i = 0; i < emulators_count; i++)
        if (strcmp(emulators[i].name, name) == 0)
            return &emulators[i];
    return NULL;
}

const char *emulator_missing(const struct emulator *e)
{
    if (strcmp(e->name, "qemu") == 0)
        return system("command -v qemu-system-i386 >/dev/null 2>&1") ? "there is no qemu-system-i386 here" : NULL;
    if (strcmp(e->name, "bochs") != 0)
        return NULL;
    if (system("command -v bochs >/dev/null 2>&1 && command -v script >/dev/null 2>&1"))
        return "there is no bochs here";
    return access("/usr/share/bochs/BIOS-bochs-legacy", R_OK) || access("/usr/share/bochs/VGABIOS-lgpl-latest", R_OK)
               ? "bochs has no BIOS here (packages bochsbios and vgabios)"
               : NULL;
}

static void expand(char *to, size_t room, const char *command, const char *folder)
{
    size_t n = 0;

    for (; *command && n + 1 < room; command++) {
        if (*command != '%') {
            to[n++] = *command;
            continue;
        }
        command++;
        n += (size_t)snprintf(to + n, room - n, "%s%s", folder,
                              *command == 'i'   ? "/image"
                              : *command == 'o' ? "/com1"
                                                : "");
    }
    to[n] = 0;
}

static int write_file(const char *path, const uint8_t *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes, 1, n, f) == n;

    return (f && fclose(f) == 0 && ok) ? 0 : -1;
}

static pid_t start(const char *command)
{
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        for (int fd = 0; fd < 3; fd++)
            dup2(null, fd);
        setpgid(0, 0);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* True: it was silent for too long, and was stopped. */
static bool wait_for(pid_t pid, const char *output, double patience)
{
    const struct timespec nap = {0, 5000000};
    off_t size = -1;
    double silent = 0;
    struct stat st;

    while (waitpid(pid, NULL, WNOHANG) == 0) {
        nanosleep(&nap, NULL);
        silent += 0.005;
        if (stat(output, &st) == 0 && st.st_size != size) {
            size = st.st_size;
            silent = 0;
        }
        if (silent > patience) {
            kill(-pid, SIGKILL);
            waitpid(pid, NULL, 0);
            return true;
        }
    }
    return false;
}

static int read_file(const char *path, uint8_t **bytes, size_t *size)
{
    FILE *f = fopen(path, "rb");
    struct stat st;

    *size = 0;
    *bytes = NULL;
    if (!f)
        return -1;
    if (fstat(fileno(f), &st) == 0 && (*bytes = malloc((size_t)st.st_size + 1)) != NULL)
        *size = fread(*bytes, 1, (size_t)st.st_size, f);
    fclose(f);
    return *bytes ? 0 : -1;
}

int emulator_run(const struct emulator *e, const struct image *image, const char *folder, uint8_t **log, size_t *size,
                 bool *hung)
{
    char command[4096], path[300], output[300];
    pid_t pid;

    snprintf(path, sizeof path, "%s/image", folder);
    snprintf(output, sizeof output, "%s/com1", folder);
    unlink(output);
    if (write_file(path, image->bytes, image->size))
        return -1;
    expand(command, sizeof command, e->command, folder);
    pid = start(command);
    if (pid < 0)
        return -1;
    *hung = wait_for(pid, output, e->patience);
    return read_file(output, log, size);
}
