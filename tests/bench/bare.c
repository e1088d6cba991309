// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bare.h"

#include <string.h>

#include "common/run/loop.h"
#include "common/store/key.h"
#include "common/wire/codec.h"
#include "tests/bench/bench.h"

#define MAP_BYTES  ((size_t)1 << 34)
#define ROW_EXTRA  15 // the head and checksum of a row
#define ENTRY_SIZE 20 // the value of an index entry
#define FILL_BATCH 1024

static void must(int code, const char *what)
{
    if (code)
        bench_stop("floor: %s: %s", what, mdb_strerror(code));
}

void bare_open(struct bare *bare, const char *folder, size_t databases)
{
    must(mdb_env_create(&bare->env), "env");
    must(mdb_env_set_mapsize(bare->env, MAP_BYTES), "map");
    must(mdb_env_set_maxdbs(bare->env, BARE_DATABASES), "databases");
    must(mdb_env_open(bare->env, folder, MDB_NOTLS, 0600), folder);
    bare_begin(bare, true);
    for (size_t i = 0; i < databases; i++) {
        char name[] = { 'd', (char)('0' + i), '\0' };
        must(mdb_dbi_open(bare->txn, name, MDB_CREATE, &bare->databases[i]), "open");
    }
    bare_commit(bare);
}

void bare_close(struct bare *bare)
{
    mdb_env_close(bare->env);
}

void bare_begin(struct bare *bare, bool write)
{
    must(mdb_txn_begin(bare->env, NULL, write ? 0 : MDB_RDONLY, &bare->txn), "begin");
}

void bare_commit(struct bare *bare)
{
    must(mdb_txn_commit(bare->txn), "commit");
}

void bare_put(struct bare *bare, size_t database, const void *key, size_t key_size,
              const void *value, size_t value_size)
{
    MDB_val k = { key_size, (void *)(uintptr_t)key }, v = { value_size, (void *)(uintptr_t)value };
    must(mdb_put(bare->txn, bare->databases[database], &k, &v, 0), "put");
}

bool bare_get(struct bare *bare, size_t database, const void *key, size_t key_size, MDB_val *out)
{
    MDB_val k = { key_size, (void *)(uintptr_t)key };
    return mdb_get(bare->txn, bare->databases[database], &k, out) == 0;
}

bool bare_get_prefix(struct bare *bare, size_t database, const void *key, size_t key_size,
                     MDB_val *out)
{
    MDB_cursor *cursor;
    MDB_val k = { key_size, (void *)(uintptr_t)key };
    must(mdb_cursor_open(bare->txn, bare->databases[database], &cursor), "cursor");
    int code = mdb_cursor_get(cursor, &k, out, MDB_SET_RANGE);
    mdb_cursor_close(cursor);
    return code == 0 && k.mv_size >= key_size && memcmp(k.mv_data, key, key_size) == 0;
}

// --- contacts
static size_t template_of(const struct record *record, const void *row, size_t extra, uint8_t *out,
                          size_t room)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(record, row, &writer);
    size_t size = writer.size + extra;
    if (size > room)
        bench_stop("floor: a row of %zu bytes", size);
    memset(out, 0x55, size);
    memcpy(out, writer.data, writer.size);
    mp_writer_done(&writer);
    return size;
}

