// SPDX-License-Identifier: Apache-2.0
// Beginning and ending, and the rows of a batch one after the other.
#include "services/contacts/imports.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/contacts/house.h"
#include "services/contacts/import_row.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

// A step writes 500 rows at most: rows and the contacts made of their parties.
#define WRITTEN_MAX 400

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

// --- beginning and ending
static bool client_known(struct request *rq, struct id id)
{
    struct client_row client;
    if (id_is_zero(id) || row_find(rq, &client_table, id, &client))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
}

static enum import_kind kind_of(enum import_kind said)
{
    return said ? said : import_kind_CONTACTS;
}

static enum import_unknown unknown_of(enum import_unknown said)
{
    return said ? said : import_unknown_REJECT;
}

// A second file of the same number cannot be.
static bool known_fits(struct request *rq, enum import_kind kind, enum import_known known)
{
    if (kind_of(kind) != import_kind_FILES || known != import_known_ADD)
        return true;
    return fail(&rq->err, ERR_INVALID, "known", TEXT_IMPORT_FILES_ADD, NULL);
}

// The same file for the same client: one that was broken off (to go on with), else the last one.
static bool find_earlier(struct request *rq, const struct import_begin_in *in, struct import *out)
{
    struct walk_options options = { .index = &import_by_digest,
                                    .scope = &scope_house,
                                    .prefix = import_digest_key(in->client, in->digest) };
    struct walk *walk = walk_open(rq->txn, &import_table, &options, rq->arena);
    struct import import;
    bool found = false;
    while (walk_next(walk, &import)) {
        if (kind_of(import.kind) != kind_of(in->kind))
            continue;
        *out = import;
        found = true;
        if (!(import.has_finished && import.finished))
            break;
    }
    walk_close(walk);
    return found;
}

static bool is_open(const struct import *import)
{
    return !(import->has_finished && import->finished);
}

static bool take_up(struct request *rq, const struct import_begin_in *in, const struct import *row)
{
    if (row->match == in->match && row->known == in->known &&
        unknown_of(row->unknown) == unknown_of(in->unknown))
        return true;
    rq->current = request_encode(rq, import_record(), row);
    return fail(&rq->err, ERR_CONFLICT, "known", TEXT_IMPORT_OTHERWISE, NULL);
}

bool imports_begin(struct request *rq, const struct import_begin_in *in, struct import *out)
{
    if (!client_known(rq, in->client) || !known_fits(rq, in->kind, in->known))
        return false;
    *out = (struct import){ .id = new_id(rq),
                            .version = 1,
                            .client = in->client,
                            .kind = in->kind,
                            .name = in->name,
                            .digest = in->digest,
                            .match = in->match,
                            .known = in->known,
                            .unknown = in->unknown,
                            .begun_at = rq->now_us,
                            .begun_by = rq->actor,
                            .moved_at = rq->now_us };
    if (!row_in_scope(rq, &import_table, out, "client"))
        return false;
    struct import earlier;
    if (find_earlier(rq, in, &earlier)) {
        if (is_open(&earlier)) {
            *out = earlier;
            return take_up(rq, in, &earlier);
        }
        if (!(in->has_again && in->again)) {
            rq->current = request_encode(rq, import_record(), &earlier);
            return fail(&rq->err, ERR_CONFLICT, "digest", TEXT_IMPORT_AGAIN, earlier.name,
                        civil_local(earlier.begun_at, "Europe/Berlin").text, earlier.begun_by,
                        NULL);
        }
    }
    return table_put(rq->txn, &import_table, out, &rq->err);
}

bool imports_finish(struct request *rq, struct id id, struct import *out)
{
    if (!row_find(rq, &import_table, id, out))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_IMPORT_UNKNOWN, NULL);
    if (!is_open(out))
        return true;
    out->has_finished = out->finished = true;
    out->version++;
    out->moved_at = rq->now_us;
    return table_put(rq->txn, &import_table, out, &rq->err);
}

// --- batches
struct id import_row_id(const struct taking *taking, int64_t row, const char *what)
{
    struct id import = id_is_zero(taking->id) ? taking->rq->id : taking->id;
    struct id id = id_derive(import, what, (uint32_t)row);
    uint32_t place = (uint32_t)row & 0xFFFFFF;
    id.bytes[6] = (uint8_t)(0x70 | place >> 20);
    id.bytes[7] = (uint8_t)(place >> 12);
    id.bytes[8] = (uint8_t)(0x80 | (place >> 6 & 0x3F));
    id.bytes[9] = (uint8_t)((place & 0x3F) << 2 | (id.bytes[9] & 0x03));
    return id;
}

