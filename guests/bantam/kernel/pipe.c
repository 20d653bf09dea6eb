/* SPDX-License-Identifier: MIT */
/* Pipes: a page of bytes between those who write and those who read. Each side waits for the other. */
#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/memory.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"
#include "guests/bantam/kernel/user.h"

/* At the front of its page; the rest of that is the buffer. `in` and `out` count bytes, and wrap at 2^32. */
struct pipe {
    uint32_t in, out;
    bool readers, writers;
};
enum { ROOM = 2048 }; /* a power of two, so that the counts can wrap */
_Static_assert(sizeof(struct pipe) + ROOM <= PAGE, "a pipe is a page");

static char *buffer(struct pipe *p)
{
    return (char *)(p + 1);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Bytes that can be moved in one piece: neither the buffer's end nor the page of the process is crossed. */
static int move(struct pipe *p, uint32_t at, uint32_t bytes, bool writing)
{
    uint32_t from = writing ? p->in : p->out, ready = writing ? ROOM - (p->in - p->out) : p->in - p->out;
    uint32_t piece = least(least(bytes, ready), ROOM - from % ROOM);
    void *memory;
    int n = user_bytes(at, piece, !writing, &memory);

    if (n <= 0)
        return n;
    if (writing) {
        memcpy(buffer(p) + from % ROOM, memory, (uint32_t)n);
        p->in += (uint32_t)n;
    } else {
        memcpy(memory, buffer(p) + from % ROOM, (uint32_t)n);
        p->out += (uint32_t)n;
    }
    wake(p);
    return n;
}

static bool wait_for_pipe(struct pipe *p)
{
    uint32_t saved = arch_irq_save();
    bool alive = wait_unless_killed(p);

    arch_irq_restore(saved);
    return alive;
}

static int read(struct file *f, uint32_t at, uint32_t bytes)
{
    struct pipe *p = f->pipe;
    uint32_t moved = 0;

    while (bytes && p->in == p->out && p->writers)
        if (!wait_for_pipe(p))
            return E_INVAL; /* never seen: the process ends */
    while (moved < bytes && p->in != p->out) {
        int n = move(p, at + moved, bytes - moved, false);

        if (n < 0)
            return moved ? (int)moved : n;
        moved += (uint32_t)n;
    }
    return (int)moved;
}

static int write(struct file *f, uint32_t at, uint32_t bytes)
{
    struct pipe *p = f->pipe;
    uint32_t moved = 0;

    while (moved < bytes) {
        int n;

        if (!p->readers)
            return moved ? (int)moved : E_PIPE;
        if (p->in - p->out == ROOM) {
            if (!wait_for_pipe(p))
                return E_INVAL;
            continue;
        }
        n = move(p, at + moved, bytes - moved, true);
        if (n < 0)
            return moved ? (int)moved : n;
        moved += (uint32_t)n;
    }
    return (int)moved;
}

static void close(struct file *f)
{
    struct pipe *p = f->pipe;

    if (f->read)
        p->readers = false;
    else
        p->writers = false;
    wake(p);
    if (!p->readers && !p->writers)
        page_drop(arch_physical(p));
}

static const struct file_kind_calls calls = {read, write, close};

static struct file *side(struct pipe *p, bool read_side)
{
    struct file *f = file_new(&calls);

    if (!f)
        return NULL;
    f->pipe = p;
    f->read = read_side;
    f->write = !read_side;
    *(read_side ? &p->readers : &p->writers) = true;
    return f;
}

int pipe_open(int fd[2])
{
    uint32_t page = page_take();
    struct pipe *p = arch_window(page);
    struct file *in, *out;

    if (!page)
        return E_NOMEM;
    *p = (struct pipe){0};
    in = side(p, true);
    out = in ? side(p, false) : NULL;
    if (!out) {
        if (in)
            file_drop(in);
        else
            page_drop(page);
        return E_MFILE;
    }
    fd[0] = file_name(in);
    fd[1] = fd[0] < 0 ? fd[0] : file_name(out);
    if (fd[1] >= 0)
        return 0;
    if (fd[0] >= 0)
        current->file[fd[0]] = NULL;
    file_drop(in);
    file_drop(out);
    return E_MFILE;
}
