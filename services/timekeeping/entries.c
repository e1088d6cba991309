// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entries.h"

#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/timekeeping/blocks.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/entry_clock.h"
#include "services/timekeeping/entry_place.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/locks.h"
#include "services/timekeeping/store_entry.h"
#include "services/timekeeping/store_inquiry.h"

#define MINUTE_S 60

static const struct id none;

static struct entry_editor editor_of(const struct request *rq)
{
    return (struct entry_editor){ rq->arena, rq->now_us, rq->actor };
}

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

bool entry_find(struct request *rq, struct id id, struct entry *out)
{
    return row_find(rq, &entry_table, id, out) && !file_hidden(rq, out->file);
}

bool entries_get(struct request *rq, struct id id, struct entry *out)
{
    return entry_find(rq, id, out) || fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_ENTRY_UNKNOWN, NULL);
}

// --- booking: what a call, a clock and the request say together
struct booking {
    const struct entry_new *in;
    struct service_kind kind;
    struct call call;   // its id is zero: none
    struct clock clock; // likewise
};

static bool book_staff(struct request *rq, const struct entry_new *in, struct entry *entry)
{
    struct staff staff;
    bool known = id_is_zero(in->staff) ? kept_actor(rq, &staff) : kept_staff(rq, in->staff, &staff);

    if (!known)
        return id_is_zero(in->staff) ||
               fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    entry->staff = staff.id;
    entry->team = staff.team;
    return true;
}

static bool book_source(struct request *rq, struct booking *booking, struct entry *entry)
{
    const struct entry_new *in = booking->in;
    struct clock *clock = &booking->clock;

    if (!id_is_zero(in->call) && !kept_call(rq, in->call, &booking->call))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    if (!entry_clock_find(rq, in, entry->staff, clock))
        return false;
    if (!id_is_zero(in->call) && !id_is_zero(clock->call) && !id_equal(in->call, clock->call))
        return fail(&rq->err, ERR_INVALID, "clock", TEXT_ENTRY_CLOCK_CALL, NULL);
    if (!id_is_zero(clock->call) && id_is_zero(in->call) &&
        !kept_call(rq, clock->call, &booking->call))
        booking->call = (struct call){ .version = 0 };
    entry->origin = !id_is_zero(in->attempt)                            ? entry_origin_ATTEMPT
                    : !id_is_zero(clock->call) || !id_is_zero(in->call) ? entry_origin_CALL
                    : !id_is_zero(clock->id)                            ? entry_origin_CLOCK
                                                                        : entry_origin_HAND;
    entry->call = id_is_zero(in->call) ? clock->call : in->call;
    entry->clock = clock->id;
    if (!id_is_zero(clock->staff)) {
        entry->staff = clock->staff;
        entry->team = clock->team;
    }
    return true;
}

static const struct id *first_of(const struct id *a, const struct id *b, const struct id *c)
{
    return !id_is_zero(*a) ? a : !id_is_zero(*b) ? b : c;
}

static struct id call_contact(const struct call *call)
{
    if (call->contact)
        return call->contact->contact;
    return call->shown_contact ? call->shown_contact->contact : none;
}

static const char *call_number(const struct call *call)
{
    return call->direction == call_direction_OUTBOUND ? call->called : call->caller;
}

// What a call or clock knew of its contact or file is left out where it is gone or locked; whoever
// sees the call sees them, however narrow the scope.
static bool book_place(struct request *rq, const struct booking *booking, struct entry *entry)
{
    const struct entry_new *in = booking->in;
    const struct call *call = &booking->call;
    const struct clock *clock = &booking->clock;
    struct entry_place place = { .customer = in->customer, .contact_name = in->contact_name };
    struct id of_call = call_contact(call);
    struct request house = *rq;
    struct contact contact;
    struct client_row client;

    house.scope = scope_house;
    entry->client = *first_of(&call->client, &clock->client, &none);
    place.contact = *first_of(&in->contact, &clock->contact, &of_call);
    struct id now = place.contact;
    place.contact_seen = id_is_zero(in->contact);
    if (place.contact_seen && !kept_contact(&house, &now, &contact))
        place.contact = none;
    bool named = !id_is_zero(in->file) || in->file_number;
    if (named && !file_find_by(rq, in->file, in->file_number, &place.file))
        return false;
    if (!named && !kept_file(&house, *first_of(&clock->file, &call->file, &none), &place.file))
        place.file = (struct file){ .version = 0 };
    if (id_is_zero(entry->client))
        entry->client = *first_of(&place.file.client, &in->client, &none);
    // The house's own file says that it is the house's.
    if (id_is_zero(entry->client) && id_is_zero(place.file.id) && !id_is_zero(place.contact) &&
        kept_contact(place.contact_seen ? &house : rq, &now, &contact))
        entry->client = contact.client;
    if (!id_is_zero(in->client) &&
        (!id_equal(in->client, entry->client) || !kept_client(rq, in->client, &client)))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_ENTRY_CLIENT, NULL);
    entry->contact_name = clock->contact_name ? clock->contact_name : call->caller_name;
    entry->number = in->number ? in->number : clock->number ? clock->number : call_number(call);
    if (!entry_put_at(rq, &place, entry))
        return false;
    if (id_is_zero(place.customer) && id_is_zero(place.file.id))
        entry_find_customer(rq, entry);
    return true;
}

