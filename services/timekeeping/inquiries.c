// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/inquiries.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/step/rows.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/slas.h"
#include "services/timekeeping/store_inquiry.h"

#define TICK_ROWS 40 // each with its move; see callbacks.c

static struct inquiry_editor editor_of(struct request *rq)
{
    return (struct inquiry_editor){ rq->arena, rq->now_us, rq->actor };
}

static void tell(struct request *rq, const struct inquiry *row)
{
    emit(rq, "inquiry", row, false);
}

static int this_year(struct request *rq)
{
    return civil_date(house_day(rq, rq->now_us)).year;
}

// --- finding one
bool inquiry_row(struct request *rq, struct id id, struct inquiry *ret)
{
    struct key key = key_of_id(id);

    return !id_is_zero(id) &&
           table_get(rq->txn, &inquiry_table, &scope_house, &key, rq->arena, ret);
}

bool inquiry_hidden(struct request *rq, const struct inquiry *row)
{
    return rq->principal && file_hidden(rq, row->file);
}

bool inquiry_find(struct request *rq, struct id id, struct inquiry *ret)
{
    return row_find(rq, &inquiry_table, id, ret) && !inquiry_hidden(rq, ret);
}

bool inquiry_named(struct request *rq, struct id id, const char *number, struct inquiry *ret)
{
    struct inquiry_number read;

    if (!id_is_zero(id))
        return inquiry_find(rq, id, ret) ||
               fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_INQUIRY_UNKNOWN, NULL);
    if (!number)
        return fail(&rq->err, ERR_INVALID, "number", TEXT_INQUIRY_WHICH, NULL);
    if (!inquiry_number_read(number, this_year(rq), &read))
        return fail(&rq->err, ERR_INVALID, "number", TEXT_INQUIRY_NUMBER, number, NULL);
    struct key key = inquiry_text_key(read.text);
    if (table_get_by(rq->txn, inquiry_by_number, &inquiry_table, &rq->scope, &key, rq->arena,
                     ret) &&
        !inquiry_hidden(rq, ret))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "number", TEXT_INQUIRY_NUMBER_UNKNOWN, read.text, NULL);
}

bool inquiry_of_message(struct request *rq, const char *message_id, struct inquiry *ret)
{
    struct walk_options options = { .index = inquiry_by_message,
                                    .scope = &scope_house,
                                    .prefix = inquiry_text_key(message_id),
                                    .down = true };
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);
    bool found = walk_next(walk, ret);

    walk_close(walk);
    return found;
}

// --- showing
void inquiry_show(struct request *rq, struct inquiry *row)
{
    kept_contact_show(rq, &row->contact, &row->contact_name);
}

bool inquiry_match_fill(struct request *rq, const struct inquiry *row, struct inquiry_match *out)
{
    struct inquiry *shown = arena_alloc(rq->arena, sizeof *shown);
    struct key client_key = key_of_id(row->client), file_key = key_of_id(row->file);
    struct client_row client;
    struct staff staff;
    struct file file;

    *out = (struct inquiry_match){ .inquiry = shown };
    if (!shown)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    *shown = *row;
    inquiry_show(rq, shown);
    if (kept_staff(rq, row->staff, &staff))
        out->staff_name = staff.name;
    if (!id_is_zero(row->client) &&
        table_get(rq->txn, &kept_client_table, &scope_house, &client_key, rq->arena, &client))
        out->client_name = client.name;
    if (!id_is_zero(row->file) &&
        table_get(rq->txn, &kept_file_table, &scope_house, &file_key, rq->arena, &file))
        out->file_number = file.number;
    out->has_overdue = out->overdue = inquiry_overdue(row, rq->now_us);
    return true;
}

// --- numbers
static bool number_taken(struct request *rq, const char *number)
{
    struct key key = inquiry_text_key(number);
    struct inquiry row;

    return table_get_by(rq->txn, inquiry_by_number, &inquiry_table, &scope_house, &key, rq->arena,
                        &row);
}

bool inquiry_number_next(struct request *rq, const char **ret)
{
    char name[16];
    int year = this_year(rq);

    (void)snprintf(name, sizeof name, "%d", year);
    struct inquiry_year row, fresh = { .id = id_of_name("inquiry year", name), .year = year };
    struct key key = key_of_id(fresh.id);
    if (!table_get(rq->txn, &inquiry_year_table, &scope_house, &key, rq->arena, &row))
        row = fresh;
    // Numbers that were taken over from an old program are passed over.
    struct inquiry_number number;
    do {
        number = inquiry_number_text(year, ++row.last);
    } while (number_taken(rq, number.text));
    *ret = arena_text(rq->arena, number.text, strlen(number.text));
    if (!*ret)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    return table_put(rq->txn, &inquiry_year_table, &row, &rq->err);
}

