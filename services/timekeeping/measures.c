// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/measures.h"

#include "common/base/civil.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "common/wire/change.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/measure_rows.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define TICK_ROWS      40 // see callbacks.c
#define MINUTE_S       60
#define CLOCK_TEXT_MAX 400 // as in clock_begin

static struct inquiry_editor editor_of(struct request *rq)
{
    return (struct inquiry_editor){ rq->arena, rq->now_us, rq->actor };
}

static bool is_open(const struct measure *row)
{
    return row->state != measure_state_DONE;
}

static bool is_stale(struct request *rq, const struct measure *row, bool has_version,
                     int64_t version)
{
    return has_version && version != row->version && !refuse_stale(rq, measure_record(), row);
}

// --- finding one
static bool running_of(struct request *rq, struct id staff, struct measure *ret)
{
    struct walk_options options = { .index = measure_running,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(staff) };
    struct walk *walk = walk_open(rq->txn, &measure_table, &options, rq->arena);
    bool found = walk_next(walk, ret);

    walk_close(walk);
    return found;
}

static bool by_place(struct request *rq, const char *text, struct measure *ret)
{
    struct inquiry_number number;
    struct inquiry inquiry;
    int64_t place;

    if (!measure_number_read(text, civil_date(house_day(rq, rq->now_us)).year, &number, &place))
        return fail(&rq->err, ERR_INVALID, "measure", TEXT_MEASURE_NUMBER, text, NULL);
    struct key key = inquiry_text_key(number.text);
    if (!table_get_by(rq->txn, inquiry_by_number, &inquiry_table, &scope_house, &key, rq->arena,
                      &inquiry))
        return false;
    struct walk_options options = { .index = measure_by_inquiry,
                                    .scope = &rq->scope,
                                    .prefix = inquiry_place_key(inquiry.id, place) };
    struct walk *walk = walk_open(rq->txn, &measure_table, &options, rq->arena);
    bool found = walk_next(walk, ret);
    walk_close(walk);
    return found;
}

bool measure_named(struct request *rq, struct measure_name name, struct measure *ret,
                   struct inquiry *ret_inquiry)
{
    struct staff me;
    bool found = false;

    if (!id_is_zero(name.id))
        found = row_find(rq, &measure_table, name.id, ret);
    else if (name.text)
        found = by_place(rq, name.text, ret);
    else if (!name.or_running)
        return fail(&rq->err, ERR_INVALID, "measure", TEXT_MEASURE_WHICH, NULL);
    else if (!kept_actor(rq, &me) || !running_of(rq, me.id, ret))
        return fail(&rq->err, ERR_NOT_FOUND, "measure", TEXT_MEASURE_NONE_RUNS, NULL);
    else
        found = true;
    if (found && inquiry_row(rq, ret->inquiry, ret_inquiry) && !inquiry_hidden(rq, ret_inquiry))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, name.text ? "measure" : "id", TEXT_MEASURE_UNKNOWN, NULL);
}

// --- what it refers to
static bool take_staff(struct request *rq, struct id staff, struct measure *row)
{
    struct staff person = { 0 };

    if (id_is_zero(staff) ? !kept_actor(rq, &person) : false)
        return true;
    if (!id_is_zero(staff) && !refers_staff(rq, staff, "staff", &person))
        return false;
    row->staff = person.id;
    row->team = person.team;
    return true;
}

static bool find_kind(struct request *rq, struct id id, struct service_kind *ret)
{
    struct key key = key_of_id(id);

    *ret = (struct service_kind){ .chargeable = true };
    if (id_is_zero(id) ||
        (table_get(rq->txn, &service_kind_table, &scope_house, &key, rq->arena, ret) &&
         !(ret->has_off && ret->off)))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "kind", TEXT_MEASURE_KIND, NULL);
}

static bool still_open(struct request *rq, const struct inquiry *inquiry)
{
    return inquiry->state != inquiry_state_CLOSED ||
           fail(&rq->err, ERR_CONFLICT, "inquiry", TEXT_INQUIRY_REOPEN, inquiry->number, NULL);
}

// Today's duration: what its member of staff talked in the inquiry's calls today.
static bool take_today(struct request *rq, const struct inquiry *inquiry, struct measure *row)
{
    int64_t from_us = house_day_begins(rq, house_day(rq, rq->now_us));
    int64_t until_us = house_day_begins(rq, house_day(rq, rq->now_us) + 1), talked_ms = 0;
    struct staff staff;

    for (size_t i = 0; kept_staff(rq, row->staff, &staff) && i < inquiry->calls_count; i++) {
        struct key key = key_of_id(inquiry->calls[i]);
        struct call call;
        if (table_get(rq->txn, &kept_call_table, &scope_house, &key, rq->arena, &call))
            talked_ms += measure_talked_ms(&call, &staff, from_us, until_us);
    }
    if (talked_ms == 0)
        return fail(&rq->err, ERR_INVALID, "today", TEXT_MEASURE_NO_CALLS, NULL);
    row->has_actual_s = true;
    row->actual_s = (talked_ms + 500) / 1000;
    row->has_by_clock = row->by_clock = false;
    return true;
}