static void make_templates(struct bare_contacts *contacts)
{
    struct person person;
    person_make(1, &person);
    struct number phone = { .typed = person.number, .e164 = person.number };
    struct id id = id_new(loop_now_us(), &contacts->rng);
    struct contact contact = {
        .id = id,
        .version = 1,
        .name = person.name,
        .given_name = person.given,
        .family_name = person.family,
        .customer_number = person.customer,
        .phones = &phone,
        .phones_count = 1,
        .created_at = loop_now_us(),
        .edited_at = loop_now_us(),
        .edited_by = "desk",
    };
    contacts->row_size =
        template_of(contact_record(), &contact, ROW_EXTRA, contacts->row, sizeof contacts->row);
    contacts->body_size = contacts->row_size - ROW_EXTRA;
    struct fact fact = {
        .seq = 100000,
        .kind = "contact",
        .entity = id,
        .version = 1,
        .at = loop_now_us(),
        .actor = "desk",
        .cause = id,
        .row = { contacts->row, contacts->body_size },
    };
    contacts->fact_size =
        template_of(fact_record(), &fact, ROW_EXTRA, contacts->fact, sizeof contacts->fact);
    // The hash of the request, "ok", and the body, each with its head.
    contacts->reply_size = ROW_EXTRA + 1 + 18 + 4 + 2 + contacts->body_size;
    memset(contacts->reply, 0x55, sizeof contacts->reply);
}

void bare_contacts_open(struct bare_contacts *contacts, const char *folder)
{
    contacts->next = 0;
    rng_seed(&contacts->rng, 1);
    make_templates(contacts);
    bare_open(&contacts->bare, folder, BARE_CONTACT_DATABASES);
}

static void put_likeness(struct bare *bare, int64_t kind, const char *text, struct id id)
{
    uint8_t value[ENTRY_SIZE] = { 0 };
    struct id client = { 0 };
    struct key key = key_of_id(client);
    key_int(&key, kind);
    key_str(&key, text);
    key_id(&key, id);
    memcpy(value, id.bytes, sizeof id.bytes);
    bare_put(bare, BARE_BY_LIKENESS, key.bytes, key.size, value, sizeof value);
}

void bare_contact_put(struct bare_contacts *contacts)
{
    struct person person;
    uint8_t value[ENTRY_SIZE] = { 0 };
    struct id client = { 0 };
    struct bare *bare = &contacts->bare;
    person_make(contacts->next++, &person);
    struct id id = id_new(loop_now_us(), &contacts->rng);
    memcpy(value, id.bytes, sizeof id.bytes);
    memcpy(contacts->row + 1, id.bytes, sizeof id.bytes);
    bare_put(bare, BARE_CONTACT, id.bytes, sizeof id.bytes, contacts->row, contacts->row_size);
    struct key number = key_of_id(client);
    key_str(&number, person.number);
    key_id(&number, id);
    bare_put(bare, BARE_BY_NUMBER, number.bytes, number.size, value, sizeof value);
    put_likeness(bare, 1, person.number, id);
    put_likeness(bare, 4, person.customer, id);
    struct key name = key_of_id(client);
    key_str(&name, person.name);
    key_id(&name, id);
    bare_put(bare, BARE_BY_NAME, name.bytes, name.size, value, sizeof value);
    struct key seq;
    key_init(&seq);
    key_int(&seq, (int64_t)contacts->next);
    bare_put(bare, BARE_LOG, seq.bytes, seq.size, contacts->fact, contacts->fact_size);
    struct key reply = key_of_id(id);
    key_str(&reply, "desk");
    bare_put(bare, BARE_REPLY, reply.bytes, reply.size, contacts->reply, contacts->reply_size);
}

void bare_contacts_commit(struct bare_contacts *contacts)
{
    uint8_t value[24] = { 0 };
    bare_put(&contacts->bare, BARE_META, "s:head", 6, value, sizeof value);
    bare_put(&contacts->bare, BARE_META, "s:ordinal:contact", 17, value, sizeof value);
    bare_commit(&contacts->bare);
}

void bare_contacts_fill(struct bare_contacts *contacts, uint64_t count)
{
    must(mdb_env_set_flags(contacts->bare.env, MDB_NOSYNC, 1), "flags");
    while (contacts->next < count) {
        bare_begin(&contacts->bare, true);
        for (int i = 0; i < FILL_BATCH && contacts->next < count; i++)
            bare_contact_put(contacts);
        bare_contacts_commit(contacts);
    }
    must(mdb_env_set_flags(contacts->bare.env, MDB_NOSYNC, 0), "flags");
    must(mdb_env_sync(contacts->bare.env, 1), "sync");
}
