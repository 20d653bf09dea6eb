/* SPDX-License-Identifier: MIT */
/*
 * exec: from a file to a space with segments, a stack with the arguments, and an entry. Nothing of the old program goes before all
 * of the new one is there, so that an error leaves the caller as it was.
 */
#include "guests/bantam/kernel/exec.h"

#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/memory.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"
#include "guests/bantam/kernel/user.h"

/* ELF32, as far as it is looked at (System V ABI, chapter 4; i386 supplement). */
struct elf_header {
    uint8_t magic[4], class, data, version, rest[9];
    uint16_t type, machine;
    uint32_t version2, entry, segments_at, sections_at, flags;
    uint16_t size, segment_size, segments, section_size, sections, names;
};
struct elf_segment {
    uint32_t type, offset, address, physical, file_bytes, bytes, flags, align;
};
enum { CLASS_32 = 1, LITTLE_ENDIAN_ = 1, EXECUTABLE = 2, MACHINE_386 = 3, LOAD = 1, WRITABLE = 2, SEGMENTS_MAX = 8 };

static int read_exactly(uint32_t inode, uint32_t offset, void *to, uint32_t bytes)
{
    int n = disk_read(inode, offset, to, bytes);

    if (n < 0)
        return n;
    return (uint32_t)n == bytes ? 0 : E_NOEXEC;
}

static int read_header(uint32_t inode, struct elf_header *h)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
    int error = read_exactly(inode, 0, h, sizeof *h);

    if (error)
        return error;
    if (memcmp(h->magic, magic, sizeof magic) || h->class != CLASS_32 || h->data != LITTLE_ENDIAN_ ||
        h->type != EXECUTABLE || h->machine != MACHINE_386 || h->segment_size != sizeof(struct elf_segment) ||
        h->segments > SEGMENTS_MAX)
        return E_NOEXEC;
    return 0;
}

/* A new page of a space that is not the running one: as the kernel sees it. */
static int page_of(struct space *s, uint32_t at, char **to)
{
    uint32_t page;
    int error = space_touch(s, at, false, &page);

    *to = (char *)arch_window(page) + at % PAGE;
    return error;
}

static int load_segment(struct space *s, uint32_t inode, const struct elf_segment *g)
{
    uint32_t end = g->address + g->bytes, file_end = g->address + g->file_bytes;
    uint32_t first = g->address & ~(uint32_t)(PAGE - 1), last = (end + PAGE - 1) & ~(uint32_t)(PAGE - 1);
    int error;

    if (!g->bytes)
        return 0;
    if (g->file_bytes > g->bytes || end < g->address || g->address < USER_PROGRAM || end > USER_MMAP)
        return E_NOEXEC;
    error = space_add(s, first, last, g->flags & WRITABLE);
    if (error)
        return error == E_INVAL ? E_NOEXEC : error;
    for (uint32_t at = g->address; at < file_end;) {
        uint32_t room = PAGE - at % PAGE, bytes = file_end - at < room ? file_end - at : room;
        char *to;

        error = page_of(s, at, &to);
        if (!error)
            error = read_exactly(inode, g->offset + (at - g->address), to, bytes);
        if (error)
            return error;
        at += bytes;
    }
    if (last > s->heap_start)
        s->heap_start = s->heap_end = last;
    return 0;
}

static int load_segments(struct program *p, uint32_t inode)
{
    struct elf_header h;
    int error = read_header(inode, &h);

    for (unsigned i = 0; !error && i < h.segments; i++) {
        struct elf_segment g;

        error = read_exactly(inode, h.segments_at + i * sizeof g, &g, sizeof g);
        if (!error && g.type == LOAD)
            error = load_segment(&p->space, inode, &g);
    }
    if (!error && !p->space.heap_start)
        error = E_NOEXEC;
    p->entry = h.entry;
    return error;
}

/* Bytes onto the stack of the new program, crossing pages. */
static int put(struct space *s, uint32_t at, const void *from, uint32_t bytes)
{
    for (uint32_t done = 0; done < bytes;) {
        uint32_t room = PAGE - (at + done) % PAGE, n = bytes - done < room ? bytes - done : room;
        char *to;
        int error = page_of(s, at + done, &to);

        if (error)
            return error;
        memcpy(to, (const char *)from + done, n);
        done += n;
    }
    return 0;
}

/* From the top: the strings; argv with its NULL; argc. */
static int build_stack(struct program *p, char *const argument[])
{
    uint32_t at = USER_END, words[ARGS_MAX + 2], n = 0;
    int error = space_add(&p->space, USER_END - STACK_BYTES, USER_END, true);

    for (; !error && argument[n]; n++) {
        uint32_t bytes = text_length(argument[n]) + 1;

        at -= bytes;
        error = put(&p->space, at, argument[n], bytes);
        words[n + 1] = at;
    }
    words[0] = n;
    words[n + 1] = 0;
    p->stack = ((at & ~15u) - (n + 2) * 4) & ~15u;
    return error ? error : put(&p->space, p->stack, words, (n + 2) * 4);
}

static const char *last_part(const char *path)
{
    const char *name = path;

    for (const char *c = path; *c; c++)
        if (*c == '/' && c[1])
            name = c + 1;
    return name;
}

int exec_load(struct program *p, uint32_t directory, const char *path, char *const argument[])
{
    int inode = disk_lookup(directory, path), error;

    if (inode < 0)
        return inode;
    *p = (struct program){0};
    text_copy(p->name, last_part(path), sizeof p->name);
    disk_hold((uint32_t)inode);
    error = space_new(&p->space);
    if (!error)
        error = load_segments(p, (uint32_t)inode);
    disk_release((uint32_t)inode);
    if (!error)
        error = build_stack(p, argument);
    if (error)
        space_free(&p->space);
    return error;
}

/* The caller's arguments, in a page of the kernel's. */
struct arguments {
    char path[PATH_MAX];
    char *at[ARGS_MAX + 1];
    char text[ARGS_BYTES];
};
_Static_assert(sizeof(struct arguments) <= PAGE, "a page holds them");

static int fetch(struct arguments *a, uint32_t path, uint32_t argv)
{
    uint32_t used = 0;
    int n = user_string(a->path, path, sizeof a->path);

    if (n < 0)
        return n;
    for (unsigned i = 0;; i++) {
        uint32_t pointer;
        int error = user_read(&pointer, argv + 4 * i, 4);

        if (error)
            return error;
        a->at[i] = NULL;
        if (!pointer)
            return 0;
        if (i == ARGS_MAX)
            return E_TOOBIG;
        a->at[i] = a->text + used;
        n = user_string(a->at[i], pointer, ARGS_BYTES - used);
        if (n < 0)
            return n == E_NAMETOOLONG ? E_TOOBIG : n;
        used += (uint32_t)n + 1;
    }
}

int exec(struct arch_frame *frame, uint32_t path, uint32_t argv)
{
    uint32_t page = page_take();
    struct arguments *a = arch_window(page);
    struct space old = current->space;
    struct program p;
    int error;

    if (!page)
        return E_NOMEM;
    error = fetch(a, path, argv);
    if (!error)
        error = exec_load(&p, current->directory, a->path, a->at);
    page_drop(page);
    if (error)
        return error;
    current->space = p.space;
    arch_space_use(p.space.tables);
    space_free(&old);
    text_copy(current->name, p.name, sizeof current->name);
    arch_start_over(frame, p.entry, p.stack);
    counters.execs++;
    return 0;
}
