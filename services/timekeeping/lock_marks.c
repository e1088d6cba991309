// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/lock_marks.h"

#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_entry.h"

#define MARKS_MAX 50 // of one run and customer: each names at most 2,000 entries

static bool read_marks(struct request *rq, struct lock_marks *marks, const struct entry *entry)
{
    struct walk_options options = { .index = kept_voucher_by_run,
                                    .scope = &scope_house,
                                    .prefix = entry_run_key(entry->run, entry->customer) };

    *marks =
        (struct lock_marks){ .run = entry->run,
                             .customer = entry->customer,
                             .issued = arena_array(rq->arena, MARKS_MAX, sizeof *marks->issued) };
    if (!marks->issued)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &kept_voucher_table, &options, rq->arena);
    while (marks->count < MARKS_MAX && walk_next(walk, &marks->issued[marks->count]))
        marks->count += marks->issued[marks->count].state == voucher_state_ISSUED;
    walk_close(walk);
    return true;
}

static bool names(const struct voucher_mark *mark, struct id entry)
{
    for (size_t i = 0; i < mark->lines_count; i++) {
        if (id_equal(mark->lines[i], entry))
            return true;
    }
    return mark->lines_count == 0;
}

const struct voucher_mark *lock_mark_of(struct request *rq, struct lock_marks *marks,
                                        const struct entry *entry)
{
    bool read = marks->issued && id_equal(marks->run, entry->run) &&
                id_equal(marks->customer, entry->customer);

    if (!read && !read_marks(rq, marks, entry))
        return NULL;
    for (size_t i = 0; i < marks->count; i++) {
        if (names(&marks->issued[i], entry->id))
            return &marks->issued[i];
    }
    return NULL;
}
