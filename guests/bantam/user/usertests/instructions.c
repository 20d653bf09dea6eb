/* SPDX-License-Identifier: MIT */
/* Instructions that user mode may not execute, and INT with every vector. */
#include "guests/bantam/user/usertests/usertests.h"

extern const struct {
    const char *text;
    void (*code)(void);
    int vector; /* -1: exits with 0 */
} instruction_attempts[];

static void execute(void *code)
{
    ((void (*)(void))code)();
}

void test_instructions(void)
{
    for (int i = 0; instruction_attempts[i].text; i++) {
        int vector = instruction_attempts[i].vector;

        attempt(instruction_attempts[i].text, execute, (void *)instruction_attempts[i].code,
                vector < 0 ? 0 : BY(vector));
    }
}

/* int VECTOR; then, where that comes back, exit(0). */
static void interrupts(void *vector)
{
    uint8_t code[] = {0xcd, *(uint8_t *)vector, 0x31, 0xc0, 0x31, 0xdb, 0xcd, SYSCALL_VECTOR};
    void *at = mmap(sizeof code);

    memcpy(at, code, sizeof code);
    execute(at);
}

void test_interrupts(void)
{
    for (unsigned v = 0; v < 256; v++) {
        uint8_t vector = (uint8_t)v;

        if (v != SYSCALL_VECTOR)
            attempt("int n", interrupts, &vector, v == BP || v == OF ? BY(v) : BY(GP));
    }
}
