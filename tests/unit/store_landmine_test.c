// SPDX-License-Identifier: Apache-2.0
// What LMDB does to those who trust it: each known trap, and that the store keeps clear of it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/internal.h"
#include "tests/unit/store_thing.h"

TEST(no_flag_that_loses_commits_and_no_duplicate_keys)
{
    struct store *store = thing_store(test_folder());
    unsigned flags = 0;
    CHECK_INT(mdb_env_get_flags(store->env, &flags), 0);
    CHECK_INT(flags & (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC), 0);
    CHECK(flags & MDB_NOTLS);
    struct txn *txn = must_read(store);
    for (size_t i = 0; i < store->slot_count; i++) {
        for (size_t k = 0; k < store->slots[i].table->index_count; k++) {
            MDB_dbi dbi = store->slots[i].indexes[k].dbi;
            CHECK_INT(mdb_dbi_flags(txn->mdb, dbi, &flags), 0);
            CHECK_INT(flags, 0);
        }
    }
    txn_drop(txn);
    store_close(store);
}

// With MDB_DUPSORT this order of deletions loses both rows of C.
TEST(deleting_while_scanning_loses_no_neighbours)
{
    static const char *const keys[] = { "a1", "a2", "bx", "c1", "c2" };
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    const struct database *log = &store->own[OWN_META];
    struct scan scan;
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        database_put(txn, log, (struct bytes){ (const uint8_t *)keys[i], 2 },
                     (struct bytes){ (const uint8_t *)"v", 1 });
    CHECK(scan_begin(&scan, txn, log, (struct bytes){ (const uint8_t *)"a", 1 }));
    scan_del(&scan); // a1
    CHECK(scan_next(&scan));
    CHECK(scan_next(&scan));
    CHECK_INT(scan.key.data[0], 'b');
    scan_del(&scan);
    CHECK(scan_next(&scan));
    CHECK_INT(scan.key.data[0], 'c');
    CHECK_INT(scan.key.data[1], '1');
    scan_del(&scan);
    scan_end(&scan);
    struct bytes value;
    CHECK(database_get(txn, log, (struct bytes){ (const uint8_t *)"a2", 2 }, &value));
    CHECK(database_get(txn, log, (struct bytes){ (const uint8_t *)"c2", 2 }, &value));
    CHECK(!database_get(txn, log, (struct bytes){ (const uint8_t *)"c1", 2 }, &value));
    txn_drop(txn);
    store_close(store);
}

static bool is_whole(const struct database *database, struct bytes key, struct bytes value)
{
    struct sealed sealed;
    return row_open(database, key, value, &sealed) == NULL;
}

// LMDB would hand out a row from a page that was written to the wrong place.
TEST(a_row_under_another_key_or_in_another_table_is_refused)
{
    struct store *store = thing_store(test_folder());
    const struct database *here = &store->slots[0].rows;
    struct database there = *here;
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing thing = { .id = thing_id(1), .name = "a" };
    struct key key = key_of_id(thing.id), other = key_of_id(thing_id(2));
    struct bytes value = { 0 };
    there.name = "thin";
    CHECK(table_put(txn, &thing_table, &thing, &err));
    CHECK(database_get(txn, here, key_bytes(&key), &value));
    CHECK(is_whole(here, key_bytes(&key), value));
    CHECK(!is_whole(here, key_bytes(&other), value));
    CHECK(!is_whole(&there, key_bytes(&key), value));
    txn_drop(txn);
    store_close(store);
}

// Rows and entries are on disk: these bytes must never change.
TEST(the_bytes_of_a_row_and_of_an_entry_are_these)
{
    static const uint8_t row[] = "\x01\x00\x08\x00\x00\x00\x00\x00\x00\x00\x01"
                                 "\x83\xa2id\xc4\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"
                                 "\xa4name\xa1x\xa4rank\x01";
    static const uint8_t entry[] = "\0\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xfex\0\0"
                                   "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05";
    struct store *store = thing_store(test_folder());
    const struct slot *slot = &store->slots[1];
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing thing = { .id = thing_id(5), .name = "x", .rank = 1 };
    struct key key = key_of_id(thing.id);
    struct bytes value = { 0 };
    CHECK(table_put(txn, &growth_table, &thing, &err));
    CHECK(database_get(txn, &slot->rows, key_bytes(&key), &value));
    CHECK_INT((int64_t)value.size, (int64_t)sizeof row - 1 + 4);
    CHECK_INT(memcmp(value.data, row, sizeof row - 1), 0);
    CHECK(database_get(txn, &slot->indexes[0], (struct bytes){ entry, sizeof entry - 1 }, &value));
    CHECK_INT((int64_t)value.size, 16 + 4);
    CHECK_INT(memcmp(value.data, thing.id.bytes, 16), 0);
    txn_drop(txn);
    store_close(store);
}

static void open_refused(const char *folder, pid_t owner)
{
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    CHECK(!store_open(&options, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "");
    CHECK(strstr(err.german, int_text(owner).text) != NULL);
}

TEST(a_folder_has_one_owner_also_within_a_process)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    open_refused(folder, getpid());
    store_close(store);
    store = thing_store(folder); // given back
    store_close(store);
}

