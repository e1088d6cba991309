// SPDX-License-Identifier: Apache-2.0
// Entries follow the clock that they took, and the note of their call.
#include <string.h>

#include "common/wire/change.h"
#include "services/timekeeping/blocks.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_entry.h"

#define PARTS_MAX   50
#define ENTRIES_MAX 50 // of one call

// Time that nobody corrected by hand is the clock's.
static bool follows(const struct entry *entry)
{
    bool counting = entry->has_counting && entry->counting;

    return entry->corrections_count == 0 && entry->rule != rule_level_FIXED &&
           (counting || entry->actual_s == entry->raw_s);
}

bool entry_for_clock(struct request *rq, const struct clock *clock)
{
    struct key key = key_of_id(clock->entry);
    struct entry row, after;

    if (id_is_zero(clock->entry) || clock->state != clock_state_STOPPED ||
        !table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row) ||
        row.state != entry_state_OPEN || (row.has_split && row.split))
        return true;
    after = row;
    after.has_counting = after.counting = false;
    after.raw_s = clock->raw_s;
    if (follows(&row))
        after.actual_s = clock->actual_s;
    // No lock is asked: a run does not pin what still counts, and what is pinned is not open.
    return row_equal(entry_record(), &row, &after) || entry_write(rq, &row, &after);
}

bool entries_call_told(struct request *rq, const struct call *call)
{
    struct clock *clocks = arena_array(rq->arena, PARTS_MAX, sizeof *clocks);
    struct walk_options options = { .index = clock_by_call,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(call->id) };
    size_t count = 0;

    if (!clocks)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    while (count < PARTS_MAX && walk_next(walk, &clocks[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (!entry_for_clock(rq, &clocks[i]))
            return false;
    }
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
