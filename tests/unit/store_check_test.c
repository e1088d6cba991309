// SPDX-License-Identifier: Apache-2.0
// The store's fsck, scrub and dump: every damaged byte of a row or entry is told.
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/store_thing.h"

#define MARK "findme-in-the-file"

static void put_marked(struct store *store)
{
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct fact fact = { .kind = "thing",
                         .entity = thing_id(1),
                         .version = 1,
                         .at = 1,
                         .actor = MARK,
                         .row = { (const uint8_t *)"\x80", 1 } };
    static const char *const tags[] = { MARK };
    for (uint64_t i = 1; i <= 3; i++) {
        struct thing thing = { .id = thing_id(i), .name = "other", .rank = 1 };
        if (i == 2) {
            thing.badge = thing.name = MARK;
            thing.tags = tags;
            thing.tags_count = 1;
        }
        CHECK(table_put(txn, &thing_table, &thing, &err));
    }
    CHECK_INT(log_append(txn, &fact), 1);
    follower_put(txn, MARK, &(struct follower_place){ 1, 1, 1, false });
    parked_put(txn, "contacts", &fact, MARK);
    followed_put(txn, "contacts", MARK, thing_id(4), 1, 1);
    meta_put(txn, MARK, 6);
    CHECK_OK(&err);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

static uint8_t *file_read(const char *folder, size_t *ret_size)
{
    char path[4096];
    struct stat stat_of;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    CHECK_INT(stat(path, &stat_of), 0);
    *ret_size = (size_t)stat_of.st_size;
    uint8_t *bytes = malloc(*ret_size);
    FILE *file = fopen(path, "rb");
    CHECK(file && bytes);
    CHECK_INT((int64_t)fread(bytes, 1, *ret_size, file), (int64_t)*ret_size);
    fclose(file);
    return bytes;
}

static void byte_flip(const char *folder, size_t at)
{
    char path[4096];
    uint8_t byte = 0;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 0x04;
    CHECK_INT(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

static int64_t faults_of(const char *folder)
{
    struct store *store = thing_store(folder);
    struct check_report report;
    size_t told = 0;
    struct err err = { 0 };
    CHECK(store_check(store, count_faults, &told, &report, &err));
    CHECK_INT((int64_t)told, (int64_t)report.faults);
    store_close(store);
    return (int64_t)report.faults;
}

TEST(a_flipped_byte_in_any_row_or_entry_is_found)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    put_marked(store);
    store_close(store);
    CHECK_INT(faults_of(folder), 0);
    size_t size, places = 0;
    uint8_t *bytes = file_read(folder, &size);
    for (size_t i = 0; i + strlen(MARK) <= size; i++) {
        if (memcmp(bytes + i, MARK, strlen(MARK)) != 0)
            continue;
        places++;
        byte_flip(folder, i + 4);
        CHECK(faults_of(folder) > 0);
        byte_flip(folder, i + 4);
    }
    // The row (three times), its name, badge, rank and tag, the fact, follower, parked fact
    // (twice), followed entity and its generation, and the number.
    CHECK(places >= 12);
    CHECK_INT(faults_of(folder), 0);
    free(bytes);
}

// Where the row (not an entry) of thing 2 lies: its badge, behind the name's field.
static size_t row_place(const char *folder)
{
    static const char want[] = "name\xb2" MARK;
    size_t size;
    uint8_t *bytes = file_read(folder, &size);
    size_t at = 0;
    for (size_t i = 0; i + sizeof want <= size; i++) {
        if (memcmp(bytes + i, want, sizeof want - 1) == 0)
            at = i + 6;
    }
    free(bytes);
    CHECK(at > 0);
    return at;
}

TEST(a_damaged_row_is_a_sticky_fault_of_its_transaction)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    struct arena *arena = arena_new(1 << 20);
    struct thing thing, other = { .id = thing_id(9), .name = "new" };
    struct err err = { 0 };
    put_marked(store);
    store_close(store);
    byte_flip(folder, row_place(folder));
    store = thing_store(folder);
    struct txn *txn = must_write(store);
    struct key whole = key_of_id(thing_id(1)), broken = key_of_id(thing_id(2));
    CHECK(table_get(txn, &thing_table, &scope_house, &whole, arena, &thing));
    struct txn *child = txn_child(txn);
    CHECK(!table_get(child, &thing_table, &scope_house, &broken, arena, &thing));
    CHECK(strstr(txn_fault(child), "thing ") != NULL);
    CHECK(strstr(txn_fault(child), id_text(thing_id(2)).text) != NULL);
    CHECK(!table_get(child, &thing_table, &scope_house, &whole, arena, &thing)); // sticky
    CHECK(!table_put(child, &thing_table, &other, &err));
    CHECK_REFUSED(&err, ERR_UNAVAILABLE, "");
    CHECK_INT(log_append(child, &(struct fact){ .kind = "x" }), 0);
    CHECK(!txn_merge(child));
    CHECK(txn_child(txn) == NULL); // the fault is the batch's
    CHECK_INT(batch_commit(txn), COMMIT_DAMAGED);
    CHECK(strstr(store_last_fault(store), "checksum") != NULL);
    txn = must_read(store); // the next one is as good as new
    CHECK(table_get(txn, &thing_table, &scope_house, &whole, arena, &thing));
    CHECK_INT((int64_t)table_count(txn, &thing_table), 3);
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    CHECK(walk_next(walk, &thing));
    CHECK(!walk_next(walk, &thing));
    walk_close(walk);
    CHECK(strcmp(txn_fault(txn), "") != 0);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(the_scrub_goes_round_and_finds_the_damage_each_time)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    put_marked(store);
    struct scrub_place place = { 0 };
    struct txn *txn = must_read(store);
    size_t told = 0;
    CHECK_INT((int64_t)store_scrub(txn, &place, 100, count_faults, &told), 0);
    txn_drop(txn);
    store_close(store);
    byte_flip(folder, row_place(folder));
    store = thing_store(folder);
    txn = must_read(store);
    place = (struct scrub_place){ 0 };
    CHECK_INT((int64_t)store_scrub(txn, &place, 1, count_faults, &told), 0);
    for (int round = 0; round < 5; round++) {
        size_t faults = 0;
        for (int step = 0; step < 3; step++)
            faults += store_scrub(txn, &place, 1, count_faults, &told);
        CHECK_INT((int64_t)faults, 1);
    }
    CHECK_INT((int64_t)told, 5);
    CHECK_STR(txn_fault(txn), ""); // looking is no fault
    txn_drop(txn);
    store_close(store);
}

static void add_line(void *context, const char *line)
{
    char *text = context;
    size_t size = strlen(text);
    snprintf(text + size, 8192 - size, "%s\n", line);
}

TEST(the_dump_has_a_line_for_each_row_and_fact)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    struct err err = { 0 };
    char *text = calloc(1, 8192);
    put_marked(store);
    CHECK(store_dump(store, add_line, text, &err));
    CHECK_OK(&err);
    CHECK(strstr(text, "{\"table\": \"thing\", \"row\": {\"id\": \"01000000-0000-") == text);
    CHECK(strstr(text, "\"badge\": \"" MARK "\"") != NULL);
    CHECK(strstr(text, "{\"table\": \"log\", \"row\": {\"seq\": 1,") != NULL);
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    CHECK_INT((int64_t)lines, 4);
    store_close(store);
    byte_flip(folder, row_place(folder));
    store = thing_store(folder);
    text[0] = '\0';
    CHECK(!store_dump(store, add_line, text, &err));
    CHECK_INT(err.code, ERR_INTERNAL);
    CHECK(strstr(text, "\"fault\": \"the checksum") != NULL);
    CHECK(strstr(text, "{\"table\": \"log\"") != NULL); // the rest comes all the same
    free(text);
    store_close(store);
}

