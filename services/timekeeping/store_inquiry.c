// SPDX-License-Identifier: Apache-2.0
// An inquiry changes while it is open, which is while it is young; then it rests.
#include "services/timekeeping/store_inquiry.h"

#include <stddef.h>

#include "services/timekeeping/inquiry.h"
#include "services/timekeeping/store.h"

#define ID_FIRST(record) _Static_assert(offsetof(struct record, id) == 0, #record)

// --- keys
struct key inquiry_text_key(const char *text)
{
    struct key key;

    key_init(&key);
    key_str(&key, text);
    return key;
}

struct key inquiry_time_key(int64_t opened_at)
{
    struct key key;

    key_init(&key);
    key_int(&key, opened_at);
    return key;
}

struct key inquiry_place_key(struct id id, int64_t opened_at)
{
    struct key key = key_of_id(id);

    key_int(&key, opened_at);
    return key;
}

struct key inquiry_due_key(const struct inquiry *row)
{
    return inquiry_time_key(inquiry_due_at(row));
}

struct key inquiry_priority_key(const struct inquiry *row)
{
    struct key key;

    key_init(&key);
    key_int_down(&key, row->priority);
    key_int(&key, inquiry_due_at(row));
    return key;
}

struct key inquiry_caller_key(struct id client, struct id contact, const char *phone)
{
    struct key key = key_of_id(client);

    key_id(&key, contact);
    if (id_is_zero(contact))
        key_str(&key, phone);
    return key;
}

// --- inquiries
ID_FIRST(inquiry);

static void add_place(struct keys *keys, struct id id, int64_t at)
{
    if (id_is_zero(id))
        return;
    struct key key = inquiry_place_key(id, at);
    keys_add(keys, &key);
}

static void number_keys(const void *row, struct keys *keys)
{
    struct key key = inquiry_text_key(((const struct inquiry *)row)->number);

    keys_add(keys, &key);
}

static void time_keys(const void *row, struct keys *keys)
{
    struct key key = inquiry_time_key(((const struct inquiry *)row)->opened_at);

    keys_add(keys, &key);
}

static void client_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    add_place(keys, inquiry->client, inquiry->opened_at);
}

static void contact_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    add_place(keys, inquiry->contact, inquiry->opened_at);
}

static void file_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    add_place(keys, inquiry->file, inquiry->opened_at);
}

static void staff_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    add_place(keys, inquiry->staff, inquiry->opened_at);
}

static void team_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    add_place(keys, inquiry->team, inquiry->opened_at);
}

static void call_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    for (size_t i = 0; i < inquiry->calls_count; i++) {
        struct key key = key_of_id(inquiry->calls[i]);
        keys_add(keys, &key);
    }
}

static void message_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;

    for (size_t i = 0; i < inquiry->message_ids_count; i++) {
        struct key key = inquiry_text_key(inquiry->message_ids[i]);
        keys_add(keys, &key);
    }
}

static void due_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;
    struct key key = inquiry_due_key(inquiry);

    if (inquiry_is_open(inquiry->state))
        keys_add(keys, &key);
}

static void priority_keys(const void *row, struct keys *keys)
{
    const struct inquiry *inquiry = row;
    struct key key = inquiry_priority_key(inquiry);

    if (inquiry_is_open(inquiry->state))
        keys_add(keys, &key);
}

static void caller_keys(const void *row, struct keys *keys)
{
    static const struct id nobody;
    const struct inquiry *inquiry = row;

    if (!inquiry_is_open(inquiry->state))
        return;
    if (!id_is_zero(inquiry->contact)) {
        struct key key = inquiry_caller_key(inquiry->client, inquiry->contact, NULL);
        keys_add(keys, &key);
    }
    if (inquiry->phone) {
        struct key key = inquiry_caller_key(inquiry->client, nobody, inquiry->phone);
        keys_add(keys, &key);
    }
}

