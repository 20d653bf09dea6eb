/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* REG_RIP and its like */
#include "tests/support/hostcpu.h"

#if defined(__x86_64__) && defined(__linux__)

#include <asm/ldt.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "interp/cpu.h"

/* Linux's selectors: arch/x86/include/asm/segment.h. */
enum { CODE32 = 0x23, DATA32 = 0x2b, CODE64 = 0x33, LDT_ENTRY = 7, WINDOW_SEGMENT = LDT_ENTRY << 3 | 4 | 3 };

_Static_assert(offsetof(struct host_state, eip) == 32 && offsetof(struct host_state, eflags) == 36 &&
                   offsetof(struct host_state, based) == 40,
               "the assembly below reads them there");

/*
 * hostcpu_enter(state, selector of DS and ES, selector of GS): loads everything and is gone; the signal handler comes back
 * to hostcpu_back, with the stack as it was. DS, ES and GS mean nothing to 64-bit code (SDM Vol. 1, 3.4.2.1; Linux keeps
 * its thread pointer in FS).
 */
extern void hostcpu_enter(const struct host_state *s, unsigned data, unsigned gs);
extern const char hostcpu_back[];
uint64_t hostcpu_rsp;
__asm__(".text\n"
        ".globl hostcpu_enter, hostcpu_back, hostcpu_signal\n"
        "hostcpu_enter:\n"
        "    push %rbx\n    push %rbp\n    push %r12\n    push %r13\n    push %r14\n    push %r15\n"
        "    mov %rsp, hostcpu_rsp(%rip)\n"
        "    mov %esi, %ds\n    mov %esi, %es\n    mov %edx, %gs\n"
        "    mov 16(%rdi), %eax\n    mov 36(%rdi), %ecx\n    mov 32(%rdi), %edx\n"
        "    push $0x2b\n    push %rax\n    push %rcx\n    push $0x23\n    push %rdx\n"
        "    mov 0(%rdi), %eax\n    mov 4(%rdi), %ecx\n    mov 8(%rdi), %edx\n    mov 12(%rdi), %ebx\n"
        "    mov 20(%rdi), %ebp\n    mov 24(%rdi), %esi\n    mov 28(%rdi), %edi\n"
        "    iretq\n"
        "hostcpu_back:\n"
        "    pop %r15\n    pop %r14\n    pop %r13\n    pop %r12\n    pop %rbp\n    pop %rbx\n"
        "    ret\n"
        /* The signal handler's beginning: the kernel leaves it the instruction's AC. */
        "hostcpu_signal:\n"
        "    pushfq\n    andl $~0x40000, (%rsp)\n    popfq\n    jmp hostcpu_arrived\n");
extern void hostcpu_signal(int sig, siginfo_t *info, void *context);
extern void hostcpu_arrived(int sig, siginfo_t *info, void *context);

static struct host_state *volatile running;

/* The instruction has run, or faulted: everything it left is in the context, which is then sent back to us. */
void hostcpu_arrived(int sig, siginfo_t *info, void *context)
{
    static const int at[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct host_state *s = running;

    (void)info;
    if (!s) { /* not ours: let it end the program */
        signal(sig, SIG_DFL);
        return;
    }
    running = NULL;
    for (unsigned n = 0; n < 8; n++)
        s->r[n] = (uint32_t)g[at[n]];
    s->eip = (uint32_t)g[REG_RIP];
    s->eflags = (uint32_t)g[REG_EFL] & ~(uint32_t)FL_TF;
    s->vector = (g[REG_CSGSFS] & 0xffff) != CODE32 ? HOST_LOST
                : g[REG_TRAPNO] == VEC_DB          ? HOST_NO_FAULT
                                                   : (int32_t)g[REG_TRAPNO];
    s->error = (uint32_t)g[REG_ERR];
    s->cr2 = (uint32_t)g[REG_CR2];
    g[REG_RIP] = (greg_t)(uintptr_t)hostcpu_back;
    g[REG_RSP] = (greg_t)hostcpu_rsp;
    g[REG_EFL] = FL_1;
    g[REG_CSGSFS] = (g[REG_CSGSFS] & ~(greg_t)0xffff) | CODE64;
}

void hostcpu_step(struct host_state *s)
{
    s->eflags |= FL_TF | FL_1;
    running = s;
    hostcpu_enter(s, s->based ? WINDOW_SEGMENT : DATA32, WINDOW_SEGMENT);
}

static bool make_memory(void)
{
    void *low = (void *)(uintptr_t)HOST_LOW, *window = (void *)(uintptr_t)HOST_WINDOW;
    void *code = (void *)(uintptr_t)HOST_CODE;

    return mmap(low, HOST_HIGH - HOST_LOW, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == low &&
           !mprotect(window, HOST_WINDOW_SIZE, PROT_READ | PROT_WRITE) &&
           !mprotect(code, HOST_CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static bool make_segment(void)
{
    struct user_desc d = {.entry_number = LDT_ENTRY,
                          .base_addr = HOST_WINDOW,
                          .limit = HOST_WINDOW_SIZE - 1,
                          .seg_32bit = 1,
                          .contents = MODIFY_LDT_CONTENTS_DATA,
                          .useable = 1};

    return syscall(SYS_modify_ldt, 1, &d, sizeof d) == 0;
}

static bool catch_signals(void)
{
    static const int sig[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    static uint8_t stack[1 << 16]; /* ESP is the instruction's own */
    struct sigaction a = {.sa_sigaction = hostcpu_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigemptyset(&a.sa_mask);
    for (unsigned n = 0; n < sizeof sig / sizeof *sig; n++)
        if (sigaction(sig[n], &a, NULL))
            return false;
    return !sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
}

const char *hostcpu_open(void)
{
    static const uint8_t inc_eax = 0x40; /* a prefix to 64-bit code */
    struct host_state s = {.r = {41}, .eip = HOST_CODE};

    if (!make_memory())
        return "the host has other things at the addresses wanted";
    if (!make_segment())
        return "the host's kernel lets no program have an LDT";
    if (!catch_signals())
        return "no signal handlers";
    memcpy((void *)(uintptr_t)HOST_CODE, &inc_eax, 1);
    hostcpu_step(&s);
    return s.vector == HOST_NO_FAULT && s.r[EAX] == 42 && s.eip == HOST_CODE + 1 ? NULL
                                                                                 : "the host runs no 32-bit code";
}

#else

const char *hostcpu_open(void)
{
    return "the host's processor is no x86-64 under Linux";
}

void hostcpu_step(struct host_state *s)
{
    s->vector = HOST_LOST;
}

#endif
