// SPDX-License-Identifier: Apache-2.0
// One row of every table, with head and checksum, as it once lay in a store; and a row of each of
// the store's own databases. Put back below the store's feet, they must still be read.
#include <lmdb.h>

#include "common/step/service.h"
#include "common/store/check.h"
#include "common/store/log.h"
#include "tests/golden/golden_file.h"

#define MAP_BYTES  ((size_t)1 << 28)
#define MEMORY_MAX (16 << 20)
#define ROW_HEAD   11
#define ROW_SUM    4
#define OWN        "own" // the file of the store's own databases

// GOLDEN_SERVICES, from CMake: SERVICE(name) for each that is built.
#define SERVICE(name) extern const struct service name##_service;
GOLDEN_SERVICES
#undef SERVICE
#define SERVICE(name) &name##_service,
static const struct service *const services[] = { GOLDEN_SERVICES };
#undef SERVICE

static const char *const own_databases[] = {
    "meta",     "log",
    "follower", "cursor",
    "followed", "followed.by_generation",
    "parked",   "parked.by_entity",
    "reply",
};

static struct store *open_store(const char *below, const struct service *service)
{
    struct err err = { 0 };
    char folder[400];
    snprintf(folder, sizeof folder, "%s/%s", test_folder(), below);
    struct store_options options = {
        .folder = folder,
        .tables = service ? service->tables : NULL,
        .table_count = service ? service->table_count : 0,
        .map_bytes = MAP_BYTES,
        .epoch_if_new = 4711,
    };
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    return store;
}

// --- below the store's feet
static MDB_txn *raw_open(const char *below, MDB_env **ret_env)
{
    MDB_txn *txn = NULL;
    char folder[400];
    snprintf(folder, sizeof folder, "%s/%s", test_folder(), below);
    CHECK(mdb_env_create(ret_env) == 0 && mdb_env_set_maxdbs(*ret_env, 200) == 0);
    CHECK(mdb_env_set_mapsize(*ret_env, MAP_BYTES) == 0);
    CHECK(mdb_env_open(*ret_env, folder, 0, 0600) == 0);
    CHECK(mdb_txn_begin(*ret_env, NULL, 0, &txn) == 0);
    return txn;
}

static size_t put_hex(char *out, size_t room, const char *before, MDB_val value)
{
    size_t size = (size_t)snprintf(out, room, "%s", before);
    const uint8_t *bytes = value.mv_data;
    CHECK(size + 2 * value.mv_size + 2 < room);
    for (size_t i = 0; i < value.mv_size; i++)
        size += (size_t)snprintf(out + size, room - size, "%02x", bytes[i]);
    return size;
}

// Appends every row of the database as a line "NAME KEY VALUE".
static size_t print_rows(MDB_txn *txn, const char *name, char *out, size_t room)
{
    MDB_dbi dbi;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    size_t size = 0;
    CHECK(mdb_dbi_open(txn, name, 0, &dbi) == 0 && mdb_cursor_open(txn, dbi, &cursor) == 0);
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        char before[80];
        snprintf(before, sizeof before, "%s ", name);
        size += put_hex(out + size, room - size, before, key);
        size += put_hex(out + size, room - size, " ", value);
        out[size++] = '\n';
    }
    mdb_cursor_close(cursor);
    return size;
}

static MDB_val take_hex(char **at, uint8_t *out)
{
    MDB_val value = { 0, out };
    unsigned byte;
    *at += strspn(*at, " ");
    for (; sscanf(*at, "%2x", &byte) == 1 && **at != ' ' && **at != '\n'; *at += 2)
        out[value.mv_size++] = (uint8_t)byte;
    return value;
}

// Puts the file's lines into a store of that service. Bytes of the last value in `ret_value`.
static void put_rows(const char *below, const struct service *service, struct bytes text,
                     struct arena *arena, struct bytes *ret_value)
{
    MDB_env *env = NULL;
    store_close(open_store(below, service));
    MDB_txn *txn = raw_open(below, &env);
    char *at = (char *)(uintptr_t)text.data;
    uint8_t *key_bytes = arena_alloc(arena, GOLDEN_MAX), *bytes = arena_alloc(arena, GOLDEN_MAX);
    while (*at) {
        MDB_dbi dbi;
        char name[80];
        CHECK(sscanf(at, "%79s", name) == 1);
        at += strlen(name);
        MDB_val key = take_hex(&at, key_bytes), value = take_hex(&at, bytes);
        CHECK(mdb_dbi_open(txn, name, 0, &dbi) == 0 && mdb_put(txn, dbi, &key, &value, 0) == 0);
        *ret_value = (struct bytes){ bytes, value.mv_size };
        CHECK(*at++ == '\n');
    }
    CHECK(mdb_txn_commit(txn) == 0);
    mdb_env_close(env);
}