// The note that is named, or the one of the call; found from the call later, if it is written
// later.
static bool book_note(struct request *rq, const struct entry_new *in, struct entry *entry)
{
    struct call_note note;
    struct inquiry inquiry;

    if (!id_is_zero(in->inquiry) &&
        (!row_find(rq, &inquiry_table, in->inquiry, &inquiry) || file_hidden(rq, inquiry.file)))
        return fail(&rq->err, ERR_NOT_FOUND, "inquiry", TEXT_ENTRY_INQUIRY_UNKNOWN, NULL);
    entry->inquiry = in->inquiry;
    if (!id_is_zero(in->note)) {
        if (!row_find(rq, &kept_note_table, in->note, &note))
            return fail(&rq->err, ERR_NOT_FOUND, "note", TEXT_NOTE_UNKNOWN, NULL);
        entry->note = in->note;
    } else if (!id_is_zero(entry->call)) {
        struct walk_options options = { .index = kept_note_by_call,
                                        .scope = &rq->scope,
                                        .prefix = key_of_id(entry->call) };
        struct walk *walk = walk_open(rq->txn, &kept_note_table, &options, rq->arena);
        if (walk_next(walk, &note))
            entry->note = note.id;
        walk_close(walk);
    }
    return true;
}

static int64_t given_seconds(int64_t minutes, int64_t seconds)
{
    return minutes * MINUTE_S + seconds;
}

// Minutes by hand beside a measured time are a correction of it; what is fixed is no correction.
static bool book_time(struct request *rq, const struct booking *booking, struct entry *entry)
{
    const struct entry_new *in = booking->in;
    const struct clock *clock = &booking->clock;
    bool given = in->has_minutes || in->has_seconds, measured = !id_is_zero(clock->id);
    int64_t given_s = given_seconds(in->minutes, in->seconds);
    struct entry_editor editor = editor_of(rq);

    if (!given && !measured && !booking->kind.has_fixed_minutes)
        return fail(&rq->err, ERR_INVALID, "minutes", TEXT_ENTRY_NO_TIME, NULL);
    if (measured) {
        entry->counting = entry->has_counting = clock->state != clock_state_STOPPED;
        entry->raw_s = entry->counting ? 0 : clock->raw_s;
        entry->actual_s = entry->counting ? 0 : clock->actual_s;
    } else if (given && id_is_zero(entry->call)) {
        entry->raw_s = entry->actual_s = given_s;
    }
    if (booking->kind.has_fixed_minutes && !given)
        entry->actual_s = booking->kind.fixed_minutes * MINUTE_S;
    if (given && !entry_correct_time(entry, given_s,
                                     in->reason ? in->reason : text_german(TEXT_ENTRY_TIME_GIVEN),
                                     &editor, &rq->err))
        return false;
    entry->began_at = in->has_began_at           ? in->began_at
                      : measured                 ? clock->started_at
                      : !id_is_zero(entry->call) ? booking->call.started_at
                                                 : rq->now_us - SECONDS(entry->actual_s);
    entry->day = house_day(rq, entry->began_at);
    return true;
}

static void book_words(struct request *rq, const struct booking *booking, struct entry *entry)
{
    const struct entry_new *in = booking->in;
    const struct service_kind *kind = &booking->kind;

    entry->kind = kind->id;
    entry->key = kind->key;
    entry->chargeable = in->has_chargeable ? in->chargeable : kind->chargeable;
    entry->article = in->article ? in->article : kind->article;
    entry->text =
        in->text ? in->text : entry_text(kind, entry, timekeeping_house(rq)->zone, rq->arena);
}

// An attempt of a dunning call is one entry for ever, whoever books it again (E10).
static struct id attempt_entry(struct id attempt)
{
    return id_of_name("entry of attempt", id_text(attempt).text);
}

