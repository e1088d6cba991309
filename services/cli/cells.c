// SPDX-License-Identifier: Apache-2.0
// The lists that can be written as tables, column by column, and their values.
#include "services/cli/cells.h"

#include <string.h>

#include "services/cli/print.h"
#include "services/cli/say.h"

static const struct list_column entry_columns[] = {
    { "began_at", 19, CELL_PLAIN, false },     { "staff", 22, CELL_NAMED, false },
    { "client", 24, CELL_NAMED, false },       { "file_number", 14, CELL_PLAIN, false },
    { "contact_name", 26, CELL_PLAIN, false }, { "number", 18, CELL_PLAIN, false },
    { "key", 7, CELL_PLAIN, false },           { "text", 44, CELL_PLAIN, false },
    { "article", 12, CELL_PLAIN, false },      { "chargeable", 13, CELL_PLAIN, false },
    { "raw_s", 14, CELL_SECONDS, true },       { "actual_s", 14, CELL_SECONDS, true },
    { "rounded_s", 15, CELL_SECONDS, true },   { "rule", 14, CELL_PLAIN, false },
    { "state", 14, CELL_PLAIN, false },        { "voucher", 14, CELL_PLAIN, false },
    { "origin", 12, CELL_PLAIN, false },       { "booked_at", 19, CELL_PLAIN, false },
    { "id", 38, CELL_PLAIN, false },
};

static const struct list_column inquiry_columns[] = {
    { "inquiry.number", 15, CELL_PLAIN, false },
    { "inquiry.opened_at", 19, CELL_PLAIN, false },
    { "inquiry.state", 15, CELL_PLAIN, false },
    { "inquiry.priority", 14, CELL_PLAIN, false },
    { "inquiry.channel", 10, CELL_PLAIN, false },
    { "inquiry.subject", 44, CELL_PLAIN, false },
    { "inquiry.contact_name", 26, CELL_PLAIN, false },
    { "inquiry.phone", 18, CELL_PLAIN, false },
    { "inquiry.email", 26, CELL_PLAIN, false },
    { "file_number", 14, CELL_PLAIN, false },
    { "inquiry.staff", 22, CELL_NAMED, false },
    { "inquiry.team", 16, CELL_NAMED, false },
    { "inquiry.department", 16, CELL_PLAIN, false },
    { "inquiry.client", 24, CELL_NAMED, false },
    { "inquiry.due_at", 19, CELL_PLAIN, false },
    { "inquiry.respond_by", 19, CELL_PLAIN, false },
    { "inquiry.solve_by", 19, CELL_PLAIN, false },
    { "inquiry.responded_at", 19, CELL_PLAIN, false },
    { "inquiry.resubmit_at", 19, CELL_PLAIN, false },
    { "inquiry.solved_at", 19, CELL_PLAIN, false },
    { "inquiry.closed_at", 19, CELL_PLAIN, false },
    { "inquiry.chargeable", 13, CELL_PLAIN, false },
    { "inquiry.measures", 13, CELL_PLAIN, true },
    { "inquiry.open_measures", 18, CELL_PLAIN, true },
    { "inquiry.text", 60, CELL_PLAIN, false },
    { "inquiry.solution", 60, CELL_PLAIN, false },
    { "inquiry.id", 38, CELL_PLAIN, false },
};

static const struct list_column callback_columns[] = {
    { "from", 19, CELL_PLAIN, false },         { "until", 19, CELL_PLAIN, false },
    { "state", 15, CELL_PLAIN, false },        { "priority", 14, CELL_PLAIN, false },
    { "contact_name", 26, CELL_PLAIN, false }, { "number", 18, CELL_PLAIN, false },
    { "reason", 50, CELL_PLAIN, false },       { "staff", 22, CELL_NAMED, false },
    { "team", 16, CELL_NAMED, false },         { "client", 24, CELL_NAMED, false },
    { "attempts", 11, CELL_PLAIN, true },      { "result", 40, CELL_PLAIN, false },
    { "done_at", 19, CELL_PLAIN, false },      { "created_at", 19, CELL_PLAIN, false },
    { "id", 38, CELL_PLAIN, false },
};

