// SPDX-License-Identifier: Apache-2.0
// One row after the other: known or new, taken or rejected. A rejected row writes nothing.
#include "services/contacts/imports.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/contacts/contact.h"
#include "services/contacts/find.h"
#include "services/contacts/house.h"
#include "services/contacts/likeness.h"
#include "services/contacts/merge.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

#define SAME_MAX 3 // contacts that one row may mean: two are one too many already

struct taking {
    struct request *rq;
    struct id id; // of the import; zero: only looked at
    struct id client;
    enum import_match match;
    enum import_known known;
    struct editor editor;
    struct import_result *result;
    struct import_reject *rejects, *remarks;
    size_t room; // for either
};

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
    if (row->match == in->match && row->known == in->known)
        return true;
    rq->current = request_encode(rq, import_record(), row);
    return fail(&rq->err, ERR_CONFLICT, "known", TEXT_IMPORT_OTHERWISE, NULL);
}

bool imports_begin(struct request *rq, const struct import_begin_in *in, struct import *out)
{
    if (!client_known(rq, in->client))
        return false;
    *out = (struct import){ .id = new_id(rq),
                            .version = 1,
                            .client = in->client,
                            .name = in->name,
                            .digest = in->digest,
                            .match = in->match,
                            .known = in->known,
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

// --- whom a row means
struct same {
    struct contact rows[SAME_MAX];
    size_t count;
};

static void add_same(const struct taking *taking, const struct likeness_of *of, struct same *same)
{
    struct request *rq = taking->rq;
    struct walk_options options = {
        .index = &contact_indexes[CONTACT_BY_LIKENESS],
        .scope = &rq->scope,
        .prefix = contact_likeness_key(taking->client, of->likeness, of->value),
    };
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    struct contact contact;
    while (same->count < SAME_MAX && walk_next(walk, &contact)) {
        bool known = false;
        for (size_t i = 0; i < same->count; i++)
            known = known || id_equal(same->rows[i].id, contact.id);
        if (!known)
            same->rows[same->count++] = contact;
    }
    walk_close(walk);
}

static unsigned kinds_of(const struct taking *taking, const struct contact *row)
{
    if (taking->match == import_match_NUMBER ||
        (taking->match == import_match_EITHER && !row->customer_number))
        return LIKENESS_BIT(NUMBER);
    return LIKENESS_BIT(CUSTOMER_NUMBER);
}

static void find_same(const struct taking *taking, const struct contact *row, struct same *same)
{
    struct likeness_of found[LIKENESSES_MAX];
    size_t count = likenesses(row, kinds_of(taking, row), taking->rq->arena, found);
    same->count = 0;
    for (size_t i = 0; i < count; i++)
        add_same(taking, &found[i], same);
}

// --- taking one row

// Derived, so that a row makes the same contact whenever it comes; and ascending by row within the
// import, so that the table grows at its end and a list comes out in the order in which it came.
static struct id row_id(struct id import, int64_t row)
{
    struct id id = id_derive(import, "import", (uint32_t)row);
    uint32_t place = (uint32_t)row & 0xFFFFFF;
    id.bytes[6] = (uint8_t)(0x70 | place >> 20);
    id.bytes[7] = (uint8_t)(place >> 12);
    id.bytes[8] = (uint8_t)(0x80 | (place >> 6 & 0x3F));
    id.bytes[9] = (uint8_t)((place & 0x3F) << 2 | (id.bytes[9] & 0x03));
    return id;
}

static bool write_row(const struct taking *taking, const struct contact *row, struct err *err)
{
    if (id_is_zero(taking->id))
        return true;
    if (contact_write(taking->rq, row))
        return true;
    *err = taking->rq->err; // of this row only
    taking->rq->err = (struct err){ .code = ERR_NONE };
    return false;
}

// What the row says replaces single fields; lists are united.
static struct contact_change change_of(const struct contact_new *said, const struct contact *united)
{
    return (struct contact_change){
        .id = united->id,
        .version = united->version,
        .kind = said->kind,
        .name = said->name,
        .given_name = said->given_name,
        .family_name = said->family_name,
        .organisation = said->organisation,
        .categories = united->categories,
        .categories_count = united->categories_count,
        .phones = united->phones,
        .phones_count = united->phones_count,
        .emails = united->emails,
        .emails_count = united->emails_count,
        .addresses = united->addresses,
        .addresses_count = united->addresses_count,
        .language = said->language,
        .customer_number = said->customer_number,
        .message = said->message,
        .handling_note = said->handling_note,
        .has_keep = said->has_keep,
        .keep = said->keep,
    };
}

static bool update_row(const struct taking *taking, const struct contact_new *said,
                       const struct contact *made, const struct contact *row, struct err *err)
{
    struct contact united = *row, out;
    if (!merge_lists(made, &united, taking->rq->arena, err))
        return false;
    struct contact_change change = change_of(said, &united);
    if (!contact_apply(row, &change, &taking->editor, &out, err))
        return false;
    if (out.version == row->version) {
        taking->result->same++;
        return true;
    }
    taking->result->updated++;
    return write_row(taking, &out, err);
}

static bool take_row(const struct taking *taking, const struct import_row *in, struct err *err)
{
    struct request *rq = taking->rq;
    struct contact_new said = *in->contact;
    struct same *same = arena_alloc(rq->arena, sizeof *same);
    struct contact made;
    if (!same)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(said.client))
        return fail(err, ERR_INVALID, "client", TEXT_IMPORT_CLIENT, NULL);
    said.client = taking->client;
    struct id id = row_id(id_is_zero(taking->id) ? rq->id : taking->id, in->row);
    if (!contact_make(&said, &taking->editor, id, &made, err))
        return false;
    find_same(taking, &made, same);
    if (same->count == 0 || taking->known == import_known_ADD) {
        taking->result->added++;
        return write_row(taking, &made, err);
    }
    if (taking->known == import_known_SKIP) {
        taking->result->skipped++;
        return true;
    }
    if (same->count > 1)
        return fail(err, ERR_CONFLICT, NULL, TEXT_IMPORT_SEVERAL, same->rows[0].name,
                    same->rows[1].name, NULL);
    return update_row(taking, &said, &made, &same->rows[0], err);
}

// --- batches
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

// A number that nobody can dial is kept as it was typed; somebody should know.
static void remark_phones(struct taking *taking, const struct import_row *row)
{
    for (size_t i = 0; i < row->contact->phones_count; i++) {
        struct phone phone;
        struct err err = { 0 };
        if (phone_read(row->contact->phones[i].typed, taking->editor.home, &phone, &err) ||
            taking->result->remarks_count == taking->room)
            continue;
        (void)snprintf(err.field, sizeof err.field, "phones[%zu].typed", i);
        taking->remarks[taking->result->remarks_count++] = told(taking, row->row, &err);
    }
}

static bool is_rows_fault(enum err_code code)
{
    return code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_TOO_LARGE;
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
        if (take_row(taking, &rows[i], &err)) {
            remark_phones(taking, &rows[i]);
            continue;
        }
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
    return table_put(rq->txn, &import_table, &import, &rq->err);
}

bool imports_check(struct request *rq, const struct import_check_in *in, struct import_result *out)
{
    int64_t place = 0;
    if (!client_known(rq, in->client))
        return false;
    struct taking taking = { .rq = rq,
                             .client = in->client,
                             .match = in->match,
                             .known = in->known,
                             .editor = editor_of(rq),
                             .result = out };
    return take_rows(&taking, in->rows, in->rows_count, &place);
}
