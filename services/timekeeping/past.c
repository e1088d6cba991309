// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/past.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/inquiry_new.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define NUMBER_MAX 20

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static struct id past_id(struct request *rq, const struct inquiry_import_in *in, const char *source)
{
    const char *space = arena_format(rq->arena, "inquiry_import %s %s", id_text(in->client).text,
                                     in->archive ? in->archive : "");

    return id_of_name(space ? space : "", source);
}

// Of the archive's name and the id there: ALT-000017. Which of two archives is meant must show.
static const char *past_number(struct request *rq, const struct inquiry_import_in *in,
                               const struct inquiry_old *old)
{
    const char *archive = in->archive ? in->archive : "ALT";
    size_t digits = strspn(old->source, "0123456789");

    if (old->number)
        return old->number;
    if (!old->source[digits] && digits < 6 && strlen(archive) + 7 <= NUMBER_MAX)
        return arena_format(rq->arena, "%s-%0*d%s", archive, (int)(6 - digits), 0, old->source);
    if (strlen(archive) + 1 + strlen(old->source) <= NUMBER_MAX &&
        strlen(archive) + 1 + strlen(old->source) >= 6)
        return arena_format(rq->arena, "%s-%s", archive, old->source);
    // Too long: what is the same of an id is as good a number.
    return arena_format(rq->arena, "A-%.17s", id_text(past_id(rq, in, old->source)).text + 19);
}

// --- as what it is taken over
static enum inquiry_state past_state(const struct inquiry_old *old)
{
    bool over = old->solution || old->has_closed_at;

    switch (old->state) {
    case inquiry_state_ABSENT: return over ? inquiry_state_CLOSED : inquiry_state_OPEN;
    // When it was to come back, nobody said.
    case inquiry_state_RESUBMISSION: return inquiry_state_OPEN;
    case inquiry_state_FORWARDED: return old->department ? old->state : inquiry_state_OPEN;
    default: return old->state;
    }
}

static struct inquiry past_row(struct request *rq, const struct inquiry_import_in *in,
                               const struct inquiry_old *old)
{
    int64_t opened_at = old->has_opened_at ? old->opened_at : rq->now_us;
    enum inquiry_state state = past_state(old);
    bool over = !inquiry_is_open(state), solved = over && old->solution;
    bool closed = state == inquiry_state_CLOSED;
    int64_t closed_at = old->has_closed_at ? old->closed_at : opened_at;

    return (struct inquiry){
        .id = past_id(rq, in, old->source),
        .version = 1,
        .number = past_number(rq, in, old),
        .client = in->client,
        .state = state,
        .channel = old->channel ? old->channel : channel_PHONE,
        .priority = old->priority ? old->priority : priority_NORMAL,
        .contact_name = old->contact_name,
        .phone = old->phone,
        .email = old->email,
        .subject = old->subject,
        .text = old->text,
        .solution = old->solution,
        .chargeable = old->has_chargeable && old->chargeable,
        .source =
            in->archive ? arena_format(rq->arena, "%s:%s", in->archive, old->source) : old->source,
        .opened_at = opened_at,
        .opened_by = rq->actor,
        .department = old->department,
        .has_due_at = old->has_due_at,
        .due_at = old->due_at,
        .has_waiting_since = state == inquiry_state_WAITING,
        .waiting_since = rq->now_us,
        .has_solved_at = solved,
        .solved_at = solved ? closed_at : 0,
        .has_closed_at = closed,
        .closed_at = closed ? closed_at : 0,
        .edited_at = rq->now_us,
        .edited_by = rq->actor,
    };
}

// --- what it names here
// By their name, as people write it; of two of that name nobody.
static bool find_clerk(struct request *rq, const char *name, struct inquiry *row)
{
    struct walk_options options = { .scope = &scope_house };
    const char *wanted = text_fold(rq->arena, name), *folded;
    struct walk *walk = walk_open(rq->txn, &kept_staff_table, &options, rq->arena);
    struct staff staff;
    int found = 0;

    while (wanted && walk_next(walk, &staff)) {
        folded = text_fold(rq->arena, staff.name);
        if (!folded || (staff.has_left && staff.left) || strcmp(folded, wanted) != 0)
            continue;
        row->staff = staff.id;
        row->team = staff.team;
        found++;
    }
    walk_close(walk);
    return found == 1 || fail(&rq->err, ERR_NOT_FOUND, "staff_name",
                              found ? TEXT_PAST_STAFF_TWICE : TEXT_PAST_STAFF, name, NULL);
}

// The client's only contact with this key; false: none, or several.
static bool only_contact(struct request *rq, const struct index *index, struct key prefix,
                         struct contact *ret)
{
    struct walk_options options = { .index = index, .scope = &scope_house, .prefix = prefix };
    struct walk *walk = walk_open(rq->txn, &kept_contact_table, &options, rq->arena);
    struct contact other;
    bool found = walk_next(walk, ret) && !walk_next(walk, &other);

