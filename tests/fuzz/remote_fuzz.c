/* SPDX-License-Identifier: MIT */
/*
 * A hostile worker: the input is cut into packets, right ones and wrong ones, and a guest runs against them. Whatever they
 * say, the run ends, with a complaint or without, and the guest's machine stays whole.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "grade/remote.h"
#include "interp/loader.h"
#include "interp/state.h"
#include "labs/include/lab_wire.h"
#include "vmm/vm.h"

enum { PACKETS = 64, HEADER = 24, TICKS = 5000, MEM = 2 << 20 };

/* By Multiboot's address fields (0.6.96, 3.1.3), loaded at 1 MiB: each duty once, then again. */
static const uint8_t guest[] = {
    0x02, 0xb0, 0xad, 0x1b, 0x00, 0x00, 0x01, 0x00, 0xfe, 0x4f, 0x51, 0xe4, /* magic, flags, checksum */
    0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, /* header, load, load end */
    0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x10, 0x00,                         /* bss end, entry */
    0xfa, 0xfb, 0x0f, 0x20, 0xc0, 0x0f, 0x22, 0xc0,                         /* cli; sti; mov eax, cr0; mov cr0, eax */
    0xe4, 0x21, 0xe6, 0x80, 0x0f, 0x01, 0x15, 0x00, 0x20, 0x10, 0x00,       /* in; out; lgdt [0x102000] */
    0x0f, 0x01, 0x1d, 0x00, 0x20, 0x10, 0x00, 0xbc, 0x00, 0x30, 0x10, 0x00, /* lidt [0x102000]; mov esp, 0x103000 */
    0xcf, 0xf4, 0xeb, 0xdd};                                                /* iret; hlt; jmp */

/* One packet off the input: the first byte says of which size. */
static void post(int fd, const uint8_t **data, size_t *left)
{
    union {
        struct lab_call c;
        uint8_t bytes[16 * 256]; /* of wrong sizes there are large ones too */
    } u = {.bytes = {0}};
    uint8_t kind = **data;
    size_t n;

    ++*data;
    --*left;
    n = *left < HEADER ? *left : HEADER;
    memcpy(&u.c, *data, n);
    *data += n;
    *left -= n;
    if (kind < 0xe0) /* most of them near the truth */
        u.c.what %= LAB_WHATS + 1;
    (void)send(fd, &u, kind >= 0xf0 ? (size_t)(kind & 15) << 8 | kind : sizeof u.c, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static struct vm *boot(struct remote *r)
{
    const struct vm_config k = {.technique = &r->seam.technique,
                                .virtualizable = true,
                                .mem = MEM,
                                .tlb_sets = 16,
                                .tlb_ways = 2,
                                .cost = &cost_presets[0],
                                .clock_insns = true};
    const struct boot b = {.name = "guest", .image = guest, .size = sizeof guest};
    char error[200];
    struct vm *vm = vm_create(&k, error, sizeof error);

    if (!vm || loader_boot(vm_guest(vm), &b, error, sizeof error))
        abort();
    return vm;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lab_call ready = {.what = LAB_SAY_NEXT};
    struct remote r;
    struct vm *vm;
    char digest[33];
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
        abort();
    remote_attach(&r, pair[0]);
    r.seam.duties = SEAM_ALL;
    (void)send(pair[1], &ready, sizeof ready, 0);
    for (unsigned i = 0; i < PACKETS && size; i++)
        post(pair[1], &data, &size);
    (void)shutdown(pair[1], SHUT_WR);
    vm = boot(&r);
    (void)vm_run(vm, TICKS);
    machine_digest(vm_guest(vm), digest);
    vm_destroy(vm);
    remote_close(&r);
    (void)close(pair[1]);
    return 0;
}
