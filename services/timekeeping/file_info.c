// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/file_info.h"

#include <string.h>

#include "common/step/rows.h"
#include "services/timekeeping/entry_list.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/store_entry.h"
#include "services/timekeeping/store_inquiry.h"

#define MINUTE_S      60
#define NOTES_SHOWN   5
#define ENTRIES_SHOWN 5
#define OPEN_SHOWN    10
#define OPEN_COUNTED  200

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static const char *name_of(struct request *rq, struct id id)
{
    struct staff staff;

    return kept_staff(rq, id, &staff) ? staff.name : NULL;
}

static bool last_notes(struct request *rq, struct file_info *out)
{
    struct call_note *notes = arena_array(rq->arena, NOTES_SHOWN, sizeof *notes);
    struct walk_options options = { .index = kept_note_by_file,
                                    .scope = &rq->scope,
                                    .prefix = key_of_id(out->file) };

    if (!notes)
        return full(rq);
    struct walk *walk = walk_open(rq->txn, &kept_note_table, &options, rq->arena);
    while (out->notes_count < NOTES_SHOWN && walk_next(walk, &notes[out->notes_count]))
        out->notes_count++;
    walk_close(walk);
    out->notes = notes;
    return true;
}

static bool last_entries(struct request *rq, struct file_info *out)
{
    struct entry_page page = { .more = false };
    struct entry_query query = { .file = out->file, .has_limit = true, .limit = ENTRIES_SHOWN };

    if (!entries_list(rq, &query, &page))
        return false;
    out->entries = page.entries;
    out->entries_count = page.entries_count;
    return true;
}

// Urgent ones first, then what is due, then the oldest: as on the board.
static bool comes_before(const struct inquiry *a, const struct inquiry *b)
{
    int64_t due_a = inquiry_due_at(a), due_b = inquiry_due_at(b);

    if (a->priority != b->priority)
        return a->priority > b->priority;
    return due_a != due_b ? due_a < due_b : a->opened_at < b->opened_at;
}

// Keeps the first ones of all, in order.
static void keep_first(struct inquiry *rows, size_t *count, const struct inquiry *row)
{
    size_t at = *count;

    while (at > 0 && comes_before(row, &rows[at - 1]))
        at--;
    if (at == OPEN_SHOWN)
        return;
    size_t moved = *count < OPEN_SHOWN ? *count - at : OPEN_SHOWN - 1 - at;
    memmove(&rows[at + 1], &rows[at], moved * sizeof *rows);
    rows[at] = *row;
    *count += *count < OPEN_SHOWN;
}

static enum walk_fit is_open(void *context, const void *row)
{
    (void)context;
    return inquiry_is_open(((const struct inquiry *)row)->state) ? WALK_TAKE : WALK_PASS;
}

static bool open_inquiries(struct request *rq, struct file_info *out)
{
    struct inquiry *rows = arena_array(rq->arena, OPEN_SHOWN, sizeof *rows);
    struct walk_options options = { .index = inquiry_by_file,
                                    .scope = &rq->scope,
                                    .prefix = key_of_id(out->file),
                                    .down = true,
                                    .fits = is_open };
    struct inquiry row;

    if (!rows)
        return full(rq);
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);
    while (out->open_inquiries < OPEN_COUNTED && walk_next(walk, &row)) {
        out->open_inquiries++;
        keep_first(rows, &out->inquiries_count, &row);
    }
    walk_close(walk);
    for (size_t i = 0; i < out->inquiries_count; i++)
        inquiry_show(rq, &rows[i]);
    out->inquiries = rows;
    return true;
}

bool file_info_read(struct request *rq, const struct file_info_in *in, struct file_info *out)
{
    struct file file = { .version = 0 };
    struct unbilled unbilled;

    if (!file_find_by(rq, in->file, in->file_number, &file))
        return false;
    if (id_is_zero(file.id))
        return fail(&rq->err, ERR_INVALID, "file", TEXT_ENTRY_FILE_MISSING, NULL);
    entries_unbilled(rq, file.id, &unbilled);
    *out = (struct file_info){ .file = file.id,
                               .number = file.number,
                               .title = file.title,
                               .state = file.state,
                               .client = file.client,
                               .lawyer = file.lawyer,
                               .lawyer_name = name_of(rq, file.lawyer),
                               .clerk = file.clerk,
                               .clerk_name = name_of(rq, file.clerk),
                               .unbilled_entries = unbilled.entries,
                               .unbilled_s = unbilled.actual_s,
                               .unbilled_minutes = (unbilled.rounded_s + MINUTE_S - 1) / MINUTE_S,
                               .has_unbilled_since = unbilled.entries > 0,
                               .unbilled_since = unbilled.since_us };
    return last_notes(rq, out) && last_entries(rq, out) && open_inquiries(rq, out);
}