static bool attempt_booked(struct request *rq, struct id attempt, struct entry *out)
{
    if (id_is_zero(attempt))
        return false;
    struct key key = key_of_id(attempt_entry(attempt));
    return table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, out);
}

bool entries_book(struct request *rq, const struct entry_new *in, struct entry *out)
{
    struct booking *booking = arena_alloc(rq->arena, sizeof *booking);

    if (!booking)
        return full(rq);
    if (attempt_booked(rq, in->attempt, out))
        return entry_find(rq, out->id, out) || // never over what others booked
               fail(&rq->err, ERR_NOT_FOUND, "attempt", TEXT_ENTRY_UNKNOWN, NULL);
    booking->in = in;
    *out = (struct entry){
        .id = id_is_zero(in->attempt) ? new_id(rq) : attempt_entry(in->attempt),
        .attempt = in->attempt,
        .version = 1,
        .state = entry_state_OPEN,
        .booked_at = rq->now_us,
        .booked_by = rq->actor,
        .edited_by = rq->actor,
    };
    if (!kind_find(rq, in->kind, in->key, &booking->kind) || !book_staff(rq, in, out) ||
        !book_source(rq, booking, out) || !book_place(rq, booking, out) ||
        !book_note(rq, in, out) || !book_time(rq, booking, out))
        return false;
    book_words(rq, booking, out);
    entry_find_rule(rq, &booking->kind, out);
    // The table checks the fields as it writes.
    return row_trim(entry_record(), out, rq->arena, &rq->err) && locks_admit(rq, NULL, out) &&
           entry_write(rq, NULL, out) && entry_clock_take(rq, out);
}

// --- changes
// The row as it is, when it was seen so and is free.
static bool seen_free(struct request *rq, struct id id, int64_t version, struct entry *row)
{
    if (!entries_get(rq, id, row) || !entry_is_free(row, &rq->err))
        return false;
    return version == row->version || refuse_stale(rq, entry_record(), row);
}

static bool change(struct request *rq, const struct entry *before, struct entry *after)
{
    return row_trim(entry_record(), after, rq->arena, &rq->err) &&
           record_check(entry_record(), after, &rq->err) && locks_admit(rq, before, after) &&
           entry_write(rq, before, after);
}

// Blanks are no reason.
static bool trim(struct request *rq, const struct record *record, void *in)
{
    return row_trim(record, in, rq->arena, &rq->err) && record_check(record, in, &rq->err);
}

bool entries_correct(struct request *rq, const struct entry_correct_in *in, struct entry *out)
{
    struct entry row;
    struct entry_correct_in given = *in;
    struct entry_editor editor = editor_of(rq);

    if (!trim(rq, entry_correct_in_record(), &given) || !seen_free(rq, in->id, in->version, &row))
        return false;
    if (!in->has_minutes && !in->has_seconds)
        return fail(&rq->err, ERR_INVALID, "minutes", TEXT_ENTRY_NO_TIME, NULL);
    *out = row;
    if (!entry_correct_time(out, given_seconds(in->minutes, in->seconds), given.reason, &editor,
                            &rq->err))
        return false;
    return out->actual_s == row.actual_s || change(rq, &row, out);
}

bool entries_edit(struct request *rq, const struct entry_change *in, struct entry *out)
{
    struct given given = { entry_change_record(), in };
    struct service_kind kind;
    struct entry row;

    if (!seen_free(rq, in->id, in->version, &row) || !kind_find(rq, row.kind, NULL, &kind))
        return false;
    *out = row;
    row_take(entry_record(), out, given);
    struct entry_new refers = { .note = in->note, .inquiry = in->inquiry };
    struct entry checked = { .version = 1 };
    if (!row_clear(entry_record(), out, given, in->clear, in->clear_count, &rq->err) ||
        !book_note(rq, &refers, &checked))
        return false;
    if (in->has_chargeable) {
        out->chargeable = in->chargeable;
        entry_find_rule(rq, &kind, out);
    }
    return row_equal(entry_record(), &row, out) || change(rq, &row, out);
}