// --- its clock
// A clock of its member of staff measures it: calls in between do not count, and a forgotten one is
// reminded of and ends. Of nobody's the time between start and stop counts.
static bool run(struct request *rq, const struct inquiry *inquiry, struct measure *row)
{
    struct clock_begin begin = { .staff = row->staff, .inquiry = inquiry->id };
    struct clock clock;

    if (!measure_begin(row, rq->now_us) || id_is_zero(row->staff))
        return true;
    if (row->text && text_length(row->text) <= CLOCK_TEXT_MAX)
        begin.text = row->text;
    if (row->clocks_count == MEASURE_CLOCKS_MAX)
        return fail(&rq->err, ERR_CONFLICT, "measure", TEXT_MEASURE_CLOCKS, NULL);
    return clocks_start_for(rq, &begin, row->id, &clock) &&
           (measure_add_clock(rq->arena, row, clock.id) ||
            fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL));
}

// Its clock may have run into its limit just now, which stopped the measure as well.
static bool look_at_clock(struct request *rq, struct measure *row)
{
    struct key key = key_of_id(row->id);

    if (!row->has_running_since || id_is_zero(row->clock))
        return true;
    return clock_again(rq, row->clock) &&
           (table_get(rq->txn, &measure_table, &scope_house, &key, rq->arena, row) ||
            fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MEASURE_UNKNOWN, NULL));
}

static bool halt(struct request *rq, struct measure *row)
{
    struct clock clock;

    if (!row->has_running_since || !clock_row(rq, row->clock, &clock)) {
        (void)measure_halt(row, rq->now_us);
        return true;
    }
    if (clock.state != clock_state_STOPPED &&
        !clocks_end(rq, &(struct clock_move){ .id = clock.id }, &clock))
        return false;
    measure_take_clock(row, &clock);
    return true;
}

// --- the commands
// Also one that is only started: staff, kind and what follows of them.
static bool make(struct request *rq, const struct inquiry *inquiry, const struct measure_new *in,
                 struct measure *out)
{
    struct service_kind kind;

    *out = (struct measure){ .id = new_id(rq),
                             .version = 1,
                             .inquiry = inquiry->id,
                             .place = inquiry->measures + 1,
                             .client = inquiry->client,
                             .state = measure_state_OPEN,
                             .added_at = rq->now_us,
                             .added_by = rq->actor,
                             .edited_at = rq->now_us,
                             .edited_by = rq->actor };
    if (!still_open(rq, inquiry) ||
        !(in->key ? kind_find(rq, in->kind, in->key, &kind) : find_kind(rq, in->kind, &kind)))
        return false;
    row_take(measure_record(), out, (struct given){ measure_new_record(), in });
    out->inquiry = inquiry->id;
    if (in->key)
        out->kind = kind.id;
    if (in->has_minutes && !in->has_actual_s) {
        out->has_actual_s = true;
        out->actual_s = in->minutes * MINUTE_S;
    }
    if (!in->has_chargeable)
        out->chargeable = inquiry->chargeable && kind.chargeable;
    if (!out->article)
        out->article = kind.article;
    return take_staff(rq, in->staff, out);
}

bool measures_add(struct request *rq, const struct measure_new *in, struct measure *out)
{
    struct inquiry_editor editor = editor_of(rq);
    struct inquiry inquiry;

    if (!inquiry_named(rq, in->inquiry, in->number, &inquiry) || !make(rq, &inquiry, in, out))
        return false;
    if (in->has_today && in->today && !take_today(rq, &inquiry, out))
        return false;
    if (in->has_done && in->done)
        measure_finish(out, rq->now_us);
    return measure_settle(out, &editor, &rq->err) && row_in_scope(rq, &measure_table, out, NULL) &&
           measure_write(rq, &inquiry, NULL, out);
}

bool measures_edit(struct request *rq, const struct measure_change *in, struct measure *out)
{
    struct inquiry_editor editor = editor_of(rq);
    struct service_kind kind;
    struct inquiry inquiry;
    struct measure row;

    if (!measure_named(rq, (struct measure_name){ in->id, in->measure, false }, &row, &inquiry) ||
        is_stale(rq, &row, true, in->version))
        return false;
    if (!measure_changed(&row, in, &editor, out, &rq->err) || !find_kind(rq, in->kind, &kind) ||
        (!id_is_zero(in->staff) && !take_staff(rq, in->staff, out)))
        return false;
    return row_equal(measure_record(), &row, out) || measure_write(rq, &inquiry, &row, out);
}