static void write_file(const struct golden *golden, const char *below, const char *const *databases,
                       size_t count, struct arena *arena)
{
    MDB_env *env = NULL;
    MDB_txn *txn = raw_open(below, &env);
    char *text = arena_alloc(arena, GOLDEN_MAX);
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += print_rows(txn, databases[i], text + size, GOLDEN_MAX - size);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    golden_write("row", golden, (struct bytes){ (const uint8_t *)text, size });
}

// --- tables
static void write_table(const struct golden *golden, const struct service *service,
                        const struct table *table)
{
    struct filler filler = { .arena = arena_new(MEMORY_MAX) };
    struct err err = { 0 };
    char below[160];
    snprintf(below, sizeof below, "new-%s", golden->name);
    struct store *store = open_store(below, service);
    struct txn *txn = store_write(store, &err);
    CHECK_OK(&err);
    (void)!table_put(txn, table, golden_row(&filler, table->record()), &err);
    CHECK_OK(&err);
    CHECK(batch_commit(txn) == COMMIT_DONE);
    store_close(store);
    write_file(golden, below, &table->name, 1, filler.arena);
    arena_free(filler.arena);
}

static const struct table *table_of(const char *name, const struct service **ret_service)
{
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        const struct service *service = *ret_service = services[i];
        for (size_t j = 0; j < service->table_count; j++) {
            char full[128];
            snprintf(full, sizeof full, "%s.%s", service->schema->service,
                     service->tables[j]->name);
            if (strcmp(full, name) == 0)
                return service->tables[j];
        }
    }
    return NULL;
}

static void check_row(const struct golden *golden, const struct table *table, struct store *store,
                      struct bytes value, struct arena *arena)
{
    struct scope house = { .kind = SCOPE_HOUSE };
    struct err err = { 0 };
    struct txn *txn = store_read(store, &err);
    CHECK_OK(&err);
    struct walk_options options = { .scope = &house };
    struct walk *walk = walk_open(txn, table, &options, arena);
    uint8_t *row = arena_alloc(arena, table->record()->size);
    bool found = walk_next(walk, row);
    if (!found)
        fprintf(stderr, "  %s: %s\n", golden->path, txn_fault(txn));
    CHECK(found && !walk_next(walk, arena_alloc(arena, table->record()->size)));
    CHECK_STR(txn_fault(txn), "");
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(table->record(), row, &writer);
    bool same = writer.size + ROW_HEAD + ROW_SUM == value.size &&
                memcmp(writer.data, value.data + ROW_HEAD, writer.size) == 0;
    mp_writer_done(&writer);
    CHECK(same || !golden->present);
    walk_close(walk);
    txn_drop(txn);
}

static void check_own(const struct golden *golden, struct arena *arena);

static void check_file(const struct golden *golden)
{
    static int number;
    char below[40];
    const struct service *service;
    struct bytes value = { 0 };
    struct arena *arena = arena_new(MEMORY_MAX);
    if (strcmp(golden->name, OWN) == 0) {
        check_own(golden, arena);
    } else {
        const struct table *table = table_of(golden->name, &service);
        if (!table)
            fprintf(stderr, "  %s: a table may never go\n", golden->path);
        CHECK(table != NULL);
        snprintf(below, sizeof below, "old-%d", number++);
        put_rows(below, service, golden_read(golden, arena), arena, &value);
        struct store *store = open_store(below, service);
        check_row(golden, table, store, value, arena);
        store_close(store);
    }
    arena_free(arena);
}

TEST(every_table_has_a_golden_row)
{
    int missing = 0;
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        for (size_t j = 0; j < services[i]->table_count; j++) {
            const struct table *table = services[i]->tables[j];
            char name[128];
            snprintf(name, sizeof name, "%s.%s", services[i]->schema->service, table->name);
            struct golden golden = golden_of("row", RUFBUS_VERSION, name, ".hex");
            if (golden_exists(&golden))
                continue;
            if (test_update()) {
                write_table(&golden, services[i], table);
                continue;
            }
            fprintf(stderr, "  %s is missing; golden_row_test --update writes it\n", golden.path);
            missing++;
        }
    }
    CHECK_INT(missing, 0);
}

