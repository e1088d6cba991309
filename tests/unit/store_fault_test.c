// SPDX-License-Identifier: Apache-2.0
// A full map, a full disk, a folder that cannot be used: nothing is lost, and what comes after
// works.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/store/internal.h"
#include "tests/unit/store_thing.h"

static const char filler[] = "123456789012345678901234567890123456789012345678901234567890"
                             "123456789012345678901234567890123456789012345678901234567890"
                             "123456789012345678901234567890123456789012345678901234567890"
                             "123456789012345678901234567890123456789012345678901234567890";

// One batch of `count` rows from `first` on.
static enum commit_result put_rows(struct store *store, uint64_t first, uint64_t count)
{
    struct txn *txn = must_write(store);
    for (uint64_t i = first; i < first + count; i++) {
        struct err err = { 0 };
        struct thing thing = { .id = thing_id(i), .name = filler, .rank = (int64_t)(i % 1000) };
        if (!table_put(txn, &thing_table, &thing, &err)) {
            CHECK_REFUSED(&err, ERR_UNAVAILABLE, "");
            break;
        }
    }
    return batch_commit(txn);
}

static int64_t rows_of(struct store *store)
{
    struct txn *txn = must_read(store);
    struct arena *arena = arena_new((size_t)1 << 28);
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    struct thing thing;
    int64_t count = 0;
    while (walk_next(walk, &thing))
        count++;
    CHECK_STR(txn_fault(txn), "");
    CHECK_INT((int64_t)table_count(txn, &thing_table), count);
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
    return count;
}

TEST(a_full_map_is_grown_and_the_batch_repeated)
{
    const char *folder = test_folder();
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 19);
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    uint64_t first = 0;
    int grown = 0;
    while (grown < 3) {
        enum commit_result result = put_rows(store, first, 100);
        if (result == COMMIT_FULL) {
            CHECK_INT(rows_of(store), (int64_t)first);
            CHECK(store_last_fault(store)[0] != '\0');
            CHECK(store_grow(store, &err));
            grown++;
            continue;
        }
        CHECK_INT(result, COMMIT_DONE);
        first += 100;
    }
    CHECK_INT(rows_of(store), (int64_t)first);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
    store = store_open(&options, &err); // the smaller map again
    CHECK_OK(&err);
    CHECK_INT(rows_of(store), (int64_t)first);
    store_close(store);
}

TEST(a_map_filled_by_a_child_is_the_batchs_fault)
{
    struct err err = { 0 };
    struct store_options options = thing_options(test_folder(), (size_t)1 << 19);
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    struct txn *txn = must_write(store);
    struct txn *child = txn_child(txn);
    bool put = true;
    for (uint64_t i = 0; put; i++) {
        struct thing thing = { .id = thing_id(i), .name = filler };
        put = table_put(child, &thing_table, &thing, &err);
    }
    txn_drop(child); // as a refused request would
    CHECK_INT(batch_commit(txn), COMMIT_FULL);
    CHECK_INT(rows_of(store), 0);
    CHECK_INT(put_rows(store, 0, 50), COMMIT_DONE);
    store_close(store);
}

// --- hoping that no child which has written is dropped
static struct txn *must_hope(struct store *store)
{
    struct err err = { 0 };
    struct txn *txn = store_write_hoping(store, &err);
    CHECK_OK(&err);
    return txn;
}

static int64_t things(struct store *store)
{
    struct txn *txn = must_read(store);
    int64_t count = (int64_t)table_count(txn, &thing_table);
    txn_drop(txn);
    return count;
}