    walk_close(walk);
    return found;
}

// Whoever has the number or address here is who asked there.
static void find_contact(struct request *rq, struct inquiry *row)
{
    struct contact contact;

    if ((row->phone && only_contact(rq, kept_contact_by_number,
                                    kept_number_key(row->client, row->phone), &contact)) ||
        (row->email && only_contact(rq, kept_contact_by_email,
                                    kept_email_key(row->client, row->email), &contact)))
        row->contact = contact.id;
    if (!id_is_zero(row->contact) && !row->contact_name)
        row->contact_name = contact.name;
}

static bool past_refer(struct request *rq, const struct inquiry_old *old, struct inquiry *row)
{
    struct request asking = *rq;
    struct file file = { .version = 0 };

    find_contact(rq, row);
    if (old->staff_name && !find_clerk(rq, old->staff_name, row))
        return false;
    if (!old->file_number)
        return true;
    // Each client numbers its own files.
    if (!id_is_zero(row->client))
        asking.scope = (struct scope){ SCOPE_CLIENT, row->client };
    if (!file_find_by(&asking, (struct id){ 0 }, old->file_number, &file)) {
        rq->err = asking.err;
        return false;
    }
    row->file = file.id;
    return id_equal(file.client, row->client) ||
           fail(&rq->err, ERR_NOT_FOUND, "file_number", TEXT_FILE_UNKNOWN, NULL);
}

// --- written
// Its number must be free: what is only looked at is looked at as strictly.
static bool number_is_free(struct request *rq, const struct inquiry *row)
{
    struct key key = inquiry_text_key(row->number);
    struct inquiry other;

    return !table_get_by(rq->txn, inquiry_by_number, &inquiry_table, &scope_house, &key, rq->arena,
                         &other) ||
           fail(&rq->err, ERR_CONFLICT, "number", TEXT_STORE_TAKEN, NULL);
}

// The same as it was taken over, or worked on since.
static bool is_known(const struct inquiry *kept, const struct inquiry *row)
{
    return kept->version > 1 ||
           (text_equal(kept->subject, row->subject) && text_equal(kept->text, row->text) &&
            text_equal(kept->solution, row->solution));
}

// False with rq->err set: the row is rejected, and nothing of it is written.
static bool past_take(struct request *rq, const struct inquiry_import_in *in,
                      const struct inquiry_old *old, struct inquiry_import_result *out)
{
    struct inquiry row = past_row(rq, in, old), kept;
    struct key key = key_of_id(row.id);

    if (!row.number || !row.source)
        return too_large(rq);
    inquiry_read_phone(rq, &row);
    if (!row_in_scope(rq, &inquiry_table, &row, NULL) || !past_refer(rq, old, &row) ||
        !record_check(inquiry_record(), &row, &rq->err))
        return false;
    if (row.has_closed_at && row.closed_at < row.opened_at)
        return fail(&rq->err, ERR_INVALID, "closed_at", TEXT_PAST_CLOSED_BEFORE, NULL);
    if (!table_get(rq->txn, &inquiry_table, &scope_house, &key, rq->arena, &kept)) {
        out->added++;
        return number_is_free(rq, &row) &&
               ((in->has_check && in->check) ||
                inquiry_take_over(rq, &row, text_german(TEXT_PAST_TAKEN)));
    }
    if (!is_known(&kept, &row))
        return fail(&rq->err, ERR_CONFLICT, "source", TEXT_PAST_OTHER, old->source, kept.subject,
                    NULL);
    out->known++;
    return true;
}

static struct import_reject reject_of(struct request *rq, int64_t row)
{
    const struct err *err = &rq->err;

    return (struct import_reject){
        .row = row,
        .field = err->field[0] ? arena_text(rq->arena, err->field, strlen(err->field)) : NULL,
        .problem = arena_text(rq->arena, err->german, strlen(err->german)),
        .problem_en = arena_text(rq->arena, err->english, strlen(err->english)),
    };
}

bool past_import(struct request *rq, const struct inquiry_import_in *in,
                 struct inquiry_import_result *out)
{
    struct import_reject *rejects = arena_array(rq->arena, in->rows_count + 1, sizeof *rejects);
    struct client_row client;

    if (!rejects)
        return too_large(rq);
    if (!id_is_zero(in->client) && !kept_client(rq, in->client, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    out->rejects = rejects;
    for (size_t i = 0; i < in->rows_count; i++) {
        int64_t added = out->added;
        if (past_take(rq, in, &in->rows[i], out))
            continue;
        if (rq->err.code == ERR_TOO_LARGE)
            return false;
        out->added = added;
        rejects[out->rejects_count++] = reject_of(rq, in->rows[i].row);
        rq->err = (struct err){ .code = ERR_NONE };
    }
    return true;
}
