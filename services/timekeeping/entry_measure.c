// SPDX-License-Identifier: Apache-2.0
// The time of a measure as an entry that follows it.
#include "services/timekeeping/blocks.h"
#include "services/timekeeping/entries.h"

#include "common/base/placeholder.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/entry_clock.h"
#include "services/timekeeping/entry_place.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/locks.h"
#include "services/timekeeping/measure.h"
#include "services/timekeeping/store_entry.h"

#define MINUTE_S 60
#define TEXT_MAX 1000

// What the measure says of its entry, but for the time.
static void take_words(struct request *rq, const struct measure *measure,
                       const struct service_kind *kind, struct entry *entry)
{
    static const struct placeholders nothing;

    entry->staff = measure->staff;
    entry->team = measure->team;
    entry->kind = kind->id;
    entry->key = kind->key;
    entry->chargeable = measure->chargeable;
    entry->article = measure->article ? measure->article : kind->article;
    entry->text = measure->text ? placeholder_fill(measure->text, &nothing, TEXT_MAX, rq->arena)
                                : entry_text(kind, entry, timekeeping_house(rq)->zone, rq->arena);
}

static bool write_measure(struct request *rq, const struct service_kind *kind,
                          const struct entry *before, struct entry *after)
{
    entry_find_rule(rq, kind, after);
    return row_trim(entry_record(), after, rq->arena, &rq->err) &&
           record_check(entry_record(), after, &rq->err) && locks_admit(rq, before, after) &&
           entry_write(rq, before, after);
}

static bool book(struct request *rq, const struct inquiry *inquiry, struct measure *measure,
                 const struct service_kind *kind)
{
    int64_t actual_s =
        kind->has_fixed_minutes ? kind->fixed_minutes * MINUTE_S : measure_seconds(measure);
    struct entry entry = { .id = new_id(rq),
                           .version = 1,
                           .edited_by = rq->actor,
                           .client = inquiry->client,
                           .state = entry_state_OPEN,
                           .origin = entry_origin_MEASURE,
                           .clock = measure->clock,
                           .inquiry = inquiry->id,
                           .measure = measure->id,
                           .contact = inquiry->contact,
                           .contact_name = inquiry->contact_name,
                           .number = inquiry->phone,
                           .file = inquiry->file,
                           .customer = inquiry->customer,
                           .raw_s = measure->raw_s,
                           .actual_s = actual_s,
                           .booked_at = rq->now_us,
                           .booked_by = rq->actor };
    struct file file;
    struct key key = key_of_id(inquiry->file);

    if (!id_is_zero(inquiry->file) &&
        table_get(rq->txn, &kept_file_table, &scope_house, &key, rq->arena, &file))
        entry.file_number = file.number;
    if (id_is_zero(entry.customer))
        entry_find_customer(rq, &entry);
    entry.began_at = measure->has_started_at ? measure->started_at
                                             : rq->now_us - SECONDS(measure_seconds(measure));
    entry.day = house_day(rq, entry.began_at);
    take_words(rq, measure, kind, &entry);
    // The clocks that the row of the measure has, as it is until its caller writes it.
    if (!write_measure(rq, kind, NULL, &entry) || !entry_clock_take(rq, &entry))
        return false;
    measure->entry = entry.id;
    measure->rounded_s = entry.rounded_s;
    measure->has_rounded_s = true;
    return true;
}

static int64_t left_of(int64_t whole_s, int64_t given_s)
{
    return whole_s > given_s ? whole_s - given_s : 0;
}

// What its parts have been given stays theirs. A time that was corrected at the entry stays until
// the measure's is another.
static bool adjust_time(struct request *rq, const struct measure *before,
                        const struct measure *measure, bool fixed, struct entry *entry)
{
    struct entry_editor editor = { rq->arena, rq->now_us, rq->actor };
    bool split = entry->has_split && entry->split;

    if (split && !entry->has_split_raw_s) // else the parts would not add up any more
        return true;
    if (before && before->raw_s == measure->raw_s &&
        measure_seconds(before) == measure_seconds(measure))
        return true;
    entry->raw_s = left_of(measure->raw_s, entry->split_raw_s);
    return fixed || entry_correct_time(entry, left_of(measure_seconds(measure), entry->split_s),
                                       text_german(TEXT_ENTRY_MEASURE_CHANGED), &editor, &rq->err);
}

static bool adjust(struct request *rq, const struct measure *before, const struct entry *row,
                   struct measure *measure, const struct service_kind *kind)
{
    struct entry after = *row;

    take_words(rq, measure, kind, &after);
    if (!adjust_time(rq, before, measure, kind->has_fixed_minutes, &after))
        return false;
    if (!row_equal(entry_record(), row, &after) && !write_measure(rq, kind, row, &after))
        return false;
    measure->rounded_s = after.rounded_s;
    measure->has_rounded_s = true;
    return true;
}

static bool take_away(struct request *rq, const struct entry *row, struct measure *measure)
{
    struct entry after = *row;
    struct entry_editor editor = { rq->arena, rq->now_us, rq->actor };
    struct err what = entry_move_said(TEXT_ENTRY_MOVE_DELETED);

    after.state = entry_state_DELETED;
    measure->entry = (struct id){ { 0 } };
    measure->has_rounded_s = false;
    return entry_add_move(&after, &what, text_german(TEXT_ENTRY_MEASURE_FREE), &editor, &rq->err) &&
           locks_admit(rq, row, &after) && entry_write(rq, row, &after) &&
           entry_clock_free(rq, row);
}

bool entry_for_measure(struct request *rq, const struct inquiry *inquiry,
                       const struct measure *before, struct measure *measure)
{
    struct service_kind kind;
    struct entry row;
    struct key key = key_of_id(measure->entry);
    bool known = !id_is_zero(measure->entry) &&
                 table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row);

    if (known && row.state == entry_state_DELETED)
        return true; // somebody deleted it, with a reason
    if (id_is_zero(measure->kind))
        return !known || take_away(rq, &row, measure);
    if (!kind_find(rq, measure->kind, NULL, &kind))
        return false;
    if (known)
        return adjust(rq, before, &row, measure, &kind);
    return (!measure->has_raw_s && !measure->has_actual_s) || book(rq, inquiry, measure, &kind);
}
