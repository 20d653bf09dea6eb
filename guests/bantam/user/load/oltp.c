/* SPDX-License-Identifier: MIT */
/*
 * oltp: transactions of a small database. Each reads a record at a random place, changes it, writes a line to the log, syncs,
 * and writes the record: what hurts is the waiting for the disk, once a transaction.
 */
#include "guests/bantam/user/libc/libc.h"

enum { RECORD = 256 };

static struct record {
    uint32_t key, version, balance;
    char filler[RECORD - 12];
} record;

static void create(int fd, unsigned records)
{
    for (unsigned i = 0; i < records; i++) {
        record = (struct record){.key = i, .balance = 1000};
        must(write_all(fd, &record, RECORD), "oltp: table");
    }
    must(sync(), "oltp: sync");
}

static void transaction(int table, int log, unsigned key, unsigned amount)
{
    char line[64];
    int n;

    must(seek(table, key * RECORD), "oltp: seek");
    if (read(table, &record, RECORD) != RECORD || record.key != key)
        die("oltp: record %u is not what was written", key);
    record.version++;
    record.balance += amount;
    n = snprintf(line, sizeof line, "%u %u %u\n", key, record.version, record.balance);
    must(write_all(log, line, (size_t)n), "oltp: log");
    must(sync(), "oltp: sync");
    must(seek(table, key * RECORD), "oltp: seek");
    must(write_all(table, &record, RECORD), "oltp: table");
}

int main(int argc, char **argv)
{
    unsigned records = 256, rounds = 50, seed = 1;
    const struct option options_table[] = {{"--records", &records, NULL, "in the table, of 256 bytes"},
                                           {"--rounds", &rounds, NULL, "transactions"},
                                           {"--seed", &seed, NULL, "of the random places"},
                                           {0}};
    int table, log;
    uint64_t start;

    options(argc, argv, "cycles of a transaction", options_table);
    table = must(open("/oltp.table", O_READ | O_WRITE | O_CREATE | O_TRUNCATE), "/oltp.table");
    log = must(open("/oltp.log", O_WRITE | O_CREATE | O_TRUNCATE), "/oltp.log");
    create(table, records);
    start = clock();
    for (unsigned i = 0; i < rounds; i++) {
        const unsigned key = rand_next(&seed) % records;

        transaction(table, log, key, rand_next(&seed) % 100);
    }
    must(sync(), "oltp: sync");
    result("oltp", clock() - start, rounds, "cycles", NULL);
    unlink("/oltp.table");
    unlink("/oltp.log");
    return 0;
}