static bool named(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool clear_place(struct request *rq, const struct entry_move_in *in, struct entry *entry)
{
    for (size_t i = 0; i < in->clear_count; i++) {
        const char *name = in->clear[i];
        if (strcmp(name, "file") == 0) {
            entry->file = none;
            entry->file_number = NULL;
        } else if (strcmp(name, "contact") == 0) {
            entry->contact = none;
            entry->contact_name = NULL;
        } else if (strcmp(name, "customer") != 0) {
            return fail(&rq->err, ERR_INVALID, "clear", TEXT_ENTRY_CLEAR, name, NULL);
        }
    }
    if (named(in->clear, in->clear_count, "file"))
        entry_find_customer(rq, entry);
    if (named(in->clear, in->clear_count, "customer"))
        entry->customer = none;
    return true;
}

// Another client's file: whose call it was still counts, the former file does not.
static void forget_client(struct request *rq, struct entry *entry)
{
    struct call call;
    struct key key = key_of_id(entry->call);
    bool of_call = !id_is_zero(entry->call) &&
                   table_get(rq->txn, &kept_call_table, &scope_house, &key, rq->arena, &call);

    if (!id_is_zero(entry->file))
        entry->client = of_call ? call.client : none;
}

// What follows from another kind, where the entry had it of the former one.
static bool take_kind(struct request *rq, const struct service_kind *was,
                      const struct service_kind *kind, struct entry *entry)
{
    struct entry_editor editor = editor_of(rq);

    entry->kind = kind->id;
    entry->key = kind->key;
    if (text_equal(entry->article, was->article))
        entry->article = kind->article;
    if (entry->chargeable == was->chargeable)
        entry->chargeable = kind->chargeable;
    if (!kind->has_fixed_minutes && entry->rule != rule_level_FIXED)
        return true;
    return entry_correct_time(
        entry, kind->has_fixed_minutes ? kind->fixed_minutes * MINUTE_S : entry->raw_s,
        text_german(TEXT_ENTRY_OTHER_KIND), &editor, &rq->err);
}

static struct err said_move(const struct entry *before, const struct entry *after)
{
    struct text_word none_word = text_word(TEXT_ENTRY_MOVE_NO_FILE);
    struct text_word customer = text_word(TEXT_ENTRY_MOVE_CUSTOMER);
    struct text_word contact = text_word(TEXT_ENTRY_MOVE_CONTACT);
    bool kind = !id_equal(before->kind, after->kind);
    struct err what = { 0 };

    (void)fail(&what, ERR_INVALID, NULL, TEXT_ENTRY_MOVED, kind ? before->key : "", kind ? " " : "",
               before->file_number ? before->file_number : none_word.text, kind ? after->key : "",
               kind ? " " : "", after->file_number ? after->file_number : none_word.text,
               id_equal(before->customer, after->customer) ? "" : customer.text,
               id_equal(before->contact, after->contact) ? "" : contact.text, NULL);
    return what;
}

static struct err said_split(enum text_id text, int64_t part_s, int64_t whole_s)
{
    struct err what = { 0 };

    (void)fail(&what, ERR_INVALID, NULL, text, int_text(part_s).text, int_text(whole_s).text, NULL);
    return what;
}

// Moves `out` (a copy of `row`) to where the request says.
static bool move(struct request *rq, const struct entry_move_in *in, const struct entry *row,
                 struct entry *out)
{
    struct entry_place *place = arena_alloc(rq->arena, sizeof *place);
    struct service_kind was, kind;
    const char *zone = timekeeping_house(rq)->zone;

    if (!place)
        return full(rq);
    if (!kind_find(rq, row->kind, NULL, &was) ||
        !file_find_by(rq, in->file, in->file_number, &place->file) || !clear_place(rq, in, out))
        return false;
    place->contact = in->contact;
    place->customer = in->customer;
    if (!id_is_zero(place->file.id))
        forget_client(rq, out);
    if (!entry_put_at(rq, place, out))
        return false;
    kind = was;
    if ((!id_is_zero(in->kind) || in->key) &&
        (!kind_find(rq, in->kind, in->key, &kind) || !take_kind(rq, &was, &kind, out)))
        return false;
    if (text_equal(row->text, entry_text(&was, row, zone, rq->arena)))
        out->text = entry_text(&kind, out, zone, rq->arena);
    entry_find_rule(rq, &kind, out);
    return true;
}

bool entries_rebook(struct request *rq, const struct entry_move_in *in, struct entry *out)
{
    struct entry row;
    struct entry_editor editor = editor_of(rq);

    if (!seen_free(rq, in->id, in->version, &row))
        return false;
    *out = row;
    if (!move(rq, in, &row, out))
        return false;
    if (row_equal(entry_record(), &row, out))
        return true;
    struct err what = said_move(&row, out);
    return entry_add_move(out, &what, in->reason, &editor, &rq->err) && change(rq, &row, out);
}

// --- splitting
static bool part_seconds(struct request *rq, const struct entry_split_in *in,
                         const struct entry *row, int64_t *ret)
{
    bool by_time = in->has_seconds || in->has_minutes;

    if (by_time == in->has_percent)
        return fail(&rq->err, ERR_INVALID, "seconds", TEXT_ENTRY_SPLIT_HOW, NULL);
    *ret = by_time ? given_seconds(in->minutes, in->seconds)
                   : row->actual_s / 100 * in->percent + row->actual_s % 100 * in->percent / 100;
    if (*ret > 0 && *ret < row->actual_s)
        return true;
    return fail(&rq->err, ERR_INVALID, by_time ? "seconds" : "percent", TEXT_ENTRY_SPLIT_SIZE,
                int_text(row->actual_s).text, NULL);
}

static struct entry part_of(struct request *rq, const struct entry *row)
{
    struct entry part = *row;

    part.id = new_id(rq);
    part.clock = part.measure = part.attempt = none;
    part.split_from = row->id;
    part.corrections_count = part.moves_count = 0;
    part.has_split = part.split = part.has_split_raw_s = part.has_split_s = false;
    part.split_raw_s = part.split_s = 0;
    part.booked_at = rq->now_us;
    part.booked_by = rq->actor;
    return part;
}

bool entries_split(struct request *rq, const struct entry_split_in *in, struct entry_parts *out)
{
    struct entry *rest = arena_alloc(rq->arena, sizeof *rest);
    struct entry *part = arena_alloc(rq->arena, sizeof *part);
    struct entry_editor editor = editor_of(rq);
    struct entry row;
    int64_t part_s;

    if (!rest || !part)
        return full(rq);
    if (!seen_free(rq, in->id, in->version, &row))
        return false;
    if (row.has_counting && row.counting)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_ENTRY_COUNTING, NULL);
    if (!part_seconds(rq, in, &row, &part_s))
        return false;
    struct entry_move_in where = { .file = in->file,
                                   .file_number = in->file_number,
                                   .contact = in->contact,
                                   .customer = in->customer };
    *rest = row;
    *part = part_of(rq, &row);
    entry_divide(rest, part, part_s);
    struct err given = said_split(TEXT_ENTRY_SPLIT_GIVEN, part_s, row.actual_s);
    struct err taken = said_split(TEXT_ENTRY_SPLIT_TAKEN, part_s, row.actual_s);
    *out = (struct entry_parts){ .entry = rest, .part = part };
    return move(rq, &where, &row, part) &&
           entry_add_move(rest, &given, in->reason, &editor, &rq->err) &&
           entry_add_move(part, &taken, in->reason, &editor, &rq->err) && change(rq, &row, rest) &&
           change(rq, NULL, part) &&
           // What is rounded with the part may have changed the rest.
           entries_get(rq, rest->id, rest);
}

