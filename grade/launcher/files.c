/* SPDX-License-Identifier: MIT */
/* Landlock (Linux 5.13 and later; Documentation/userspace-api/landlock.rst): which files can be reached at all. */
#define _GNU_SOURCE
#include "grade/launcher/launcher.h"

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By number: an older header has fewer names than the kernel has rights. */
enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    ALL_OF_ABI_1 = (1 << 13) - 1,
    REFER = 1 << 13,    /* ABI 2 */
    TRUNCATE = 1 << 14, /* ABI 3 */
    IOCTL_DEV = 1 << 15 /* ABI 5 */
};

/* The whole of struct landlock_ruleset_attr as of ABI 6; an older kernel is told a smaller size. */
struct ruleset {
    uint64_t files, net, scope;
};

enum { NET_ALL = 3, SCOPE_ALL = 3 };

static int abi(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool files_can(void)
{
    return abi() >= 1;
}

static uint64_t handled(int version)
{
    return ALL_OF_ABI_1 | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_DEV : 0);
}

/* A path that does not exist needs no rule. */
static int allow(int ruleset, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    int result;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return 0;
    result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    (void)close(rule.parent_fd);
    return result;
}

static int allow_compiler(int ruleset, uint64_t all)
{
    /* Not /usr as a whole: whoever keeps a checkout or an archive below it keeps its secrets too. */
    static const char *const folder[] = {"/usr/bin",   "/usr/include", "/usr/lib",    "/usr/lib32",
                                         "/usr/lib64", "/usr/libexec", "/usr/libx32", "/lib",
                                         "/lib32",     "/lib64",       "/bin",        "/etc/alternatives"};
    int result = allow(ruleset, ".", all & ~(uint64_t)EXECUTE);

    for (unsigned i = 0; i < sizeof folder / sizeof folder[0]; i++)
        result |= allow(ruleset, folder[i], EXECUTE | READ_FILE | READ_DIR);
    result |= allow(ruleset, "/etc/ld.so.cache", READ_FILE);
    return result | allow(ruleset, "/dev/null", (READ_FILE | WRITE_FILE | TRUNCATE) & all);
}

int files_confine(enum profile p)
{
    int version = abi(), fd, result;
    struct ruleset r = {handled(version), version >= 4 ? NET_ALL : 0, version >= 6 ? SCOPE_ALL : 0};
    size_t size = version >= 6 ? sizeof r : version >= 4 ? 2 * sizeof r.files : sizeof r.files;

    fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
    if (version < 1 || fd < 0)
        return -1;
    result = p == PROFILE_COMPILE ? allow_compiler(fd, r.files) : allow(fd, WORKER, EXECUTE | READ_FILE);
    if (!result)
        result = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, fd, 0) ? -1 : 0;
    (void)close(fd);
    return result;
}

#else

bool files_can(void)
{
    return false;
}

int files_confine(enum profile p)
{
    (void)p;
    return -1;
}

#endif