TEST(children_of_a_hopeful_transaction_write_into_it)
{
    struct store *store = thing_store(test_folder());
    struct err err = { 0 };
    struct thing one = { .id = thing_id(1), .name = "one", .badge = "o" },
                 two = { .id = thing_id(2), .name = "two", .badge = "t" };
    struct txn *txn = must_hope(store);
    struct txn *child = txn_child(txn), *grandchild = txn_child(child);
    CHECK(table_put(grandchild, &thing_table, &one, &err));
    CHECK(txn_merge(grandchild));
    CHECK(table_put(child, &thing_table, &two, &err));
    CHECK(txn_merge(child));
    txn_drop(txn_child(txn)); // it has written nothing: no harm
    CHECK_OK(&err);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    CHECK_INT(things(store), 2);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
}

TEST(a_child_that_is_dropped_with_what_it_wrote_spoils_a_hopeful_transaction)
{
    struct store *store = thing_store(test_folder());
    struct err err = { 0 };
    struct thing one = { .id = thing_id(1), .name = "one", .badge = "o" };
    for (int deep = 0; deep < 2; deep++) {
        struct txn *txn = must_hope(store), *child = txn_child(txn);
        struct txn *grandchild = deep ? txn_child(child) : NULL;
        CHECK(table_put(deep ? grandchild : child, &thing_table, &one, &err));
        if (grandchild)
            CHECK(txn_merge(grandchild));
        txn_drop(child);
        CHECK(txn_child(txn) == NULL);
        CHECK_INT(batch_commit(txn), COMMIT_AGAIN);
        CHECK_INT(things(store), 0);
    }
    CHECK_OK(&err);
    store_close(store);
}

TEST(a_deletion_counts_as_writing)
{
    struct store *store = thing_store(test_folder());
    struct err err = { 0 };
    struct thing one = { .id = thing_id(1), .name = "one", .badge = "o" };
    struct key key = key_of_id(thing_id(1));
    struct txn *txn = must_write(store);
    CHECK(table_put(txn, &thing_table, &one, &err));
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    txn = must_hope(store);
    struct txn *child = txn_child(txn);
    CHECK(table_del(child, &thing_table, &key));
    txn_drop(child);
    CHECK_INT(batch_commit(txn), COMMIT_AGAIN);
    CHECK_INT(things(store), 1);
    store_close(store);
}

TEST(the_map_does_not_move_under_a_reader)
{
    struct store *store = thing_store(test_folder());
    struct err err = { 0 };
    struct txn *txn = must_read(store);
    CHECK(!store_grow(store, &err));
    CHECK_REFUSED(&err, ERR_UNAVAILABLE, "");
    txn_drop(txn);
    err = (struct err){ 0 };
    CHECK(store_grow(store, &err));
    store_close(store);
}

TEST(a_second_writer_of_one_process_is_refused_instead_of_waiting_for_ever)
{
    struct store *store = thing_store(test_folder());
    struct err err = { 0 };
    struct txn *txn = must_write(store);
    CHECK(!store_write(store, &err));
    CHECK_REFUSED(&err, ERR_INTERNAL, "");
    txn_drop(txn);
    store_close(store);
}

static bool ballast_there(const char *folder)
{
    char path[4096];
    struct stat file;
    snprintf(path, sizeof path, "%s/ballast", folder);
    return stat(path, &file) == 0 && file.st_size == 4 << 20;
}

// Fills until the disk is full; returns how many rows were acknowledged.
static uint64_t fill_up(struct store *store, uint64_t first)
{
    for (int batch = 0; batch < 2000; batch++) {
        enum commit_result result = put_rows(store, first, 50);
        if (result != COMMIT_DONE) {
            CHECK_INT(result, COMMIT_NO_SPACE);
            return first;
        }
        first += 50;
    }
    CHECK(!"the disk never filled up");
    return first;
}

