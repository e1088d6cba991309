// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/blobs.h"

#include <string.h>

#include "services/timekeeping/attachment.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store_attachment.h"

// Pieces are large, and what is read lies in the request's memory: 8 MiB of 16.
#define PIECES_AT_ONCE 16
#define MEGABYTE       ((int64_t)1 << 20)

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

// --- what is kept of all
struct blob_care blob_care_get(struct request *rq)
{
    struct blob_care care, fresh = { .id = id_of_name("blob care", "") };
    struct key key = key_of_id(fresh.id);

    return table_get(rq->txn, &blob_care_table, &scope_house, &key, rq->arena, &care) ? care
                                                                                      : fresh;
}

bool blob_care_put(struct request *rq, const struct blob_care *care)
{
    return table_put(rq->txn, &blob_care_table, care, &rq->err);
}

static bool count(struct request *rq, int64_t bytes)
{
    struct blob_care care = blob_care_get(rq);

    care.bytes += bytes;
    return blob_care_put(rq, &care);
}

bool blobs_have_room(struct request *rq, int64_t bytes)
{
    int64_t most = timekeeping_house(rq)->attachments_max_bytes;

    return most == 0 || blob_care_get(rq).bytes + bytes <= most;
}

static bool has_room(struct request *rq, int64_t size)
{
    int64_t most = timekeeping_house(rq)->attachments_max_bytes;

    if (blobs_have_room(rq, size))
        return true;
    return fail(&rq->err, ERR_TOO_LARGE, "size", TEXT_ATTACHMENT_QUOTA,
                int_text(most / MEGABYTE).text, NULL);
}

// --- one
static bool put(struct request *rq, const struct blob *blob)
{
    return table_put(rq->txn, &blob_table, blob, &rq->err);
}

bool blob_begin(struct request *rq, struct id id, const struct attachment_new *in, struct blob *out)
{
    *out = (struct blob){ .id = id,
                          .hash = in->hash,
                          .size = in->size,
                          .uses = 1,
                          .progress = attachment_hash_begin(rq->arena) };
    if (!out->progress.size)
        return full(rq);
    return has_room(rq, in->size) && count(rq, in->size) && put(rq, out);
}

bool blob_get(struct request *rq, struct id id, struct blob *ret)
{
    struct key key = key_of_id(id);

    return table_get(rq->txn, &blob_table, &scope_house, &key, rq->arena, ret);
}

bool blob_of_hash(struct request *rq, struct bytes hash, struct blob *ret)
{
    struct key key = attachment_hash_key(hash);

    return table_get_by(rq->txn, blob_by_hash, &blob_table, &scope_house, &key, rq->arena, ret);
}

bool blob_append(struct request *rq, struct blob *blob, int64_t offset, struct bytes bytes)
{
    struct blob_piece piece = { .blob = blob->id, .offset = offset, .bytes = bytes };

    blob->progress = attachment_hash_add(blob->progress, bytes, rq->arena);
    blob->received = offset + (int64_t)bytes.size;
    if (!blob->progress.size)
        return full(rq);
    return table_put(rq->txn, &blob_piece_table, &piece, &rq->err) && put(rq, blob);
}

enum blob_end blob_end(struct request *rq, struct blob *blob)
{
    uint8_t hash[ATTACHMENT_HASH_BYTES];
    struct blob same;

    bool right = attachment_hash_end(blob->progress, hash) &&
                 memcmp(hash, blob->hash.data, sizeof hash) == 0;
    blob->progress = (struct bytes){ 0 };
    if (!right || blob_of_hash(rq, blob->hash, &same)) {
        // Of one that is here already the one that came goes again.
        blob->uses = 0;
        if (!put(rq, blob) || (right && !blob_use(rq, &same)))
            return BLOB_FAILED;
        return right ? BLOB_WHOLE : BLOB_WRONG;
    }
    blob->whole = true;
    return put(rq, blob) ? BLOB_WHOLE : BLOB_FAILED;
}

bool blob_use(struct request *rq, struct blob *blob)
{
    blob->uses++;
    return put(rq, blob);
}

bool blob_release(struct request *rq, struct id id)
{
    struct blob blob;

    if (!blob_get(rq, id, &blob) || blob.uses == 0)
        return true;
    blob.uses--;
    return put(rq, &blob);
}

struct bytes blob_bytes(struct request *rq, struct id id, int64_t offset, size_t limit)
{
    // The last piece that begins there or before.
    struct walk_options options = { .scope = &scope_house,
                                    .prefix = key_of_id(id),
                                    .after = blob_piece_key(id, offset + 1),
                                    .down = true };
    struct walk *walk = walk_open(rq->txn, &blob_piece_table, &options, rq->arena);
    struct blob_piece piece;
    struct bytes bytes = { 0 };

    if (walk_next(walk, &piece) && offset < piece.offset + (int64_t)piece.bytes.size) {
        size_t skip = (size_t)(offset - piece.offset);
        bytes = (struct bytes){ piece.bytes.data + skip, piece.bytes.size - skip };
        if (bytes.size > limit)
            bytes.size = limit;
    }
    walk_close(walk);
    return bytes;
}

// --- what nobody has
static size_t remove_pieces(struct request *rq, struct id blob)
{
    int64_t offsets[PIECES_AT_ONCE];
    struct walk_options options = { .scope = &scope_house, .prefix = key_of_id(blob) };
    struct walk *walk = walk_open(rq->txn, &blob_piece_table, &options, rq->arena);
    struct blob_piece piece;
    size_t count = 0;

    while (count < PIECES_AT_ONCE && walk_next(walk, &piece))
        offsets[count++] = piece.offset;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct key key = blob_piece_key(blob, offsets[i]);
        (void)table_del(rq->txn, &blob_piece_table, &key);
    }
    return count;
}

bool blobs_remove_unused(struct request *rq, bool *ret_more)
{
    struct walk_options options = { .index = blob_unused, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &blob_table, &options, rq->arena);
    struct blob blob;
    bool found = walk_next(walk, &blob);

    walk_close(walk);
    if (!found)
        return true;
    *ret_more = true;
    if (remove_pieces(rq, blob.id) == PIECES_AT_ONCE)
        return true;
    struct key key = key_of_id(blob.id);
    (void)table_del(rq->txn, &blob_table, &key);
    return count(rq, -blob.size);
}
