// SPDX-License-Identifier: Apache-2.0
// Who follows us, and whom we follow: places in logs.
#include <assert.h>
#include <string.h>

#include "common/store/internal.h"

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

// Opens a row of the store's own: an array of at least `items`.
static bool own_read(struct mp_reader *reader, struct bytes payload, uint32_t items,
                     struct err *err)
{
    struct mp_value head;
    mp_reader_init(reader, payload, true, err);
    return mp_next(reader, &head) && head.type == MP_ARRAY && head.count >= items;
}

static void damaged(struct txn *txn, const struct database *database, struct bytes key)
{
    txn_fault_key(txn, database, key, "the row cannot be decoded");
}

// --- followers: [projection, acked, at, cut off]

static const struct database *followers(const struct txn *txn)
{
    return &txn->store->own[OWN_FOLLOWER];
}

static bool place_read(struct bytes payload, struct follower_place *out)
{
    struct mp_reader reader;
    struct err err = { 0 };
    int64_t values[4];
    if (!own_read(&reader, payload, 4, &err) || !ints_read(&reader, values, 4))
        return false;
    *out = (struct follower_place){ values[0], values[1], values[2], values[3] != 0 };
    return true;
}

bool follower_get(struct txn *txn, const char *name, struct follower_place *out)
{
    struct sealed row;
    *out = (struct follower_place){ 0 };
    if (!row_get(txn, followers(txn), text_bytes(name), &row))
        return false;
    if (place_read(row.payload, out))
        return true;
    damaged(txn, followers(txn), text_bytes(name));
    return false;
}

static void place_put(struct txn *txn, struct bytes name, const struct follower_place *place)
{
    struct mp_writer *writer = row_begin(txn, followers(txn), 0);
    mp_array(writer, 4);
    mp_int(writer, place->projection);
    mp_int(writer, place->acked);
    mp_int(writer, place->at_us);
    mp_int(writer, place->cut_off ? 1 : 0);
    row_put(txn, followers(txn), name);
}

void follower_put(struct txn *txn, const char *name, const struct follower_place *place)
{
    place_put(txn, text_bytes(name), place);
}

static bool scan_place(struct scan *scan, struct follower_place *out)
{
    struct sealed row;
    const char *wrong = row_open(scan->database, scan->key, scan->value, &row);
    if (!wrong && place_read(row.payload, out))
        return true;
    txn_fault_key(scan->txn, scan->database, scan->key, wrong ? wrong : "cannot be decoded");
    return false;
}