// Runs `body` in a child process that ends by itself or by our kill. `word` is the end on which
// the child tells that it is ready.
static pid_t fork_with(void (*body)(const char *folder, int word), const char *folder,
                       int *ret_word)
{
    int ends[2];
    CHECK_INT(pipe(ends), 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        body(folder, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *ret_word = ends[0];
    return child;
}

static void kill_hard(pid_t child, int word)
{
    int status;
    CHECK_INT(kill(child, SIGKILL), 0);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    close(word);
}

static void own_for_ever(const char *folder, int word)
{
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    if (!store_open(&options, &err) || write(word, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

TEST(an_owner_in_another_process_is_respected_until_it_dies)
{
    const char *folder = test_folder();
    int word;
    char ready;
    pid_t child = fork_with(own_for_ever, folder, &word);
    CHECK_INT(read(word, &ready, 1), 1);
    open_refused(folder, child);
    kill_hard(child, word);
    store_close(thing_store(folder));
}

static void read_for_ever(const char *folder, int word)
{
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    options.read_only = true;
    struct store *store = store_open(&options, &err);
    struct txn *txn = store ? store_read(store, &err) : NULL;
    if (!txn || write(word, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static int64_t pages_used(struct store *store)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(store->env, &info), 0);
    return (int64_t)info.me_last_pgno;
}

static void churn(struct store *store, int commits)
{
    struct err err = { 0 };
    for (int i = 0; i < commits; i++) {
        struct txn *txn = must_write(store);
        for (uint64_t k = 0; k < 50; k++) {
            struct thing thing = { .id = thing_id(k), .name = "x", .rank = i };
            CHECK(table_put(txn, &thing_table, &thing, &err));
        }
        CHECK_INT(batch_commit(txn), COMMIT_DONE);
    }
}

// Its slot in the reader table would keep all pages of its time: the file would grow for ever.
TEST(a_killed_reader_does_not_hold_pages)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    int word;
    char ready;
    churn(store, 10);
    pid_t child = fork_with(read_for_ever, folder, &word);
    CHECK_INT(read(word, &ready, 1), 1);
    int64_t before = pages_used(store);
    churn(store, 100);
    CHECK(pages_used(store) > before + 100); // it does hold them while it lives
    kill_hard(child, word);
    churn(store, 70); // the dead are noticed on the way
    before = pages_used(store);
    churn(store, 200);
    CHECK(pages_used(store) < before + 50);
    store_close(store);
}

static void write_for_ever(const char *folder, int word)
{
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    struct store *store = store_open(&options, &err);
    struct fact fact = { .kind = "thing",
                         .entity = thing_id(1),
                         .version = 1,
                         .at = 1,
                         .actor = "test",
                         .row = { (const uint8_t *)"\x80", 1 } };
    if (!store)
        _exit(1);
    for (;;) {
        struct txn *txn = store_write(store, &err);
        if (!txn)
            _exit(1);
        uint64_t number = (uint64_t)log_append(txn, &fact);
        for (uint64_t i = 0; i < 5; i++) {
            struct thing thing = { .id = thing_id(number * 5 + i), .name = "x" };
            if (!table_put(txn, &thing_table, &thing, &err))
                _exit(1);
        }
        if (batch_commit(txn) != COMMIT_DONE)
            _exit(1);
        if (write(word, &number, sizeof number) != sizeof number)
            _exit(1);
    }
}

static void all_there(struct store *store, uint64_t last)
{
    struct arena *arena = arena_new((size_t)1 << 24);
    struct txn *txn = must_read(store);
    CHECK(log_head(txn) >= (int64_t)last);
    for (uint64_t number = 1; number <= last; number++) {
        for (uint64_t i = 0; i < 5; i++) {
            struct key key = key_of_id(thing_id(number * 5 + i));
            struct thing thing;
            CHECK(table_get(txn, &thing_table, &scope_house, &key, arena, &thing));
        }
    }
    // A batch is there as a whole or not at all.
    CHECK_INT((int64_t)table_count(txn, &thing_table), 5 * log_head(txn));
    txn_drop(txn);
    arena_free(arena);
}

TEST(what_was_acknowledged_survives_kill_9)
{
    const char *folder = test_folder();
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int round = 0; round < 6; round++) {
        int word;
        uint64_t number = 0, last = 0;
        size_t acks = 1 + rng_below(&rng, 60);
        pid_t child = fork_with(write_for_ever, folder, &word);
        for (size_t i = 0; i < acks; i++)
            CHECK_INT(read(word, &last, sizeof last), (int64_t)sizeof last);
        CHECK_INT(kill(child, SIGKILL), 0);
        while (read(word, &number, sizeof number) == (ssize_t)sizeof number)
            last = number; // acknowledged, and read only now
        CHECK_INT(waitpid(child, NULL, 0), child);
        close(word);
        struct store *store = thing_store(folder);
        all_there(store, last);
        struct check_report report;
        CHECK_INT((int64_t)thing_check(store, &report), 0);
        store_close(store);
    }
}

static void check_and_leave(const char *folder, int word)
{
    struct err err = { 0 };
    struct check_report report = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    size_t told = 0;
    options.read_only = true;
    struct store *store = store_open(&options, &err);
    if (!store || !store_check(store, count_faults, &told, &report, &err) || report.faults > 0)
        _exit(1);
    store_close(store);
    if (write(word, &report.rows, sizeof report.rows) != (ssize_t)sizeof report.rows)
        _exit(1);
}

TEST(a_check_runs_beside_the_owner)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    int word, status;
    uint64_t rows = 0;
    churn(store, 3);
    pid_t child = fork_with(check_and_leave, folder, &word);
    CHECK_INT(read(word, &rows, sizeof rows), (int64_t)sizeof rows);
    CHECK_INT((int64_t)rows, 50);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(word);
    store_close(store);
}
