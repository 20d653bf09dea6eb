/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* struct ucred, SOCK_CLOEXEC: what only Linux has is used where it is */
#include "grade/remote.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/sandbox.h"
#include "vmm/words.h"
#include "labs/include/lab_wire.h"
#include "vmm/monitor.h"

/* Elsewhere packets are datagrams, which keep their bounds too, and SIGPIPE is ignored by the whole program. */
#ifdef __linux__
enum { PACKETS = SOCK_SEQPACKET | SOCK_CLOEXEC };
#else
enum { PACKETS = SOCK_DGRAM };
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum {
    CALLS_PER_TRAP = 256, /* these end a program before its limit of CPU time does: each host counts them alike */
    CALLS_IN_ALL = 100000,
    LOOK_MS = 100,
    LOOKS_AFTER = 100,
    LOOKS_ASLEEP = 10,   /* it sleeps, and so do we: nothing can wake it */
    LOOKS_UNKNOWN = 300, /* where the system does not say whether it sleeps */
    SIGNAL_STATUS = 128  /* bubblewrap tells of a signal as shells do */
};

/* What a packet carried besides its bytes: who sent it; descriptors that nobody asked for are closed. */
static pid_t unpack(struct msghdr *m)
{
    pid_t sender = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
#ifdef SCM_CREDENTIALS
        struct ucred who;

        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&who, CMSG_DATA(c), sizeof who);
            sender = who.pid;
        }
#endif
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            for (size_t i = 0; CMSG_LEN(sizeof(int) * (i + 1)) <= c->cmsg_len; i++) {
                int fd;

                memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
                (void)close(fd);
            }
    }
    return sender;
}

