/* SPDX-License-Identifier: MIT */
/* Bantam's file system while all is well: against a model, at its limits, and when the disk fails. */
#include "tests/support/cutdisk.h"
#include "tests/support/fswork.h"
#include "tests/support/rounds.h"

#include "guests/bantam/fs/fs_state.h"

#include <criterion/criterion.h>

static struct cutdisk d;
static struct fs f;

static void start(uint32_t blocks, uint32_t slots, uint32_t inodes)
{
    cutdisk_init(&d, blocks);
    cr_assert_eq(newfs(&d.disk, slots, inodes), 0);
    cr_assert_eq(fs_mount(&f, &d.disk), 0);
}

static void assert_clean(void)
{
    cr_assert_eq(fsck_check(&d.disk, stdout), 0);
}

static void end(void)
{
    cr_assert_eq(fs_sync(&f), 0);
    assert_clean();
    cutdisk_free(&d);
}

static int make(const char *path, enum file_kind kind)
{
    return fs_create(&f, ROOT_INODE, path, kind);
}

static int drop(const char *path)
{
    return fs_unlink(&f, ROOT_INODE, path);
}

Test(bantam_fs, does_what_a_model_says, .timeout = 120)
{
    static struct model model;

    for (unsigned seed = 1; seed <= rounds(20, 200); seed++) {
        struct fswork w;
        int error;

        start(seed % 2 ? 64 : 400, LOG_SLOTS_MIN + seed % 40, 32);
        fswork_init(&w, &f, &model, seed);
        for (int i = 0; i < 2000; i++)
            cr_assert_geq(fswork_step(&w), 0, "seed %u, step %d", seed, i);
        cr_assert_eq(model_sum_of(&f, &error), model_sum(&model));
        cr_assert_eq(fs_sync(&f), 0);
        assert_clean();
        cr_assert_eq(fs_mount(&f, &d.disk), 0);
        cr_assert_eq(model_sum_of(&f, &error), model_sum(&model));
        fswork_free(&w);
        end();
    }
}

Test(bantam_fs, paths)
{
    static const struct {
        const char *path;
        int lookup, create, unlink;
    } row[] = {
        {"", E_NOENT, E_NOENT, E_NOENT},
        {"/", ROOT_INODE, E_EXIST, E_INVAL},
        {"/.", ROOT_INODE, E_EXIST, E_INVAL},
        {"//..//.", ROOT_INODE, E_EXIST, E_INVAL},
        {"none/x", E_NOENT, E_NOENT, E_NOENT},
        {"file/x", E_NOTDIR, E_NOTDIR, E_NOTDIR},
        {"file/", E_NOTDIR, E_EXIST, E_NOTDIR},
        {"dir", 3, E_EXIST, E_NOTEMPTY},
        {"dir/", 3, E_EXIST, E_NOTEMPTY},
        {"dir/.", 3, E_EXIST, E_INVAL},
        {"dir/in/../../file", 2, E_EXIST, -1},
        {"28-characters-are-one-too-man", E_NAMETOOLONG, E_NAMETOOLONG, E_NAMETOOLONG},
        {"dir/28-characters-are-one-too-man", E_NAMETOOLONG, E_NAMETOOLONG, E_NAMETOOLONG},
    };
    char path[200];

    start(200, 20, 32);
    cr_assert_eq(make("file", KIND_FILE), 2);
    cr_assert_eq(make("/dir/", KIND_DIRECTORY), 3);
    cr_assert_eq(make("dir/in", KIND_DIRECTORY), 4);
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        cr_expect_eq(fs_lookup(&f, ROOT_INODE, row[i].path), row[i].lookup, "%s", row[i].path);
        cr_expect_eq(make(row[i].path, KIND_DIRECTORY), row[i].create, "%s", row[i].path);
        if (row[i].unlink != -1)
            cr_expect_eq(drop(row[i].path), row[i].unlink, "%s", row[i].path);
    }
    cr_expect_eq(fs_lookup(&f, 3, "in"), 4);
    cr_expect_eq(fs_lookup(&f, 4, "../../file"), 2);
    cr_expect_eq(fs_lookup(&f, 2, "x"), E_NOTDIR);
    cr_expect_eq(fs_lookup(&f, 7, "x"), E_NOENT);
    cr_expect_eq(make("a/", KIND_FILE), E_ISDIR);
    cr_expect_eq(make("device", KIND_DEVICE), E_INVAL);
    memset(path, '/', sizeof path);
    path[PATH_MAX] = 0;
    cr_expect_eq(fs_lookup(&f, ROOT_INODE, path), E_NAMETOOLONG);
    path[PATH_MAX - 1] = 0;
    cr_expect_eq(fs_lookup(&f, ROOT_INODE, path), ROOT_INODE);
    cr_expect_eq(fs_truncate(&f, 3), E_ISDIR);
    cr_expect_eq(fs_write(&f, 3, 0, "x", 1), E_ISDIR);
    end();
}