static void wake_keys(const void *row, struct keys *keys)
{
    int64_t at = inquiry_wakes_at(row);
    struct key key = inquiry_time_key(at);

    if (at != INT64_MAX)
        keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "inquiry.by_number", number_keys, .unique = true, .field = "number",
      .query = "the inquiry of this number" },
    { "inquiry.by_time", time_keys, .query = "the newest inquiries" },
    { "inquiry.by_client", client_keys, .query = "the newest inquiries of a client" },
    { "inquiry.by_contact", contact_keys, .query = "the newest inquiries of a contact" },
    { "inquiry.by_file", file_keys, .query = "the newest inquiries about a file" },
    { "inquiry.by_staff", staff_keys, .query = "the newest inquiries of a member of staff" },
    { "inquiry.by_team", team_keys, .query = "the newest inquiries of a team" },
    { "inquiry.by_call", call_keys, .query = "to which inquiries a call belongs" },
    { "inquiry.by_message", message_keys, .query = "to which inquiry a reply belongs" },
    { "inquiry.open_by_due", due_keys, .query = "open inquiries, due first" },
    { "inquiry.open_by_priority", priority_keys, .query = "open inquiries, urgent first" },
    { "inquiry.open_by_caller", caller_keys, .query = "the open inquiries of who calls" },
    { "inquiry.by_wake", wake_keys, .query = "what comes back or misses its time next" },
};
const struct index *const inquiry_by_number = &indexes[0];
const struct index *const inquiry_by_time = &indexes[1];
const struct index *const inquiry_by_client = &indexes[2];
const struct index *const inquiry_by_contact = &indexes[3];
const struct index *const inquiry_by_file = &indexes[4];
const struct index *const inquiry_by_staff = &indexes[5];
const struct index *const inquiry_by_team = &indexes[6];
const struct index *const inquiry_by_call = &indexes[7];
const struct index *const inquiry_by_message = &indexes[8];
const struct index *const inquiry_open_by_due = &indexes[9];
const struct index *const inquiry_open_by_priority = &indexes[10];
const struct index *const inquiry_open_by_caller = &indexes[11];
const struct index *const inquiry_by_wake = &indexes[12];

const struct table inquiry_table = {
    .name = "inquiry",
    .number = 6,
    .record = inquiry_record,
    .key = row_id_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
    .grows = true,
};

// --- moves
ID_FIRST(inquiry_move);

static void move_keys(const void *row, struct keys *keys)
{
    const struct inquiry_move *move = row;

    add_place(keys, move->inquiry, move->place);
}

static const struct index move_by_inquiry = {
    .name = "inquiry_move.by_inquiry",
    .keys = move_keys,
    .query = "the moves of an inquiry in order",
};
const struct index *const inquiry_move_by_inquiry = &move_by_inquiry;

const struct table inquiry_move_table = {
    .name = "inquiry_move",
    .number = 7,
    .record = inquiry_move_record,
    .key = row_id_key,
    .indexes = &move_by_inquiry,
    .index_count = 1,
    .grows = true,
};

ID_FIRST(inquiry_year);

const struct table inquiry_year_table = {
    .name = "inquiry_year",
    .number = 40,
    .record = inquiry_year_record,
    .key = row_id_key,
};

ID_FIRST(hotline_call);

const struct table hotline_call_table = {
    .name = "hotline_call",
    .number = 41,
    .record = hotline_call_record,
    .key = row_id_key,
    .grows = true,
};

// --- measures
ID_FIRST(measure);

static void measure_inquiry_keys(const void *row, struct keys *keys)
{
    const struct measure *measure = row;

    add_place(keys, measure->inquiry, measure->place);
}

static void measure_staff_keys(const void *row, struct keys *keys)
{
    const struct measure *measure = row;

    add_place(keys, measure->staff, measure->added_at);
}

static void measure_time_keys(const void *row, struct keys *keys)
{
    struct key key = inquiry_time_key(((const struct measure *)row)->added_at);

    keys_add(keys, &key);
}

static void measure_due_keys(const void *row, struct keys *keys)
{
    const struct measure *measure = row;
    struct key key = inquiry_time_key(measure->due_at);

    if (measure->state == measure_state_OPEN && measure->has_due_at)
        keys_add(keys, &key);
}

static void measure_running_keys(const void *row, struct keys *keys)
{
    const struct measure *measure = row;
    struct key key = key_of_id(measure->staff);

    if (measure->has_running_since)
        keys_add(keys, &key);
}

static const struct index measure_indexes[] = {
    { "measure.by_inquiry", measure_inquiry_keys, .query = "the measures of an inquiry in order" },
    { "measure.by_staff", measure_staff_keys, .query = "the newest measures of somebody" },
    { "measure.by_time", measure_time_keys, .query = "the newest measures" },
    { "measure.by_due", measure_due_keys, .query = "which measure is due next" },
    { "measure.running", measure_running_keys, .query = "the measure that runs for somebody" },
};
const struct index *const measure_by_inquiry = &measure_indexes[0];
const struct index *const measure_by_staff = &measure_indexes[1];
const struct index *const measure_by_time = &measure_indexes[2];
const struct index *const measure_by_due = &measure_indexes[3];
const struct index *const measure_running = &measure_indexes[4];

const struct table measure_table = {
    .name = "measure",
    .number = 8,
    .record = measure_record,
    .key = row_id_key,
    .indexes = measure_indexes,
    .index_count = COUNT_OF(measure_indexes),
    .grows = true,
};

// --- service agreements
ID_FIRST(sla);

const struct table sla_table = {
    .name = "sla",
    .number = 9,
    .record = sla_record,
    .key = row_id_key,
};
