/* SPDX-License-Identifier: MIT */
/*
 * ledger: writes what can be checked after a power cut, and says which of it must be there. A round appends a line to /ledger,
 * writes one of four files anew, makes a file and removes an older one, syncs, and says "synced ROUND". With --check ROUND it
 * looks whether all that was said is there: up to that round, and of the next, nothing that is not a part of it.
 */
#include "guests/bantam/user/libc/libc.h"

enum { SLOTS = 4, KEPT = 3, WORDS = 700, LINE = 16 };

static uint32_t words[WORDS];

/* What round `round` writes into its slot: each round has a length of its own, too. */
static size_t content(unsigned round)
{
    unsigned state = round + 1;

    for (int i = 0; i < WORDS; i++)
        words[i] = rand_next(&state);
    return 4 * (WORDS / 2 + round * 37 % (WORDS / 2));
}

static void line_of(unsigned round, char line[LINE + 1])
{
    unsigned state = round + 1;

    snprintf(line, LINE + 1, "%6u %08x\n", round, rand_next(&state));
}

static void name_of(const char *kind, unsigned n, char name[32])
{
    snprintf(name, 32, "/ledger.d/%s%u", kind, n);
}

/* How many lines there are, all of which are right. */
static unsigned count(void)
{
    char got[LINE], want[LINE + 1];
    int fd = open("/ledger", O_READ), n;
    unsigned round = 0;

    if (fd == E_NOENT)
        return 0;
    must(fd, "/ledger");
    while ((n = must(read(fd, got, LINE), "/ledger")) != 0) {
        line_of(round + 1, want);
        if (n != LINE || memcmp(got, want, LINE))
            die("ledger: line %u is wrong", round + 1);
        round++;
    }
    close(fd);
    return round;
}

static void write_slot(unsigned round)
{
    char name[32];
    int fd;

    name_of("slot", round % SLOTS, name);
    fd = must(open(name, O_WRITE | O_CREATE | O_TRUNCATE), name);
    must(write_all(fd, words, content(round)), name);
    close(fd);
}

static void make(unsigned round)
{
    char name[32];

    name_of("file", round, name);
    close(must(open(name, O_WRITE | O_CREATE), name));
    if (round <= KEPT)
        return;
    name_of("file", round - KEPT, name);
    (void)unlink(name); /* it may be gone already */
}

/* All of a round but its line; doing it again does no harm. */
static void rest_of_round(unsigned round)
{
    write_slot(round);
    make(round);
    must(sync(), "ledger: sync");
    printf("synced %u\n", round);
}

static void work(unsigned rounds)
{
    unsigned round = count();
    char line[LINE + 1];
    int fd, made = mkdir("/ledger.d");

    if (made != E_EXIST)
        must(made, "/ledger.d");
    fd = must(open("/ledger", O_WRITE | O_CREATE | O_APPEND), "/ledger");
    if (round)
        rest_of_round(round);
    while (rounds--) {
        line_of(++round, line);
        must(write_all(fd, line, LINE), "/ledger");
        rest_of_round(round);
    }
    close(fd);
}

/* The slot that the next round was about to write may be anything. */
static void check_slot(unsigned round)
{
    static uint32_t got[WORDS + 1];
    char name[32];
    int fd, n;
    size_t bytes = content(round);

    name_of("slot", round % SLOTS, name);
    fd = must(open(name, O_READ), name);
    n = must(read(fd, got, sizeof got), name);
    close(fd);
    if ((size_t)n != bytes || memcmp(got, words, bytes))
        die("%s is not what round %u wrote", name, round);
}

static void check_file(unsigned round, bool there)
{
    struct stat s;
    char name[32];

    name_of("file", round, name);
    if ((stat(name, &s) == 0) != there)
        die("%s is %s", name, there ? "lost" : "back again");
}

static void check(unsigned synced)
{
    unsigned lines = count();

    if (lines < synced || lines > synced + 1)
        die("ledger: %u lines, but round %u was the last that was synced", lines, synced);
    for (unsigned round = synced > SLOTS ? synced - SLOTS + 2 : 1; round <= synced; round++)
        check_slot(round);
    for (unsigned round = synced > KEPT ? synced - KEPT + 2 : 1; round <= synced; round++)
        check_file(round, true);
    for (unsigned round = 1; round + KEPT <= synced; round++)
        check_file(round, false);
    printf("ledger: all is there\n");
}

int main(int argc, char **argv)
{
    unsigned rounds = 20, synced = ~0u;
    const struct option table[] = {
        {"--rounds", &rounds, NULL, "of writing"}, {"--check", &synced, NULL, "the last round that was synced"}, {0}};

    options(argc, argv, "work that can be checked after a power cut", table);
    if (synced == ~0u)
        work(rounds);
    else
        check(synced);
    return 0;
}