/* A file as long as can be, full of holes but for the first byte behind each kind of pointer, and the last. */
Test(bantam_fs, the_longest_file)
{
    static const uint32_t at[] = {0, INDIRECT * BLOCK_SIZE, (INDIRECT + POINTERS) * BLOCK_SIZE, FILE_MAX - 1};
    uint32_t free;
    struct stat s;
    char c;
    int n;

    start(200, 20, 32);
    free = f.free;
    n = make("long", KIND_FILE);
    for (unsigned i = 0; i < 4; i++)
        cr_assert_eq(fs_write(&f, (uint32_t)n, at[i], &"abcd"[i], 1), 1);
    cr_assert_eq(fs_write(&f, (uint32_t)n, FILE_MAX - 1, "de", 2), 1);
    cr_assert_eq(fs_write(&f, (uint32_t)n, FILE_MAX, "e", 1), E_FBIG);
    cr_assert_eq(fs_write(&f, (uint32_t)n, UINT32_MAX, "e", 1), E_FBIG);
    cr_assert_eq(free - f.free, 4 + 1 + 3);
    cr_assert_eq(fs_sync(&f), 0);
    assert_clean();
    cr_assert_eq(fs_mount(&f, &d.disk), 0);
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(fs_read(&f, (uint32_t)n, at[i], &c, 1), 1);
        cr_assert_eq(c, "abcd"[i]);
    }
    cr_assert_eq(fs_read(&f, (uint32_t)n, FILE_MAX / 2, &c, 1), 1);
    cr_assert_eq(c, 0);
    cr_assert_eq(fs_read(&f, (uint32_t)n, FILE_MAX, &c, 1), 0);
    cr_assert_eq(fs_truncate(&f, (uint32_t)n), 0);
    cr_assert(!fs_stat(&f, (uint32_t)n, &s) && s.size == 0);
    cr_assert_eq(f.free, free);
    end();
}

/* A disk, and then its inodes, used up: what was there stays, and all of it can be had again. */
Test(bantam_fs, full)
{
    static char data[64 * BLOCK_SIZE];
    char name[20];
    uint32_t free;
    int n, k = 0;

    start(600, 20, 32);
    free = f.free;
    n = make("big", KIND_FILE);
    for (int got = 1, at = 0; got > 0; at += got) {
        got = fs_write(&f, (uint32_t)n, (uint32_t)at, data, sizeof data);
        cr_assert(got > 0 || got == E_NOSPC);
    }
    cr_assert_leq(f.free, 2);
    cr_assert_eq(make("dir", KIND_DIRECTORY), E_NOSPC);
    cr_assert_eq(fs_sync(&f), 0);
    assert_clean();
    cr_assert_eq(drop("big"), 0);
    cr_assert_eq(f.free, free);
    do
        snprintf(name, sizeof name, "file%d", k++);
    while ((n = make(name, KIND_FILE)) > 0);
    cr_assert(n == E_NOSPC && k == 32);
    cr_assert_eq(fs_sync(&f), 0);
    assert_clean();
    for (int i = 0; i < k - 1; i++) {
        snprintf(name, sizeof name, "file%d", i);
        cr_assert_eq(drop(name), 0);
    }
    end();
}

/* Unlinked while open: it lives until it is let go, and if the power goes first, the next mount frees it. */
Test(bantam_fs, orphans)
{
    char text[4] = "";
    uint32_t free;
    int file, dir;

    start(200, 20, 32);
    file = make("file", KIND_FILE);
    free = f.free;
    fs_write(&f, (uint32_t)file, 0, "text", 4);
    dir = make("dir", KIND_DIRECTORY);
    for (int power_goes = 0; power_goes < 2; power_goes++) {
        fs_hold(&f, (uint32_t)file);
        fs_hold(&f, (uint32_t)dir);
        cr_assert_eq(drop("file") | drop("dir"), 0);
        cr_assert_eq(fs_lookup(&f, (uint32_t)dir, ".."), E_NOENT);
        cr_assert_eq(fs_create(&f, (uint32_t)dir, "x", KIND_FILE), E_NOENT);
        cr_assert_eq(fs_read(&f, (uint32_t)file, 0, text, 4), 4);
        cr_assert(!memcmp(text, "text", 4));
        cr_assert_eq(fs_sync(&f), 0);
        assert_clean();
        if (power_goes)
            break;
        cr_assert_eq(fs_release(&f, (uint32_t)file) | fs_release(&f, (uint32_t)dir), 0);
        cr_assert_eq(fs_release(&f, (uint32_t)file), E_NOENT);
        cr_assert_eq(f.free, free);
        file = make("file", KIND_FILE);
        fs_write(&f, (uint32_t)file, 0, "text", 4);
        dir = make("dir", KIND_DIRECTORY);
    }
    cr_assert_eq(fs_mount(&f, &d.disk), 0);
    cr_assert_eq(f.free, free);
    end();
}