// --- taking back
static bool delete_entry(struct request *rq, const struct entry *row, enum text_id text,
                         const char *reason, struct entry *out)
{
    struct entry_editor editor = editor_of(rq);
    struct err what = entry_move_said(text);

    *out = *row;
    out->state = entry_state_DELETED;
    out->has_counting = out->counting = false;
    if (!entry_add_move(out, &what, reason, &editor, &rq->err) || !change(rq, row, out))
        return false;
    return entry_clock_free(rq, row);
}

bool entries_delete(struct request *rq, const struct entry_delete_in *in, struct entry *out)
{
    struct entry row;
    struct entry_delete_in given = *in;

    return trim(rq, entry_delete_in_record(), &given) && seen_free(rq, in->id, in->version, &row) &&
           delete_entry(rq, &row, TEXT_ENTRY_MOVE_DELETED, given.reason, out);
}

bool entries_undo(struct request *rq, struct entry *out)
{
    struct walk_options options = { .index = entry_by_booker,
                                    .scope = &rq->scope,
                                    .prefix = entry_booker_key(rq->actor),
                                    .down = true };
    struct entry row;
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    bool found = walk_next(walk, &row);

    walk_close(walk);
    if (!found || file_hidden(rq, row.file))
        return fail(&rq->err, ERR_NOT_FOUND, NULL, TEXT_ENTRY_NOTHING_BOOKED, NULL);
    if (row.state == entry_state_DELETED)
        return fail(&rq->err, ERR_CONFLICT, NULL, TEXT_ENTRY_UNDONE, NULL);
    if (!id_is_zero(row.split_from) || (row.has_split && row.split))
        return fail(&rq->err, ERR_CONFLICT, NULL, TEXT_ENTRY_UNDO_SPLIT, NULL);
    return delete_entry(rq, &row, TEXT_ENTRY_MOVE_UNDONE, NULL, out);
}