static const struct list_column call_columns[] = {
    { "started_at", 19, CELL_PLAIN, false },
    { "direction", 12, CELL_PLAIN, false },
    { "caller", 18, CELL_PLAIN, false },
    { "caller_name", 22, CELL_PLAIN, false },
    { "called", 18, CELL_PLAIN, false },
    { "client_name", 24, CELL_PLAIN, false },
    { "shown_contact.name", 26, CELL_PLAIN, false },
    { "queue", 16, CELL_PLAIN, false },
    { "agent", 13, CELL_PLAIN, false },
    { "answered_at", 19, CELL_PLAIN, false },
    { "ended_at", 19, CELL_PLAIN, false },
    { "talk_ms", 18, CELL_MILLIS, true },
    { "outcome", 18, CELL_PLAIN, false },
    { "transferred_to", 18, CELL_PLAIN, false },
    { "id", 38, CELL_PLAIN, false },
};

static const char *const pending_and_settled[] = { "state=pending", "state=settled", NULL };

const struct list_table list_tables[] = {
    { "entries", "entry_list", "Leistungen", "Entries", NULL, entry_columns,
      COUNT_OF(entry_columns) },
    { "inquiries", "inquiry_list", "Vorgänge", "Inquiries", NULL, inquiry_columns,
      COUNT_OF(inquiry_columns) },
    { "callbacks", "callback_list", "Rückrufe", "Callbacks", pending_and_settled, callback_columns,
      COUNT_OF(callback_columns) },
    { "calls", "call_list", "Anrufe", "Calls", NULL, call_columns, COUNT_OF(call_columns) },
};
const size_t list_table_count = COUNT_OF(list_tables);

// --- values
static struct sheet_value number_of(enum sheet_value_kind kind, int64_t number)
{
    return (struct sheet_value){ .kind = kind, .number = number };
}

struct cell_place cell_place(const struct record *record, const struct list_column *column)
{
    struct cell_place place = { .form = column->form };
    char name[64] = "";
    const char *dot = strchr(column->path, '.');
    size_t size = dot ? (size_t)(dot - column->path) : 0;
    if (dot && size < sizeof name) {
        memcpy(name, column->path, size);
        place.within = record_field(record, name);
        record = place.within ? place.within->record() : record;
    }
    place.field = record_field(record, dot ? dot + 1 : column->path);
    return place;
}

struct sheet_value cell_value(const struct listing *listing, const struct cell_place *place,
                              const void *row)
{
    const struct field *field = place->field;
    if (place->within)
        memcpy(&row, (const char *)row + place->within->offset, sizeof row);
    if (!field || !row || !field_present(field, row))
        return number_of(SHEET_NOTHING, 0);
    const char *at = (const char *)row + field->offset;
    int64_t number = 0;
    if (field->type == FIELD_INT || field->type == FIELD_TIME)
        memcpy(&number, at, sizeof number);
    if (place->form == CELL_SECONDS)
        return number_of(SHEET_MINUTES, number);
    if (place->form == CELL_MILLIS)
        return number_of(SHEET_MINUTES, (number + 500) / 1000);
    if (field->type == FIELD_TIME)
        return number_of(SHEET_MOMENT, listing_clock(listing, number));
    if (field->type == FIELD_INT)
        return number_of(SHEET_NUMBER, number);
    struct cli reading = *listing->cli;
    reading.arena = listing->page; // one row's texts, of many
    const char *text = place->form == CELL_NAMED
                           ? listing_name(listing, *(const struct id *)(const void *)at)
                           : print_value(&reading, field, row);
    return (struct sheet_value){ .kind = SHEET_TEXT, .text = text };
}

const char *cell_title(const struct listing *listing, const struct list_column *column,
                       const struct record *record)
{
    const struct record *inner;
    const void *nothing = NULL;
    const struct field *field = print_resolve(record, column->path, &nothing, &inner);
    const char *label = field ? print_label(listing->cli, field) : column->path;
    if (column->form != CELL_SECONDS && column->form != CELL_MILLIS)
        return label;
    const char *text = arena_format(listing->cli->arena, "%s (min)", label);
    return text ? text : label;
}
