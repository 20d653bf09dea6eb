/* SPDX-License-Identifier: MIT */
/*
 * seccomp, through libseccomp. A student's program may compute, talk on the descriptors that it has, and end; any other
 * call kills it. A compiler may do what compilers do: a list of what it may not.
 */
#define _GNU_SOURCE
#include "grade/launcher/launcher.h"

#ifdef HAVE_SECCOMP
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FUTEX_OF_WAKE = 1, FUTEX_COMMANDS = 0x7f };

/* What a static program of the C library does by itself, and what little else is harmless. */
static const int harmless[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(uname),
    SCMP_SYS(execve),
};

/* The C library tries these while it starts, and can do without. */
static const int refused_at_start[] = {SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(ioctl), SCMP_SYS(newfstatat)};

/* Of no use to a compiler, and of much to somebody who wants out, or wants to leave something behind. */
static const int hostile[] = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(setsid),
    SCMP_SYS(setpgid),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(shmget),
    SCMP_SYS(semget),
    SCMP_SYS(msgget),
    SCMP_SYS(mq_open),
    SCMP_SYS(personality),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(syslog),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(clone3),
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* A call that this architecture does not have needs no rule. */
static int rule(scmp_filter_ctx f, uint32_t action, int call)
{
    int r = seccomp_rule_add(f, action, call, 0);

    return r == -EDOM || r == -EINVAL || r == -EEXIST ? 0 : r;
}

static int add(scmp_filter_ctx f, uint32_t action, const int *call, unsigned n)
{
    int result = 0;

    for (unsigned i = 0; i < n; i++)
        result |= rule(f, action, call[i]);
    return result;
}

static int run_rules(scmp_filter_ctx f)
{
    int r = add(f, SCMP_ACT_ALLOW, harmless, COUNT(harmless));

    r |= add(f, SCMP_ACT_ERRNO(EPERM), refused_at_start, COUNT(refused_at_start));
    /* abort() signals itself, and may say nothing else: SIGSTOP would be a hang; the limits of others are theirs; nobody waits for a thread that there is not. */
    r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
                          SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
    r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0, 0));
    r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(futex), 1,
                          SCMP_A1(SCMP_CMP_MASKED_EQ, FUTEX_COMMANDS, FUTEX_OF_WAKE));
    return r;
}

/* Signals within the process itself only; no new namespaces. clone3 is refused above with ENOSYS, so clone is used. */
static int compile_rules(scmp_filter_ctx f)
{
    static const uint64_t spaces =
        CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    int r = add(f, SCMP_ACT_ERRNO(ENOSYS), hostile, COUNT(hostile));

    for (uint64_t bit = 1; bit <= spaces; bit <<= 1)
        if (spaces & bit)
            r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
    r |= rule(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill));
    r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_NE, 0, 0));
    return r;
}

int calls_confine(enum profile p)
{
    scmp_filter_ctx f = seccomp_init(p == PROFILE_RUN ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
    int result = -1;

    if (f && !(p == PROFILE_RUN ? run_rules(f) : compile_rules(f)))
        result = seccomp_load(f); /* sets no_new_privs */
    seccomp_release(f);
    return result ? -1 : 0;
}

bool calls_can(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

bool calls_can(void)
{
    return false;
}

int calls_confine(enum profile p)
{
    (void)p;
    return -1;
}

#endif
