// SPDX-License-Identifier: Apache-2.0
// Entries follow the clock that they took, and the note of their call.
#include <string.h>

#include "common/wire/change.h"
#include "services/timekeeping/blocks.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/store_entry.h"

#define ENTRIES_MAX 50 // of one call

// Time that nobody corrected by hand is the clock's.
static bool follows(const struct entry *entry)
{
    bool counting = entry->has_counting && entry->counting;

    return entry->corrections_count == 0 && entry->rule != rule_level_FIXED &&
           (counting || entry->actual_s == entry->raw_s);
}

static int64_t at_least_0(int64_t value)
{
    return value > 0 ? value : 0;
}

bool entry_retime(struct request *rq, struct id id, struct entry_time *time)
{
    struct key key = key_of_id(id);
    struct entry row;

    time->over_s = time->rounded_s = 0;
    if (!table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row))
        return true;
    time->rounded_s = row.rounded_s;
    if (row.has_split && !row.has_split_raw_s)
        return true; // of before it was known what the parts have
    struct entry after = row;
    int64_t raw_s = at_least_0(time->raw_s - row.split_raw_s);
    if (row.state == entry_state_OPEN) {
        after.has_counting = after.counting = false;
        after.raw_s = raw_s;
        if (follows(&row))
            after.actual_s = at_least_0(time->actual_s - row.split_s);
    }
    int64_t kept_s = row.state == entry_state_DELETED ? 0 : after.raw_s;
    time->over_s = at_least_0(kept_s + row.split_raw_s - time->raw_s);
    // No lock is asked: what is pinned is not open, and what is not pinned yet is counted behind
    // this.
    if (!row_equal(entry_record(), &row, &after) && !entry_write(rq, &row, &after))
        return false;
    time->rounded_s = after.rounded_s;
    return true;
}

// A measure's entry has the time of the measure, which may have had several clocks.
static bool is_measures(struct request *rq, const struct clock *clock)
{
    struct key key = key_of_id(clock->entry);
    struct entry entry;

    return !id_is_zero(clock->measure) &&
           table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &entry) &&
           id_equal(entry.measure, clock->measure);
}

bool entry_for_clock(struct request *rq, struct clock *clock)
{
    struct entry_time time = { .raw_s = clock->raw_s, .actual_s = clock->actual_s };

    if (id_is_zero(clock->entry) || clock->state != clock_state_STOPPED || is_measures(rq, clock))
        return true;
    if (!entry_retime(rq, clock->entry, &time))
        return false;
    clock->has_overlap_s = time.over_s > 0;
    clock->overlap_s = time.over_s;
    return true;
}

static bool wants_note(const struct entry *entry, const struct call_note *note)
{
    return entry->state == entry_state_OPEN && id_is_zero(entry->note) &&
           strcmp(note->written_by, entry->booked_by) == 0;
}

bool entries_note_told(struct request *rq, const struct call_note *note)
{
    struct entry *entries = arena_array(rq->arena, ENTRIES_MAX, sizeof *entries);
    struct walk_options options = { .index = entry_by_call,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(note->call) };
    size_t count = 0;

    if (!entries)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (id_is_zero(note->call))
        return true;
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    while (count < ENTRIES_MAX && walk_next(walk, &entries[count]))
        count += wants_note(&entries[count], note);
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct entry after = entries[i];
        after.note = note->id;
        if (!entry_write(rq, &entries[i], &after))
            return false;
    }
    return true;
}
