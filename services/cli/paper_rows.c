// SPDX-License-Identifier: Apache-2.0
// Columns and cells of inquiries and callbacks.
#include "services/cli/paper_rows.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/civil.h"

// --- inquiries
enum { DUE_CELL = 3, STATE_CELL = 1 };

void printed_inquiries_table(struct printing *printing, const char *title)
{
    static const struct printed_column columns[] = {
        { .title = TEXT_PAPER_NUMBER, .mm = 23 },
        { .title = TEXT_PAPER_PRIORITY, .mm = 23 },
        { .title = TEXT_PAPER_AGE, .mm = 13, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_DUE, .mm = 33, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_SUBJECT, .share = 3 },
        { .title = TEXT_PAPER_CONTACT, .share = 1.5 },
        { .title = TEXT_PAPER_PHONE, .mm = 31 },
        { .title = TEXT_PAPER_CLERK, .share = 1.2 },
        { .title = TEXT_PAPER_STATE, .mm = 24 },
    };
    printing_table(printing, title, columns, COUNT_OF(columns));
}

// Two digits are enough to see what has lain too long.
static const char *age_text(const struct printing *printing, int64_t since_us)
{
    int64_t minutes = (printing->now_us - since_us) / SECONDS(60);
    const char *day = printing->listing.cli->english ? "d" : "T";
    const char *text;
    if (minutes < 60)
        text = arena_format(printing->listing.page, "%" PRId64 " min", minutes < 0 ? 0 : minutes);
    else if (minutes < 48 * 60)
        text = arena_format(printing->listing.page, "%" PRId64 " h", minutes / 60);
    else
        text = arena_format(printing->listing.page, "%" PRId64 " %s", minutes / (24 * 60), day);
    return text ? text : "";
}

// When it shall be solved: as said, or else by agreement.
static bool due_of(const struct inquiry *inquiry, int64_t *ret_us)
{
    *ret_us = inquiry->has_due_at ? inquiry->due_at : inquiry->solve_by;
    if (!inquiry->has_due_at && !inquiry->has_solve_by)
        *ret_us = inquiry->respond_by;
    return inquiry->has_due_at || inquiry->has_solve_by ||
           (inquiry->has_respond_by && !inquiry->has_responded_at);
}

struct paper_row printed_inquiry(struct printing *printing, const struct inquiry *inquiry)
{
    struct paper_row row = { .kind = PAPER_ROW, .mark = printed_mark(inquiry->priority) };
    int64_t due_us;
    const char *due = NULL;
    if (due_of(inquiry, &due_us)) {
        bool overdue = due_us < printing->now_us;
        due = arena_format(printing->listing.page, "%s%s", overdue ? "! " : "",
                           printed_moment(printing, due_us));
        row.bold |= overdue ? 1u << DUE_CELL : 0;
        printing->overdue += overdue;
    }
    if (inquiry->priority == priority_URGENT)
        row.bold |= 1u << 1;
    const char *clerk = listing_name(&printing->listing, inquiry->staff);
    if (!*clerk)
        clerk = inquiry->department ? inquiry->department
                                    : listing_name(&printing->listing, inquiry->team);
    const char *texts[] = {
        inquiry->number,
        printed_pick(printing, priority_picks(), inquiry->priority),
        age_text(printing, inquiry->opened_at),
        due,
        inquiry->subject,
        inquiry->contact_name,
        inquiry->phone ? inquiry->phone : inquiry->email,
        clerk,
        printed_pick(printing, inquiry_state_picks(), inquiry->state),
    };
    memcpy(row.texts, texts, sizeof texts);
    return row;
}

const struct inquiry *inquiry_within(const struct record *record, const void *row)
{
    const struct field *field = record_field(record, "inquiry");
    if (strcmp(record->name, "inquiry") == 0 || !field || field->type != FIELD_ONE)
        return row;
    return *(const struct inquiry *const *)(const void *)((const char *)row + field->offset);
}

// --- callbacks
void printed_callbacks_table(struct printing *printing, const char *title)
{
    static const struct printed_column columns[] = {
        { .title = TEXT_PAPER_TIME, .mm = 24 },      { .title = TEXT_PAPER_STATE, .mm = 24 },
        { .title = TEXT_PAPER_PRIORITY, .mm = 23 },  { .title = TEXT_PAPER_CONTACT, .share = 1.5 },
        { .title = TEXT_PAPER_PHONE, .mm = 31 },     { .title = TEXT_PAPER_REASON, .share = 3 },
        { .title = TEXT_PAPER_STAFF, .share = 1.2 }, { .title = TEXT_PAPER_RESULT, .share = 1.5 },
    };
    printing_table(printing, title, columns, COUNT_OF(columns));
}

// "27.11. 00:33"
static const char *short_moment(const struct printing *printing, int64_t time_us)
{
    const char *text =
        arena_format(printing->listing.page, "%.6s %s", printed_moment(printing, time_us),
                     printed_clock(printing, time_us));
    return text ? text : "";
}

struct paper_row printed_callback(struct printing *printing, const struct callback *callback)
{
    struct paper_row row = { .kind = PAPER_ROW, .mark = printed_mark(callback->priority) };
    const char *until = callback->has_until ? printed_clock(printing, callback->until) : "";
    // A window that ends on another day says which.
    if (callback->has_until && listing_clock(&printing->listing, callback->until) / DAY_SECONDS !=
                                   listing_clock(&printing->listing, callback->from) / DAY_SECONDS)
        until = short_moment(printing, callback->until);
    const char *time =
        arena_format(printing->listing.page, "%s%s%s", printed_clock(printing, callback->from),
                     *until ? "–" : "", until);
    if (callback->state == callback_state_OVERDUE) {
        row.mark = PAPER_URGENT;
        row.bold |= 1u << STATE_CELL;
        printing->overdue++;
    }
    const char *staff = listing_name(&printing->listing, callback->staff);
    const char *texts[] = {
        time,
        printed_pick(printing, callback_state_picks(), callback->state),
        printed_pick(printing, priority_picks(), callback->priority),
        callback->contact_name,
        callback->number,
        callback->reason,
        *staff ? staff : listing_name(&printing->listing, callback->team),
        callback->result,
    };
    memcpy(row.texts, texts, sizeof texts);
    return row;
}