// --- writing
static bool put(struct request *rq, struct inquiry *row)
{
    row->edited_at = rq->now_us;
    row->edited_by = rq->actor;
    if (!table_put(rq->txn, &inquiry_table, row, &rq->err))
        return false;
    tell(rq, row);
    return true;
}

bool inquiry_write(struct request *rq, struct inquiry *row)
{
    row->version++;
    return put(rq, row);
}

// The next move of the inquiry; its row is written by the caller.
static bool note_move(struct request *rq, struct inquiry *row, struct inquiry_move *move)
{
    char place[80];

    row->has_moves = true;
    move->place = ++row->moves;
    move->inquiry = row->id;
    move->version = 1;
    move->by = rq->actor;
    (void)snprintf(place, sizeof place, "%s %lld", id_text(row->id).text, (long long)move->place);
    move->id = id_of_name("inquiry move", place);
    return table_put(rq->txn, &inquiry_move_table, move, &rq->err);
}

static bool note_opening(struct request *rq, struct inquiry *row, const char *reason)
{
    struct inquiry_move move = { .at = rq->now_us,
                                 .reason = reason,
                                 .to = row->state,
                                 .client = row->client,
                                 .staff = row->staff,
                                 .department = row->department };

    return note_move(rq, row, &move);
}

bool inquiry_take_over(struct request *rq, struct inquiry *row, const char *reason)
{
    return (!inquiry_is_open(row->state) || note_opening(rq, row, reason)) && put(rq, row);
}

bool inquiry_open(struct request *rq, struct inquiry *row, const char *reason)
{
    struct inquiry_editor editor = editor_of(rq);

    row->version = 1;
    row->opened_by = row->edited_by = rq->actor;
    row->edited_at = rq->now_us;
    if (row->state != inquiry_state_FORWARDED)
        row->state = inquiry_state_OPEN;
    if (!row->priority)
        row->priority = priority_NORMAL;
    if (!inquiry_number_next(rq, &row->number) || !inquiry_check(row, &editor, &rq->err) ||
        !sla_apply(rq, row) || !row_in_scope(rq, &inquiry_table, row, NULL))
        return false;
    return note_opening(rq, row, reason) && put(rq, row);
}

void inquiry_worked(struct request *rq, struct inquiry *row)
{
    if (row->has_responded_at)
        return;
    row->has_responded_at = true;
    row->responded_at = rq->now_us;
}

// Putting something off or passing it on is not yet work on it.
static bool is_work(enum inquiry_state to)
{
    return to != inquiry_state_FORWARDED && to != inquiry_state_RESUBMISSION;
}

// While the customer had to answer, or was content, the agreement's clock stood.
static bool clock_stood(struct request *rq, const struct inquiry *before, struct inquiry *row)
{
    if (before->has_waiting_since)
        return sla_stood(rq, row, before->waiting_since, rq->now_us);
    if (!inquiry_is_open(before->state) && before->has_solved_at && inquiry_is_open(row->state))
        return sla_stood(rq, row, before->solved_at, rq->now_us);
    return true;
}

bool inquiry_move_to(struct request *rq, struct inquiry *row, const struct inquiry_moving *moving)
{
    struct inquiry_editor editor = editor_of(rq);
    struct inquiry before = *row;
    struct inquiry_move move;

    if (!inquiry_moved(&before, moving, &editor, row, &move, &rq->err))
        return false;
    if (!move.to)
        return true;
    if (!clock_stood(rq, &before, row))
        return false;
    if (is_work(moving->to))
        inquiry_worked(rq, row);
    return note_move(rq, row, &move) && inquiry_write(rq, row);
}

bool inquiry_attachments(struct request *rq, struct id id, int64_t more)
{
    struct inquiry row;

    if (!inquiry_row(rq, id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "inquiry", TEXT_INQUIRY_UNKNOWN, NULL);
    row.has_attachments = true;
    row.attachments = row.attachments + more > 0 ? row.attachments + more : 0;
    return inquiry_write(rq, &row);
}

// --- by itself
static bool wake(struct request *rq, struct inquiry *row)
{
    bool back = row->state == inquiry_state_RESUBMISSION && row->has_resubmit_at &&
                row->resubmit_at <= rq->now_us;
    struct inquiry before = *row;
    struct inquiry_move move;

    (void)inquiry_note_missed(row, rq->now_us);
    if (!back)
        return inquiry_write(rq, row);
    before = *row;
    inquiry_returned(&before, rq->now_us, row, &move);
    return note_move(rq, row, &move) && inquiry_write(rq, row);
}

bool inquiries_tick(struct request *rq)
{
    struct walk_options options = { .index = inquiry_by_wake, .scope = &scope_house };
    struct inquiry *rows = arena_array(rq->arena, TICK_ROWS, sizeof *rows);
    size_t count = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);
    while (count < TICK_ROWS && walk_next(walk, &rows[count]) &&
           inquiry_wakes_at(&rows[count]) <= rq->now_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (!wake(rq, &rows[i]))
            return false;
    }
    return count == TICK_ROWS;
}