static struct import_reject told(const struct taking *taking, int64_t row, const struct err *err)
{
    struct arena *arena = taking->rq->arena;
    return (struct import_reject){
        .row = row,
        .field = *err->field ? arena_text(arena, err->field, strlen(err->field)) : NULL,
        .problem = arena_text(arena, err->german, strlen(err->german)),
        .problem_en = arena_text(arena, err->english, strlen(err->english)),
    };
}

void import_remark(struct taking *taking, int64_t row, const struct err *err)
{
    if (taking->result->remarks_count < taking->room)
        taking->remarks[taking->result->remarks_count++] = told(taking, row, err);
}

static bool is_rows_fault(enum err_code code)
{
    return code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_TOO_LARGE;
}

static bool take_row(struct taking *taking, const struct import_row *row, struct err *err)
{
    bool is_file = taking->kind == import_kind_FILES;
    if (is_file ? row->file != NULL : row->contact != NULL)
        return is_file ? take_file_row(taking, row, err) : take_contact_row(taking, row, err);
    return fail(&taking->rq->err, ERR_INVALID, "rows", TEXT_IMPORT_ROW_KIND,
                int_text(row->row).text, NULL);
}

static bool batch_fits(struct taking *taking, const struct import_row *rows, size_t count)
{
    size_t written = count;
    bool creates = taking->kind == import_kind_FILES && taking->unknown == import_unknown_CREATE;
    for (size_t i = 0; creates && i < count; i++)
        written += rows[i].file ? rows[i].file->parties_count : 0;
    return written <= WRITTEN_MAX || fail(&taking->rq->err, ERR_TOO_LARGE, "rows",
                                          TEXT_IMPORT_BATCH, int_text(WRITTEN_MAX).text, NULL);
}

// `place`: the last row taken; moved along. A fault of the whole batch refuses it as a whole.
static bool take_rows(struct taking *taking, const struct import_row *rows, size_t count,
                      int64_t *place)
{
    struct request *rq = taking->rq;
    int64_t last = 0;
    taking->room = count;
    taking->rejects = arena_array(rq->arena, count, sizeof *taking->rejects);
    taking->remarks = arena_array(rq->arena, count, sizeof *taking->remarks);
    taking->result->rejects = taking->rejects;
    taking->result->remarks = taking->remarks;
    if (!taking->rejects || !taking->remarks)
        return too_large(rq);
    if (!batch_fits(taking, rows, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct import_result before = *taking->result;
        struct err err = { 0 };
        if (rows[i].row <= last)
            return fail(&rq->err, ERR_INVALID, "rows", TEXT_IMPORT_ORDER,
                        int_text(rows[i].row).text, NULL);
        last = rows[i].row;
        if (last <= *place) {
            taking->result->earlier++;
            continue;
        }
        *place = last;
        if (take_row(taking, &rows[i], &err))
            continue;
        if (rq->err.code != ERR_NONE)
            return false;
        if (!is_rows_fault(err.code)) {
            rq->err = err;
            return false;
        }
        *taking->result = before;
        taking->rejects[taking->result->rejects_count++] = told(taking, rows[i].row, &err);
    }
    return true;
}

bool imports_rows(struct request *rq, const struct import_rows_in *in, struct import_result *out)
{
    struct import import;
    if (!row_find(rq, &import_table, in->id, &import))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_IMPORT_UNKNOWN, NULL);
    if (!is_open(&import))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_IMPORT_FINISHED, NULL);
    struct taking taking = { .rq = rq,
                             .id = import.id,
                             .client = import.client,
                             .kind = kind_of(import.kind),
                             .unknown = unknown_of(import.unknown),
                             .match = import.match,
                             .known = import.known,
                             .editor = editor_of(rq),
                             .result = out };
    if (!take_rows(&taking, in->rows, in->rows_count, &import.place))
        return false;
    import.version++;
    import.moved_at = rq->now_us;
    import.added += out->added;
    import.updated += out->updated;
    import.same += out->same;
    import.skipped += out->skipped;
    import.rejected += (int64_t)out->rejects_count;
    import.has_created |= out->has_created;
    import.created += out->created;
    return table_put(rq->txn, &import_table, &import, &rq->err);
}

bool imports_check(struct request *rq, const struct import_check_in *in, struct import_result *out)
{
    int64_t place = 0;
    if (!client_known(rq, in->client) || !known_fits(rq, in->kind, in->known))
        return false;
    struct taking taking = { .rq = rq,
                             .client = in->client,
                             .kind = kind_of(in->kind),
                             .unknown = unknown_of(in->unknown),
                             .match = in->match,
                             .known = in->known,
                             .editor = editor_of(rq),
                             .result = out };
    return take_rows(&taking, in->rows, in->rows_count, &place);
}