// The process's own limit of file sizes: what any machine can do, without a disk of its own.
TEST(no_room_for_the_file_refuses_the_batch_and_goes_on_reading)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    struct rlimit before, low;
    CHECK(ballast_there(folder));
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 1 << 20;
    CHECK_INT(put_rows(store, 0, 50), COMMIT_DONE);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &low), 0);
    uint64_t rows = fill_up(store, 50);
    int64_t left = rows_of(store);
    bool dropped = !ballast_there(folder);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
    CHECK(rows > 50);
    CHECK_INT(left, (int64_t)rows);
    CHECK(dropped);
    CHECK_INT(put_rows(store, rows, 50), COMMIT_DONE); // there is room again
    CHECK(ballast_there(folder));
    CHECK_INT(rows_of(store), (int64_t)rows + 50);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
}

static void small_disk(const char *folder)
{
    struct store *store = thing_store(folder);
    CHECK(ballast_there(folder));
    uint64_t rows = fill_up(store, 0);
    CHECK_INT(rows_of(store), (int64_t)rows);
    CHECK(!ballast_there(folder));
    // The ballast's room lets the house work on for a while, then it is full for good.
    rows = fill_up(store, rows);
    CHECK_INT(rows_of(store), (int64_t)rows);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
    store = thing_store(folder); // also a start on a full disk
    CHECK_INT(rows_of(store), (int64_t)rows);
    store_close(store);
}

TEST(a_full_disk_refuses_the_batch_and_goes_on_reading)
{
    const char *folder = test_folder();
    // In a namespace of our own, so that the disk goes with this process, whatever happens.
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=24m,mode=0700") != 0)
        test_skip("mounting a small disk is not permitted here");
    small_disk(folder);
    CHECK_INT(umount2(folder, MNT_DETACH), 0);
}

// Puts another file under LMDB's descriptor for one batch.
static enum commit_result put_into(struct store *store, const char *path, int flags)
{
    int fd, kept, other = open(path, flags | O_CLOEXEC);
    CHECK(other >= 0);
    CHECK_INT(mdb_env_get_fd(store->env, &fd), 0);
    kept = dup(fd);
    CHECK(kept >= 0);
    CHECK_INT(dup2(other, fd), fd);
    enum commit_result result = put_rows(store, 1000, 50);
    CHECK_INT(dup2(kept, fd), fd);
    close(kept);
    close(other);
    return result;
}

TEST(the_systems_words_become_the_right_result)
{
    struct store *store = thing_store(test_folder());
    CHECK_INT(put_rows(store, 0, 50), COMMIT_DONE);
    CHECK_INT(put_into(store, "/dev/full", O_RDWR), COMMIT_NO_SPACE);
    CHECK(strstr(store_last_fault(store), "commit") != NULL);
    CHECK_INT(rows_of(store), 50);
    CHECK_INT(put_into(store, "/dev/null", O_RDONLY), COMMIT_BROKEN); // may not be written
    CHECK_INT(rows_of(store), 50);
    CHECK_INT(store_head(store), 0);
    store_close(store);
}

TEST(a_newer_format_is_refused_and_left_alone)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    struct err err = { 0 };
    struct txn *txn = must_write(store);
    number_put(txn, "s:format", FORMAT + 1);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    CHECK(!store_open(&options, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "format");
}

TEST(a_folder_that_cannot_be_used_is_refused)
{
    struct err err = { 0 };
    struct store_options options = thing_options("/proc/no/such/folder", 1 << 20);
    CHECK(!store_open(&options, &err));
    CHECK_REFUSED(&err, ERR_UNAVAILABLE, "");
    err = (struct err){ 0 };
    options.folder = test_folder();
    options.read_only = true; // nothing there to read
    CHECK(!store_open(&options, &err));
    CHECK_REFUSED(&err, ERR_UNAVAILABLE, "");
}

TEST(a_file_that_is_no_store_is_refused)
{
    const char *folder = test_folder();
    struct err err = { 0 };
    char path[4096];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    for (int i = 0; i < 100000; i++)
        fputc('x', file);
    fclose(file);
    struct store_options options = thing_options(folder, 1 << 20);
    CHECK(!store_open(&options, &err));
    CHECK_REFUSED(&err, ERR_INTERNAL, "");
}