/* At each read or write in turn the disk begins to fail, for good. Nothing crashes, and the next mount finds a sound disk. */
Test(bantam_fs, a_disk_that_fails, .timeout = 120)
{
    static struct model model;
    long trials = 0;

    for (unsigned reads = 0; reads < 2; reads++)
        for (long left = 0; left < 300; left += 1 + left / 20) {
            struct fswork w;
            int went = 0;

            start(100, LOG_SLOTS_MIN, 32);
            *(reads ? &d.reads_left : &d.writes_left) = left;
            fswork_init(&w, &f, &model, 7);
            if (reads)
                went = fs_mount(&f, &d.disk);
            for (int at = 0; went >= 0 && at < 1000; at++)
                went = fswork_step(&w);
            if (!reads)
                cr_assert(went >= 0 || fs_sync(&f) == E_IO, "it failed, and yet goes on");
            d.reads_left = d.writes_left = -1;
            assert_clean();
            cr_assert_eq(fs_mount(&f, &d.disk), 0);
            fswork_free(&w);
            end();
            trials++;
        }
    cr_assert_gt(trials, 80);
}

/* What fsck is for: a sound disk with one word changed. */
Test(bantam_fs, findings)
{
    static const struct {
        const char *what;
        int at_bitmap, at_inode; /* which block, from the bitmap or the inodes; else -1: the root's data */
        uint32_t byte, value;
    } row[] = {
        {"blocks marked free", 0, -1, 0, 0},
        {"a block marked used", 0, -1, 16, 1},
        {"the root gone", -1, 0, 0, 0},
        {"a wrong count of links", -1, 0, 64, KIND_FILE | 9 << 16},
        {"an unknown kind", -1, 0, 64, 7 | 1 << 16},
        {"a size behind all", -1, 0, 68, 0x7fffffff},
        {"a block behind the end", -1, 0, 68, 1},
        {"a pointer to nowhere", -1, 0, 72, 0x1000000},
        {"a pointer into the bitmap", -1, 0, 72, 20},
        {"a block twice", -1, 0, 76, 44},
        {"a free inode that is not empty", -1, 0, 64 * 20, 1 << 16},
        {"a name for nobody", -1, -1, 64, 30},
        {"a name for an inode that is not there", -1, -1, 64, 3000},
        {"a name with a slash", -1, -1, 68, '/'},
        {"no name", -1, -1, 68, 0},
        {"a wrong `..`", -1, -1, 32, 3},
        {"no `.`", -1, -1, 0, 0},
        {"a name twice", -1, -1, 100, 'a'},
    };
    static char data[2 * BLOCK_SIZE];

    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint32_t block, word = row[i].value;

        start(200, 20, 32);
        cr_assert_eq(make("a", KIND_FILE), 2);
        cr_assert_eq(make("b", KIND_DIRECTORY), 3);
        cr_assert_eq(fs_write(&f, 2, 0, data, sizeof data), sizeof data);
        cr_assert_eq(fs_sync(&f), 0);
        cr_assert_eq(make("c", KIND_FILE), 4); /* so that the log holds none of these blocks, but its own */
        cr_assert_eq(fs_sync(&f), 0);
        memset(d.data + LOG_AT * BLOCK_SIZE, 0, BLOCK_SIZE);
        assert_clean();
        block = row[i].at_bitmap >= 0 ? f.at.bitmap : row[i].at_inode >= 0 ? f.at.inode_table : f.at.data;
        memcpy(d.data + block * BLOCK_SIZE + row[i].byte, &word, sizeof word);
        cr_expect_gt(fsck_check(&d.disk, stdout), 0, "%s", row[i].what);
        cutdisk_free(&d);
    }
}

Test(bantam_fs, no_file_system)
{
    start(200, 20, 32);
    cr_expect_eq(newfs(&d.disk, LOG_SLOTS_MIN - 1, 32), E_INVAL);
    cr_expect_eq(newfs(&d.disk, LOG_SLOTS_MAX + 1, 32), E_INVAL);
    cr_expect_eq(newfs(&d.disk, 20, 0), E_INVAL);
    cr_expect_eq(newfs(&d.disk, 20, 33), E_INVAL);
    d.disk.blocks = 20;
    cr_expect_eq(newfs(&d.disk, 20, 32), E_INVAL);
    cr_expect_eq(fs_mount(&f, &d.disk), E_INVAL, "a file system larger than its disk");
    cr_expect_eq(fsck_check(&d.disk, stdout), E_INVAL);
    d.disk.blocks = 0;
    cr_expect_eq(fs_mount(&f, &d.disk), E_INVAL);
    d.disk.blocks = 200;
    d.data[BLOCK_SIZE + 5] ^= 1;
    cr_expect_eq(fs_mount(&f, &d.disk), E_INVAL);
    cutdisk_free(&d);
}

/* CRC-32's check value, as its catalogues have it. */
Test(bantam_fs, crc)
{
    cr_expect_eq(crc32_add(0, "123456789", 9), 0xcbf43926);
    cr_expect_eq(crc32_add(crc32_add(0, "1234", 4), "56789", 5), 0xcbf43926);
}
