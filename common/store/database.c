// SPDX-License-Identifier: Apache-2.0
// Single gets and puts, and the seal of every row and entry.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/sum.h"
#include "common/store/internal.h"

void raw_init(struct raw_key *raw)
{
    raw->size = 0;
    raw->overflow = false;
}

void raw_add(struct raw_key *raw, struct bytes bytes)
{
    if (raw->overflow || bytes.size > RAW_KEY_MAX - raw->size) {
        raw->overflow = true;
        return;
    }
    if (bytes.size)
        memcpy(raw->bytes + raw->size, bytes.data, bytes.size);
    raw->size += bytes.size;
}

bool raw_behind(struct raw_key *raw)
{
    while (raw->size > 0 && raw->bytes[raw->size - 1] == 0xFF)
        raw->size--;
    if (raw->size == 0)
        return false;
    raw->bytes[raw->size - 1]++;
    return true;
}

static MDB_val value_of(struct bytes bytes)
{
    // LMDB's type is not const; it does not write through keys and values that it is given.
    return (MDB_val){ .mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data };
}

static bool key_fits(struct bytes key)
{
    return key.size > 0 && key.size <= RAW_KEY_MAX;
}

bool database_get(struct txn *txn, const struct database *database, struct bytes key,
                  struct bytes *out)
{
    if (!txn_sound(txn) || !database->present || !key_fits(key))
        return false;
    MDB_val raw = value_of(key), value;
    int code = mdb_get(txn->mdb, database->dbi, &raw, &value);
    if (code == MDB_NOTFOUND)
        return false;
    if (code) {
        txn_fault_code(txn, code, database, "get");
        return false;
    }
    *out = (struct bytes){ value.mv_data, value.mv_size };
    return true;
}

void database_put(struct txn *txn, const struct database *database, struct bytes key,
                  struct bytes value)
{
    if (!txn_sound(txn))
        return;
    assert(txn->writing);
    assert(!txn->has_child);
    MDB_val raw = value_of(key), data = value_of(value);
    txn->wrote++;
    int code = mdb_put(txn->mdb, database->dbi, &raw, &data, 0);
    if (code)
        txn_fault_code(txn, code, database, "put");
}

bool database_del(struct txn *txn, const struct database *database, struct bytes key)
{
    if (!txn_sound(txn) || !key_fits(key))
        return false;
    assert(txn->writing);
    assert(!txn->has_child);
    MDB_val raw = value_of(key);
    txn->wrote++;
    int code = mdb_del(txn->mdb, database->dbi, &raw, NULL);
    if (code && code != MDB_NOTFOUND)
        txn_fault_code(txn, code, database, "del");
    return code == 0;
}

uint64_t database_count(struct txn *txn, const struct database *database)
{
    MDB_stat stat;
    if (!txn_sound(txn) || !database->present)
        return 0;
    int code = mdb_stat(txn->mdb, database->dbi, &stat);
    if (code) {
        txn_fault_code(txn, code, database, "stat");
        return 0;
    }
    return stat.ms_entries;
}

void database_clear(struct txn *txn, const struct database *database)
{
    if (!txn_sound(txn))
        return;
    assert(txn->writing);
    assert(!txn->has_child);
    int code = mdb_drop(txn->mdb, database->dbi, 0);
    if (code)
        txn_fault_code(txn, code, database, "clear");
}

void database_drop(struct txn *txn, const char *name)
{
    const struct database database = { .name = name };
    MDB_dbi dbi;
    if (!txn_sound(txn))
        return;
    int code = mdb_dbi_open(txn->mdb, name, 0, &dbi);
    if (code == MDB_NOTFOUND)
        return;
    if (!code)
        code = mdb_drop(txn->mdb, dbi, 1);
    if (code)
        txn_fault_code(txn, code, &database, "drop");
}

static uint32_t seal(const struct database *database, struct bytes key, struct bytes content)
{
    uint32_t sum = crc32c(0, database->name, strlen(database->name) + 1);
    sum = crc32c(sum, key.data, key.size);
    return content.size ? crc32c(sum, content.data, content.size) : sum;
}

static void number_write(uint8_t *out, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static uint64_t number_read(const uint8_t *at, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

const char *row_open(const struct database *database, struct bytes key, struct bytes value,
                     struct sealed *out)
{
    if (value.size < ROW_HEAD + ROW_SUM)
        return "the row is too short";
    struct bytes content = { value.data, value.size - ROW_SUM };
    if (seal(database, key, content) != number_read(value.data + content.size, ROW_SUM))
        return "the checksum does not fit";
    if (value.data[0] != ROW_VERSION)
        return "the row's version is unknown here";
    if (number_read(value.data + 1, 2) != database->number)
        return "the row is of another table";
    out->ordinal = number_read(value.data + 3, 8);
    out->payload = (struct bytes){ value.data + ROW_HEAD, content.size - ROW_HEAD };
    return NULL;
}

struct mp_writer *row_begin(struct txn *txn, const struct database *database, uint64_t ordinal)
{
    struct mp_writer *writer = &txn_scratch(txn)->writer;
    uint8_t head[ROW_HEAD] = { ROW_VERSION };
    number_write(head + 1, database->number, 2);
    number_write(head + 3, ordinal, 8);
    mp_writer_reset(writer);
    mp_raw(writer, (struct bytes){ head, sizeof head });
    return writer;
}

void row_put(struct txn *txn, const struct database *database, struct bytes key)
{
    struct mp_writer *writer = &txn_scratch(txn)->writer;
    uint8_t sum[ROW_SUM];
    number_write(sum, seal(database, key, mp_writer_bytes(writer)), ROW_SUM);
    mp_raw(writer, (struct bytes){ sum, sizeof sum });
    database_put(txn, database, key, mp_writer_bytes(writer));
}

bool row_get(struct txn *txn, const struct database *database, struct bytes key, struct sealed *out)
{
    struct bytes value;
    if (!database_get(txn, database, key, &value))
        return false;
    const char *wrong = row_open(database, key, value, out);
    if (wrong)
        txn_fault_key(txn, database, key, wrong);
    return !wrong;
}

const char *entry_open(const struct database *database, struct bytes key, struct bytes value,
                       struct bytes *ret_row_key)
{
    if (value.size < ROW_SUM)
        return "the entry is too short";
    struct bytes row_key = { value.data, value.size - ROW_SUM };
    if (seal(database, key, row_key) != number_read(value.data + row_key.size, ROW_SUM))
        return "the entry's checksum does not fit";
    *ret_row_key = row_key;
    return NULL;
}

void entry_put(struct txn *txn, const struct database *database, struct bytes key,
               struct bytes row_key)
{
    uint8_t value[RAW_KEY_MAX + ROW_SUM];
    assert(row_key.size <= RAW_KEY_MAX);
    if (row_key.size)
        memcpy(value, row_key.data, row_key.size);
    number_write(value + row_key.size, seal(database, key, row_key), ROW_SUM);
    database_put(txn, database, key, (struct bytes){ value, row_key.size + ROW_SUM });
}

bool ints_read(struct mp_reader *reader, int64_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mp_value value;
        if (!mp_next(reader, &value) || value.type != MP_INT)
            return false;
        out[i] = value.integer;
    }
    return true;
}

bool text_read(struct mp_reader *reader, char *out, size_t room)
{
    struct mp_value value;
    if (!mp_next(reader, &value) || value.type != MP_BIN || value.bytes.size >= room)
        return false;
    if (value.bytes.size)
        memcpy(out, value.bytes.data, value.bytes.size);
    out[value.bytes.size] = '\0';
    return true;
}