int64_t follower_least(struct txn *txn)
{
    struct scan scan;
    struct follower_place place;
    int64_t least = log_head(txn);
    bool found = scan_begin(&scan, txn, followers(txn), (struct bytes){ NULL, 0 });
    while (found && scan_place(&scan, &place)) {
        if (!place.cut_off && place.acked < least)
            least = place.acked;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    // After a fault nothing may be taken for acknowledged.
    return txn_sound(txn) ? least : 0;
}

// The next follower to cut off behind `name`, which it then names.
static bool laggard(struct txn *txn, int64_t before_us, struct raw_key *name,
                    struct follower_place *out)
{
    struct scan scan;
    bool hit = false;
    bool found = scan_begin(&scan, txn, followers(txn), raw_bytes(name));
    while (found && !hit && scan_place(&scan, out)) {
        hit = !out->cut_off && out->at_us < before_us && out->acked < log_head(txn);
        if (!hit)
            found = scan_next(&scan);
    }
    if (hit) {
        raw_init(name);
        raw_add(name, scan.key);
    }
    scan_end(&scan);
    return hit;
}

size_t follower_cut(struct txn *txn, int64_t before_us)
{
    struct raw_key name;
    struct follower_place place;
    size_t count = 0;
    raw_init(&name);
    while (laggard(txn, before_us, &name, &place)) {
        place.cut_off = true;
        place_put(txn, raw_bytes(&name), &place);
        count++;
    }
    return count;
}

// --- cursors: [epoch, seq, projection, snapshot, snapshot head, generation, kind, after, halted]

static const struct database *cursors(const struct txn *txn)
{
    return &txn->store->own[OWN_CURSOR];
}

static bool cursor_read(struct bytes payload, struct cursor *out)
{
    struct mp_reader reader;
    struct err err = { 0 };
    struct mp_value after;
    int64_t values[6];
    if (!own_read(&reader, payload, 9, &err) || !ints_read(&reader, values, 6) ||
        !text_read(&reader, out->kind, sizeof out->kind))
        return false;
    if (!mp_next(&reader, &after) || after.type != MP_BIN || after.bytes.size != sizeof out->after)
        return false;
    memcpy(out->after.bytes, after.bytes.data, sizeof out->after);
    out->epoch = values[0];
    out->seq = values[1];
    out->projection = values[2];
    out->snapshot = values[3] != 0;
    out->snapshot_head = values[4];
    out->generation = values[5];
    return text_read(&reader, out->halted, sizeof out->halted);
}

bool cursor_get(struct txn *txn, const char *service, struct cursor *out)
{
    struct sealed row;
    *out = (struct cursor){ 0 };
    if (!row_get(txn, cursors(txn), text_bytes(service), &row))
        return false;
    if (cursor_read(row.payload, out))
        return true;
    damaged(txn, cursors(txn), text_bytes(service));
    *out = (struct cursor){ 0 };
    return false;
}

void cursor_put(struct txn *txn, const char *service, const struct cursor *cursor)
{
    struct mp_writer *writer = row_begin(txn, cursors(txn), 0);
    mp_array(writer, 9);
    mp_int(writer, cursor->epoch);
    mp_int(writer, cursor->seq);
    mp_int(writer, cursor->projection);
    mp_int(writer, cursor->snapshot ? 1 : 0);
    mp_int(writer, cursor->snapshot_head);
    mp_int(writer, cursor->generation);
    mp_bin(writer, text_bytes(cursor->kind)); // bin: a text cut short need not be UTF-8
    mp_bin(writer, (struct bytes){ cursor->after.bytes, sizeof cursor->after });
    mp_bin(writer, text_bytes(cursor->halted));
    row_put(txn, cursors(txn), text_bytes(service));
}

// --- followed entities: [version, generation] by (service, kind, id), and (service, generation,
// kind, id) to find the old ones

static struct key followed_key(const char *service, const char *kind, struct id entity)
{
    struct key key;
    key_init(&key);
    key_str(&key, service);
    key_str(&key, kind);
    key_id(&key, entity);
    assert(!key.overflow);
    return key;
}

static struct key generation_key(const char *service, int64_t generation)
{
    struct key key;
    key_init(&key);
    key_str(&key, service);
    key_int(&key, generation);
    return key;
}

static struct key followed_entry(const char *service, int64_t generation, const char *kind,
                                 struct id entity)
{
    struct key key = generation_key(service, generation);
    key_str(&key, kind);
    key_id(&key, entity);
    assert(!key.overflow);
    return key;
}

static bool followed_read(struct bytes payload, int64_t values[2])
{
    struct mp_reader reader;
    struct err err = { 0 };
    return own_read(&reader, payload, 2, &err) && ints_read(&reader, values, 2);
}

bool followed_get(struct txn *txn, const char *service, const char *kind, struct id entity,
                  int64_t *ret_version, int64_t *ret_generation)
{
    const struct database *followed = &txn->store->own[OWN_FOLLOWED];
    struct key key = followed_key(service, kind, entity);
    struct sealed row;
    int64_t values[2];
    if (!row_get(txn, followed, key_bytes(&key), &row))
        return false;
    if (!followed_read(row.payload, values)) {
        damaged(txn, followed, key_bytes(&key));
        return false;
    }
    *ret_version = values[0];
    *ret_generation = values[1];
    return true;
}

static void entry_del(struct txn *txn, const struct key *entry)
{
    const struct database *database = &txn->store->own[OWN_FOLLOWED_BY_GENERATION];
    if (!database_del(txn, database, key_bytes(entry)))
        txn_fault_key(txn, database, key_bytes(entry), "the row's entry is missing");
}

void followed_put(struct txn *txn, const char *service, const char *kind, struct id entity,
                  int64_t version, int64_t generation)
{
    const struct database *followed = &txn->store->own[OWN_FOLLOWED];
    struct key key = followed_key(service, kind, entity);
    int64_t version_before = 0, generation_before = 0;
    bool was = followed_get(txn, service, kind, entity, &version_before, &generation_before);
    if (was && version_before == version && generation_before == generation)
        return;
    if (was && generation_before != generation) {
        struct key entry = followed_entry(service, generation_before, kind, entity);
        entry_del(txn, &entry);
    }
    if (!was || generation_before != generation) {
        struct key entry = followed_entry(service, generation, kind, entity);
        entry_put(txn, &txn->store->own[OWN_FOLLOWED_BY_GENERATION], key_bytes(&entry),
                  key_bytes(&key));
    }
    struct mp_writer *writer = row_begin(txn, followed, 0);
    mp_array(writer, 2);
    mp_int(writer, version);
    mp_int(writer, generation);
    row_put(txn, followed, key_bytes(&key));
}

void followed_del(struct txn *txn, const char *service, const char *kind, struct id entity)
{
    struct key key = followed_key(service, kind, entity);
    int64_t version = 0, generation = 0;
    if (!followed_get(txn, service, kind, entity, &version, &generation))
        return;
    struct key entry = followed_entry(service, generation, kind, entity);
    entry_del(txn, &entry);
    (void)database_del(txn, &txn->store->own[OWN_FOLLOWED], key_bytes(&key)); // it was there
}

// Takes kind and id out of an entry's key behind (service, generation).
static bool followed_take(struct txn *txn, const char *service, struct bytes rest,
                          struct arena *arena, struct followed *out)
{
    int64_t generation;
    if (rest.size < 2 + sizeof(struct id))
        return false;
    // Kinds are words of the contract, shorter than what key_str would cut.
    out->kind = arena_text(arena, rest.data, rest.size - 2 - sizeof(struct id));
    memcpy(out->entity.bytes, rest.data + rest.size - sizeof(struct id), sizeof(struct id));
    return out->kind &&
           followed_get(txn, service, out->kind, out->entity, &out->version, &generation);
}

size_t followed_older(struct txn *txn, const char *service, int64_t generation, size_t limit,
                      struct arena *arena, const struct followed **ret)
{
    struct key from = generation_key(service, INT64_MIN);
    struct key to = generation_key(service, generation);
    struct followed *list = arena_array(arena, limit, sizeof *list);
    struct scan scan;
    size_t count = 0;
    *ret = list;
    bool found = list && scan_begin(&scan, txn, &txn->store->own[OWN_FOLLOWED_BY_GENERATION],
                                    key_bytes(&from));
    while (found && count < limit && scan.key.size > to.size &&
           memcmp(scan.key.data, to.bytes, to.size) < 0) {
        struct bytes rest = { scan.key.data + to.size, scan.key.size - to.size };
        if (!followed_take(txn, service, rest, arena, &list[count])) {
            txn_fault_key(txn, scan.database, scan.key, "the entry does not lead to its row");
            break;
        }
        count++;
        found = scan_next(&scan);
    }
    if (list)
        scan_end(&scan);
    return count;
}
