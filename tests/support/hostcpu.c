/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/support/hostcpu.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__)

static uint8_t *page; /* where the instruction is put, with a RET behind it */
static sigjmp_buf faulted;

/* void enter(struct host_state *s, void *code): loads everything, calls, stores everything. */
__asm__(".text\n"
        "enter_host:\n"
        "    push %rbx\n    push %rbp\n    push %r12\n    push %r13\n    push %r14\n    push %r15\n    push %r15\n"
        "    mov %rdi, %r15\n    mov %rsi, %r14\n"
        "    push 64(%r15)\n    popfq\n"
        "    mov 0(%r15), %rax\n    mov 8(%r15), %rcx\n    mov 16(%r15), %rdx\n    mov 24(%r15), %rbx\n"
        "    mov 40(%r15), %rbp\n    mov 48(%r15), %rsi\n    mov 56(%r15), %rdi\n"
        "    call *%r14\n"
        "    mov %rax, 0(%r15)\n    mov %rcx, 8(%r15)\n    mov %rdx, 16(%r15)\n    mov %rbx, 24(%r15)\n"
        "    mov %rbp, 40(%r15)\n    mov %rsi, 48(%r15)\n    mov %rdi, 56(%r15)\n"
        "    pushfq\n    pop 64(%r15)\n    cld\n"
        "    pop %r15\n    pop %r15\n    pop %r14\n    pop %r13\n    pop %r12\n    pop %rbp\n    pop %rbx\n"
        "    ret\n");
void enter_host(struct host_state *s, void *code);

static void fault(int sig)
{
    __asm__ volatile("cld");
    siglongjmp(faulted, sig);
}

bool hostcpu_open(void)
{
    struct sigaction a = {.sa_handler = fault};
    int anywhere = MAP_PRIVATE | MAP_ANONYMOUS;

    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, anywhere, -1, 0);
    if (page == MAP_FAILED)
        return false;
    if (mmap((void *)(uintptr_t)HOST_WINDOW, HOST_WINDOW_SIZE, PROT_READ | PROT_WRITE, anywhere, -1, 0) !=
        (void *)(uintptr_t)HOST_WINDOW)
        return false;
    sigemptyset(&a.sa_mask);
    return !sigaction(SIGFPE, &a, NULL) && !sigaction(SIGILL, &a, NULL);
}

int hostcpu_run(struct host_state *s, const uint8_t *code, unsigned size)
{
    int sig;

    memcpy(page, code, size);
    page[size] = 0xc3;
    sig = sigsetjmp(faulted, 1);
    if (!sig)
        enter_host(s, page);
    return sig;
}

#else

bool hostcpu_open(void)
{
    return false;
}

int hostcpu_run(struct host_state *s, const uint8_t *code, unsigned size)
{
    (void)s;
    (void)code;
    (void)size;
    return 0;
}

#endif
