/* SPDX-License-Identifier: MIT */
/*
 * compile: a mix that behaves like the build of a kernel. `make` (process 0) runs a compiler process for each source file, a few
 * at a time; that reads the source, looks every word up in a table, computes for a while, and writes an object file; at the end a
 * linker reads all objects and writes one large file. So: fork and exec, page faults of fresh heaps, small files, much user mode.
 */
#include "guests/bantam/user/libc/libc.h"

enum { BUCKETS = 256, WORD_MAX = 16, PASSES = 12 };

static char name[32];
static const char *file_name(const char *kind, unsigned n)
{
    snprintf(name, sizeof name, "/compile.%s%u", kind, n);
    return name;
}

/* A source: words from a small set, as identifiers are. The same on every machine. */
static void write_source(unsigned n, unsigned bytes)
{
    const int fd = must(open(file_name("c", n), O_WRITE | O_CREATE | O_TRUNCATE), name);
    unsigned seed = n + 1;
    char line[64];

    for (unsigned done = 0; done < bytes;) {
        const unsigned a = rand_next(&seed) % 300, b = rand_next(&seed) % 300;
        const int length = snprintf(line, sizeof line, "int v%u = f%u(v%u) + %u;\n", a, b, b, a * b);

        must(write_all(fd, line, (size_t)length), name);
        done += (unsigned)length;
    }
    close(fd);
}

/* ---- the compiler ---- */

struct symbol {
    struct symbol *next;
    unsigned uses;
    char word[WORD_MAX];
};
static struct symbol *table[BUCKETS];

static void use(const char *word)
{
    unsigned hash = 5381;
    struct symbol *s;

    for (const char *c = word; *c; c++)
        hash = hash * 33 + (uint8_t)*c;
    for (s = table[hash % BUCKETS]; s; s = s->next)
        if (strcmp(s->word, word) == 0) {
            s->uses++;
            return;
        }
    s = malloc(sizeof *s);
    if (!s)
        die("compile: no memory");
    strlcpy(s->word, word, sizeof s->word);
    s->uses = 1;
    s->next = table[hash % BUCKETS];
    table[hash % BUCKETS] = s;
}

static void scan_line(const char *c)
{
    while (*c) {
        char word[WORD_MAX];
        unsigned n = 0;

        for (; isalpha(*c) || isdigit(*c); c++)
            if (n + 1 < sizeof word)
                word[n++] = *c;
        word[n] = 0;
        if (n)
            use(word);
        else
            c++;
    }
}

/* As an optimiser goes over what it has again and again. */
static unsigned optimise(void)
{
    unsigned sum = 0;

    for (int pass = 0; pass < PASSES; pass++)
        for (int b = 0; b < BUCKETS; b++)
            for (const struct symbol *s = table[b]; s; s = s->next)
                for (const char *c = s->word; *c; c++)
                    sum = (sum << 5 | sum >> 27) ^ ((uint8_t)*c * s->uses);
    return sum;
}

static int cc(unsigned n)
{
    struct reader in = {.fd = must(open(file_name("c", n), O_READ), name)};
    char line[80];
    unsigned sum;
    int out;

    while (read_line(&in, line, sizeof line) >= 0)
        scan_line(line);
    close(in.fd);
    sum = optimise();
    out = must(open(file_name("o", n), O_WRITE | O_CREATE | O_TRUNCATE), name);
    for (int b = 0; b < BUCKETS; b++)
        for (const struct symbol *s = table[b]; s; s = s->next)
            must(write_all(out, s, sizeof *s), name);
    must(write_all(out, &sum, sizeof sum), name);
    close(out);
    return 0;
}

/* ---- the linker, and make ---- */

static unsigned link(unsigned files)
{
    static uint8_t buffer[1024];
    const int out = must(open("/compile.out", O_WRITE | O_CREATE | O_TRUNCATE), "/compile.out");
    unsigned sum = 0;
    int got;

    for (unsigned n = 0; n < files; n++) {
        const int fd = must(open(file_name("o", n), O_READ), name);

        while ((got = must(read(fd, buffer, sizeof buffer), name)) > 0) {
            for (int i = (int)offsetof(struct symbol, uses); i < got; i += 4)
                sum += buffer[i];
            must(write_all(out, buffer, (size_t)got), "/compile.out");
        }
        close(fd);
    }
    close(out);
    return sum;
}

static void start_cc(unsigned n)
{
    char number[12];

    snprintf(number, sizeof number, "%u", n);
    if (must(fork(), "fork") == 0)
        must(exec(PROGRAMS "compile", (char *[]){"compile", "--unit", number, NULL}), PROGRAMS "compile");
}

static void finish_one(void)
{
    int status;

    must(wait(&status), "wait");
    if (status)
        die("compile: a compiler failed");
}

static void make(unsigned files, unsigned jobs)
{
    unsigned running = 0;

    for (unsigned n = 0; n < files; n++) {
        if (running == jobs) {
            finish_one();
            running--;
        }
        start_cc(n);
        running++;
    }
    while (running--)
        finish_one();
}

int main(int argc, char **argv)
{
    unsigned files = 8, bytes = 6 << 10, jobs = 2, unit = ~0u, sum;
    const struct option options_table[] = {{"--files", &files, NULL, "of source"},
                                           {"--size", &bytes, NULL, "of each, bytes"},
                                           {"--jobs", &jobs, NULL, "compilers at a time"},
                                           {"--unit", &unit, NULL, "is the compiler of this file"},
                                           {0}};
    uint64_t start;
    char note[16];

    options(argc, argv, "cycles for a source file, of a build", options_table);
    if (unit != ~0u)
        return cc(unit);
    for (unsigned n = 0; n < files; n++)
        write_source(n, bytes);
    start = clock();
    make(files, jobs ? jobs : 1);
    sum = link(files);
    start = clock() - start;
    for (unsigned n = 0; n < files; n++) {
        unlink(file_name("c", n));
        unlink(file_name("o", n));
    }
    unlink("/compile.out");
    snprintf(note, sizeof note, "%08x", sum);
    result("compile", start, files, "cycles/file", note);
    return 0;
}