// --- the store's own: what is written here never changes, or old files could not be checked
static struct fact own_fact(struct arena *arena)
{
    struct filler filler = { .arena = arena };
    return *(struct fact *)(void *)golden_row(&filler, fact_record());
}

static const struct id own_id = { { 0x01, 0x91, 7, 7, 7, 7, 0x70, 7, 0x80, 7, 7, 7, 7, 7, 7, 7 } };

static void own_write(struct txn *txn, struct arena *arena)
{
    struct fact fact = own_fact(arena);
    struct follower_place place = { .projection = 3, .acked = 1, .at_us = 1700000000000000 };
    struct cursor cursor = { .epoch = 4712,
                             .seq = 99,
                             .projection = 3,
                             .snapshot = true,
                             .snapshot_head = 98,
                             .generation = 5,
                             .kind = "contact",
                             .after = own_id,
                             .halted = "angehalten" };
    struct stored_reply reply = { { 1, 2, 3 }, "conflict", { (const uint8_t *)"\xa1x", 2 } };
    CHECK_INT(log_append(txn, &fact), 1);
    follower_put(txn, "telephony", &place);
    cursor_put(txn, "contacts", &cursor);
    followed_put(txn, "contacts", "contact", own_id, 12, 5);
    fact.seq = 77;
    parked_put(txn, "contacts", &fact, "passt nicht");
    reply_put(txn, own_id, "desk-anna", &reply);
    meta_put(txn, "last_number", 4711);
}

static void own_check(struct txn *txn, struct arena *arena)
{
    const struct fact *facts;
    struct fact parked;
    struct follower_place place;
    struct cursor cursor;
    struct stored_reply reply;
    int64_t version, generation;
    CHECK_INT((int64_t)log_facts(txn, 0, 10, 1 << 20, arena, &facts), 1);
    CHECK_INT(facts[0].seq, 1);
    CHECK(facts[0].kind && facts[0].actor && facts[0].row.size > 0);
    CHECK(follower_get(txn, "telephony", &place));
    CHECK(place.projection == 3 && place.acked == 1 && place.at_us == 1700000000000000);
    CHECK(cursor_get(txn, "contacts", &cursor));
    CHECK(cursor.epoch == 4712 && cursor.seq == 99 && cursor.projection == 3 && cursor.snapshot);
    CHECK(cursor.snapshot_head == 98 && cursor.generation == 5);
    CHECK_STR(cursor.kind, "contact");
    CHECK_STR(cursor.halted, "angehalten");
    CHECK(memcmp(&cursor.after, &own_id, sizeof own_id) == 0);
    CHECK(followed_get(txn, "contacts", "contact", own_id, &version, &generation));
    CHECK(version == 12 && generation == 5);
    CHECK(parked_next(txn, "contacts", 0, arena, &parked));
    CHECK(parked.seq == 77 && strcmp(parked.kind, facts[0].kind) == 0);
    CHECK(reply_get(txn, own_id, "desk-anna", arena, &reply));
    CHECK_STR(reply.status, "conflict");
    CHECK(reply.body.size == 2 && reply.body_hash[2] == 3);
    CHECK_INT(meta_get(txn, "last_number", 0), 4711);
    CHECK_STR(txn_fault(txn), "");
}

static void check_own(const struct golden *golden, struct arena *arena)
{
    struct err err = { 0 };
    struct bytes value;
    char below[100];
    snprintf(below, sizeof below, "own-%s", golden->version);
    put_rows(below, NULL, golden_read(golden, arena), arena, &value);
    struct store *store = open_store(below, NULL);
    CHECK_INT(store_head(store), 1);
    struct txn *txn = store_read(store, &err);
    CHECK_OK(&err);
    own_check(txn, arena);
    txn_drop(txn);
    store_close(store);
}

TEST(the_stores_own_databases_have_golden_rows)
{
    struct golden golden = golden_of("row", RUFBUS_VERSION, OWN, ".hex");
    struct err err = { 0 };
    struct arena *arena = arena_new(MEMORY_MAX);
    if (!golden_exists(&golden) && test_update()) {
        struct store *store = open_store("own", NULL);
        struct txn *txn = store_write(store, &err);
        CHECK_OK(&err);
        own_write(txn, arena);
        CHECK(batch_commit(txn) == COMMIT_DONE);
        store_close(store);
        write_file(&golden, "own", own_databases, COUNT_OF(own_databases), arena);
    }
    arena_free(arena);
    CHECK(golden_exists(&golden)); // golden_row_test --update writes it
}

TEST(every_row_ever_committed_is_read)
{
    CHECK(golden_each("row", ".hex", check_file) > 0);
}