// An index that no longer follows from the row: what another version of the program would leave.
static void by_name_too(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    struct key key;
    key_init(&key);
    key_str(&key, thing->rank > 0 ? "changed" : thing->name);
    keys_add(keys, &key);
}

TEST(an_index_that_does_not_follow_from_its_rows_is_told)
{
    static const struct index changed[] = {
        { "thing.by_name", by_name_too, .field = "name", .query = "another rule" },
    };
    static const struct table other = { .name = "thing",
                                        .number = 7,
                                        .record = thing_record,
                                        .key = thing_key,
                                        .indexes = changed,
                                        .index_count = 1 };
    static const struct table *const tables[] = { &other };
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    struct err err = { 0 };
    put_marked(store);
    store_close(store);
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    options.tables = tables;
    options.table_count = 1;
    store = store_open(&options, &err);
    CHECK_OK(&err);
    struct check_report report;
    size_t told = 0;
    CHECK(store_check(store, count_faults, &told, &report, &err));
    CHECK_INT((int64_t)report.faults, 6); // each row lacks an entry, each entry lacks its reason
    struct txn *txn = must_write(store);
    struct key key = key_of_id(thing_id(1));
    CHECK(!table_del(txn, &other, &key)); // its entry is not where it must be
    CHECK_INT(batch_commit(txn), COMMIT_DAMAGED);
    store_close(store);
}