/* One packet. Its size, 0 at the end, -1 on error; one too long has a size that none may have. */
static ssize_t take(struct remote *r, struct lab_call *c)
{
    union {
        char bytes[256];
        struct cmsghdr align;
    } control;
    struct iovec part = {c, sizeof *c};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t n;
    pid_t sender;

    do
        n = recvmsg(r->socket, &m, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n;
    sender = unpack(&m);
    r->worker = sender ? sender : r->worker;
    return m.msg_flags & MSG_TRUNC ? (ssize_t)sizeof *c + 1 : n;
}

enum pulse { AWAKE, ASLEEP, UNKNOWN };

/* Linux says in /proc what a process does. It runs, or waits for a disk; else (asleep, stopped, dead) it computes nothing. */
static enum pulse pulse_of(pid_t pid)
{
    char path[64], line[512];
    const char *state;
    size_t n;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    f = pid ? fopen(path, "r") : NULL;
    if (!f)
        return UNKNOWN;
    n = fread(line, 1, sizeof line - 1, f);
    (void)fclose(f);
    line[n] = '\0';
    state = strrchr(line, ')'); /* the name before it may hold anything */
    if (!state || state[1] != ' ' || !state[2])
        return UNKNOWN;
    return strchr("RD", state[2]) ? AWAKE : ASLEEP;
}

/*
 * Waits for a packet. Not for a time: a busy machine would make some wait longer than others. A program that computes is
 * ended by its limit of CPU time; one that sleeps while we wait for it would sleep for ever.
 */
static bool arrives(struct remote *r)
{
    struct pollfd p = {.fd = r->socket, .events = POLLIN};
    unsigned sleeping = 0, unknown = 0;

    while (sleeping < LOOKS_ASLEEP && unknown < LOOKS_UNKNOWN) {
        int n = poll(&p, 1, LOOK_MS);
        enum pulse s;

        if (n > 0)
            return true;
        s = pulse_of(r->worker);
        sleeping = s == ASLEEP ? sleeping + 1 : 0;
        unknown += s == UNKNOWN;
    }
    r->fault = unknown >= LOOKS_UNKNOWN;
    return false;
}

/* How it ended, for people. */
static const char *obituary(int status, char room[160])
{
    int s = WIFSIGNALED(status)                                        ? WTERMSIG(status)
            : WIFEXITED(status) && WEXITSTATUS(status) > SIGNAL_STATUS ? WEXITSTATUS(status) - SIGNAL_STATUS
                                                                       : 0;

    switch (s) {
    case 0:
        (void)snprintf(room, 160, _("your program ended by itself, with status %d"),
                       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        break;
    case SIGSYS: return _("your program made a system call that is not allowed here, and was ended");
    case SIGXCPU: return _("your program used up its CPU time");
    case SIGXFSZ: return _("your program wrote too much");
    case SIGKILL: return _("your program broke off the conversation");
    default: (void)snprintf(room, 160, _("your program crashed (signal %d, %s)"), s, strsignal(s));
    }
    return room;
}

static void mourn(struct remote *r, struct vm *vm)
{
    char room[160];
    int status = 0;

    /* Its end of the socket is closed just before it is gone: give it the time to say why. */
    for (unsigned look = 0; r->leader && look < LOOKS_AFTER && !sandbox_ended(r->leader); look++)
        (void)poll(NULL, 0, LOOK_MS / 10);
    if (r->leader)
        status = sandbox_end(r->leader);
    r->leader = 0;
    mon_complain(vm, "%s", obituary(status, room));
}

/* The next packet of the right size, or false after a complaint. */
static bool next_call(struct remote *r, struct vm *vm, struct lab_call *c)
{
    ssize_t n;

    if (!arrives(r)) {
        mon_complain(vm, "%s",
                     r->fault ? _("your program is silent, and the system does not say what it does")
                              : _("your program hangs: it neither answers nor computes"));
        return false;
    }
    n = take(r, c);
    if (n == (ssize_t)sizeof *c)
        return true;
    if (n <= 0)
        mourn(r, vm);
    else
        mon_complain(vm, "%s", _("a malformed message"));
    return false;
}

static bool post(struct remote *r, struct vm *vm, const void *packet, size_t n)
{
    if (send(r->socket, packet, n, MSG_NOSIGNAL) == (ssize_t)n)
        return true;
    mourn(r, vm);
    return false;
}

/* The launcher's byte, which says who the worker is to be: until then nothing of the student's has run. */
static bool introduced(struct remote *r, struct vm *vm)
{
    struct lab_call c;

    if (!r->leader || r->introduced)
        return true;
    r->introduced = arrives(r) && take(r, &c) == 1;
    r->fault = !r->introduced;
    if (r->fault)
        mon_complain(vm, "%s", _("the sandbox did not start the program"));
    return r->introduced;
}

/* The worker's first words. */
static bool greet(struct remote *r, struct vm *vm)
{
    struct lab_call c;

    if (!r->ready && introduced(r, vm) && next_call(r, vm, &c)) {
        r->ready = c.what == LAB_SAY_NEXT;
        if (!r->ready)
            mon_complain(vm, "%s", _("a message out of turn"));
    }
    return r->ready;
}

static enum lab_next ask(struct seam *s, struct vm *vm, const struct lab_trap *t)
{
    struct remote *r = (struct remote *)s;
    struct lab_event e = {.trap = *t};
    struct lab_call c;

    seam_registers(vm, e.reg);
    if (!greet(r, vm) || !post(r, vm, &e, sizeof e))
        return LAB_DEFER;
    for (unsigned n = 0; next_call(r, vm, &c); n++) {
        if (c.what == LAB_SAY_NEXT && c.a < LAB_NEXTS)
            return (enum lab_next)c.a;
        if (n >= CALLS_PER_TRAP || ++r->calls >= CALLS_IN_ALL) {
            mon_complain(vm, "%s", _("messages without end"));
            break;
        }
        seam_call(s, vm, &c);
        if (*vm_complaint(vm) || !post(r, vm, &c, sizeof c))
            break;
    }
    return LAB_DEFER;
}

void remote_attach(struct remote *r, int socket)
{
    *r = (struct remote){.socket = socket};
    seam_init(&r->seam, "judged", 0);
    r->seam.ask = ask;
#ifdef SO_PASSCRED
    (void)setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int));
#endif
}

int remote_open(struct remote *r, const struct sandbox *s, const struct confined *k)
{
    struct confined mine = *k;
    int pair[2];

    if (socketpair(AF_UNIX, PACKETS, 0, pair))
        return -1;
    remote_attach(r, pair[0]);
    mine.socket = pair[1];
    r->leader = sandbox_start(s, &mine);
    (void)close(pair[1]);
    if (!s->tier.bubblewrap && r->leader > 0)
        r->worker = r->leader;
    if (r->leader > 0)
        return 0;
    r->leader = 0;
    remote_close(r);
    return -1;
}

void remote_close(struct remote *r)
{
    (void)close(r->socket);
    if (r->leader)
        (void)sandbox_end(r->leader);
    r->leader = 0;
}