// Nobody works on two at once: the other one's time stands.
static bool halt_other(struct request *rq, struct inquiry *inquiry, const struct measure *row)
{
    struct measure other, before;
    struct inquiry others;

    if (id_is_zero(row->staff) || !running_of(rq, row->staff, &other) ||
        id_equal(other.id, row->id))
        return true;
    if (!look_at_clock(rq, &other))
        return false;
    before = other;
    if (!other.has_running_since)
        return true; // at its limit, and written so
    if (!halt(rq, &other))
        return false;
    if (id_equal(other.inquiry, inquiry->id))
        return measure_write(rq, inquiry, &before, &other);
    return !inquiry_row(rq, other.inquiry, &others) || measure_write(rq, &others, &before, &other);
}

static bool start_known(struct request *rq, struct measure_name name, const char *text,
                        struct measure *out)
{
    struct inquiry inquiry;
    struct measure row;

    if (!measure_named(rq, name, &row, &inquiry) || !still_open(rq, &inquiry) ||
        !look_at_clock(rq, &row))
        return false;
    *out = row;
    if (!is_open(&row))
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_MEASURE_DONE, NULL);
    if (row.has_running_since)
        return true; // whoever starts it twice has started it
    if (id_is_zero(out->staff) && !take_staff(rq, out->staff, out))
        return false;
    out->text = text ? text : out->text;
    return halt_other(rq, &inquiry, out) && run(rq, &inquiry, out) &&
           measure_write(rq, &inquiry, &row, out);
}

bool measures_start(struct request *rq, const struct measure_starting *in, struct measure *out)
{
    struct inquiry_editor editor = editor_of(rq);
    struct measure_new fresh = { .text = in->text,
                                 .kind = in->kind,
                                 .key = in->key,
                                 .has_remote = in->has_remote,
                                 .remote = in->remote };
    struct measure_name name = { in->id, NULL, false };
    struct inquiry inquiry;

    for (const char *c = in->number; c && *c; c++)
        name.text = *c == '/' ? in->number : name.text;
    if (!id_is_zero(in->id) || name.text)
        return start_known(rq, name, in->text, out);
    if (!inquiry_named(rq, in->inquiry, in->number, &inquiry) || !make(rq, &inquiry, &fresh, out))
        return false;
    return row_in_scope(rq, &measure_table, out, NULL) && halt_other(rq, &inquiry, out) &&
           run(rq, &inquiry, out) && measure_settle(out, &editor, &rq->err) &&
           measure_write(rq, &inquiry, NULL, out);
}

bool measures_stop(struct request *rq, const struct measure_stopping *in, struct measure *out)
{
    struct inquiry_editor editor = editor_of(rq);
    struct inquiry inquiry;
    struct measure row;

    if (!measure_named(rq, (struct measure_name){ in->id, in->measure, true }, &row, &inquiry))
        return false;
    if (!row.has_running_since)
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_MEASURE_STANDS, NULL);
    if (!look_at_clock(rq, &row))
        return false;
    *out = row;
    if (row.has_running_since && !halt(rq, out))
        return false;
    out->text = in->text ? in->text : out->text;
    return measure_settle(out, &editor, &rq->err) && measure_write(rq, &inquiry, &row, out);
}

bool measures_done(struct request *rq, const struct measure_ending *in, struct measure *out)
{
    struct inquiry_editor editor = editor_of(rq);
    struct service_kind kind;
    struct inquiry inquiry;
    struct measure row;

    if (!measure_named(rq, (struct measure_name){ in->id, in->measure, true }, &row, &inquiry) ||
        is_stale(rq, &row, in->has_version, in->version) || !find_kind(rq, in->kind, &kind) ||
        !look_at_clock(rq, &row))
        return false;
    *out = row;
    if (!is_open(&row))
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_MEASURE_DONE, NULL);
    row_take(measure_record(), out, (struct given){ measure_ending_record(), in });
    if (in->has_actual_s)
        out->has_by_clock = out->by_clock = false;
    if (!out->article)
        out->article = kind.article;
    if (id_is_zero(out->staff) && !take_staff(rq, out->staff, out))
        return false;
    if (in->has_today && in->today && !take_today(rq, &inquiry, out))
        return false;
    if (!halt(rq, out))
        return false;
    measure_finish(out, rq->now_us);
    return measure_settle(out, &editor, &rq->err) && measure_write(rq, &inquiry, &row, out);
}

// --- by itself
bool measures_tick(struct request *rq)
{
    struct walk_options options = { .index = measure_by_due, .scope = &scope_house };
    struct measure *rows = arena_array(rq->arena, TICK_ROWS, sizeof *rows);
    size_t count = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &measure_table, &options, rq->arena);
    while (count < TICK_ROWS && walk_next(walk, &rows[count]) && rows[count].due_at <= rq->now_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        rows[i].state = measure_state_DUE;
        rows[i].has_reminded_at = true;
        rows[i].reminded_at = rq->now_us;
        rows[i].version++;
        if (!measure_put(rq, &rows[i]))
            return false;
    }
    return count == TICK_ROWS;
}
