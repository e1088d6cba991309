// SPDX-License-Identifier: Apache-2.0
// Each index names the query that needs it.
#include "services/contacts/store_people.h"

#include <string.h>

struct key id_time_key(struct id id, int64_t time_us)
{
    struct key key = key_of_id(id);
    key_int(&key, time_us);
    return key;
}

struct key time_key(int64_t time_us)
{
    struct key key;
    key_init(&key);
    key_int(&key, time_us);
    return key;
}

// As two ids, so that no byte has a meaning.
struct key hash_key(struct bytes hash)
{
    struct id halves[2] = { { { 0 } } };
    struct key key;
    size_t size = hash.size < sizeof halves ? hash.size : sizeof halves;
    key_init(&key);
    if (size > 0)
        memcpy(halves, hash.data, size);
    key_id(&key, halves[0]);
    key_id(&key, halves[1]);
    return key;
}

// --- clients' people
static void member_key(const void *row, struct key *key)
{
    key_id(key, ((const struct member *)row)->id);
}

static void member_client_keys(const void *row, struct keys *keys)
{
    struct key key = key_of_id(((const struct member *)row)->client);
    keys_add(keys, &key);
}

static const struct index member_indexes[] = {
    { "member.by_client", member_client_keys, .query = "the people of a client" },
};
const struct index *const member_by_client = &member_indexes[0];

const struct table member_table = {
    .name = "member",
    .number = 60,
    .record = member_record,
    .key = member_key,
    .indexes = member_indexes,
    .index_count = COUNT_OF(member_indexes),
};

// --- absences
static void absence_key(const void *row, struct key *key)
{
    key_id(key, ((const struct absence *)row)->id);
}

static void absence_staff_keys(const void *row, struct keys *keys)
{
    const struct absence *absence = row;
    struct key key = id_time_key(absence->staff, absence->until);
    keys_add(keys, &key);
}

static const struct index absence_indexes[] = {
    { "absence.by_staff", absence_staff_keys, .query = "who is away now, and until when" },
};
const struct index *const absence_by_staff = &absence_indexes[0];

const struct table absence_table = {
    .name = "absence",
    .number = 61,
    .record = absence_record,
    .key = absence_key,
    .indexes = absence_indexes,
    .index_count = COUNT_OF(absence_indexes),
};

// --- told messages
static void told_key(const void *row, struct key *key)
{
    key_id(key, ((const struct message_told *)row)->id);
}

static void told_contact_keys(const void *row, struct keys *keys)
{
    const struct message_told *told = row;
    struct key key = id_time_key(told->contact, told->told_at);
    keys_add(keys, &key);
}

static const struct index told_indexes[] = {
    { "message_told.by_contact", told_contact_keys, .query = "what a contact was told last" },
};
const struct index *const told_by_contact = &told_indexes[0];

const struct table told_table = {
    .name = "message_told",
    .number = 62,
    .record = message_told_record,
    .key = told_key,
    .indexes = told_indexes,
    .index_count = COUNT_OF(told_indexes),
    .grows = true,
};

// --- what telephony tells
static void diversion_key(const void *row, struct key *key)
{
    key_id(key, ((const struct client_diversion *)row)->id);
}

const struct table diversion_table = {
    .name = "client_diversion",
    .number = 63,
    .record = client_diversion_record,
    .key = diversion_key,
};

// --- deletions
static void notice_key(const void *row, struct key *key)
{
    key_id(key, ((const struct purge_notice *)row)->id);
}

static void notice_due_keys(const void *row, struct keys *keys)
{
    struct key key = time_key(((const struct purge_notice *)row)->delete_at);
    keys_add(keys, &key);
}

static const struct index notice_indexes[] = {
    { "purge_notice.due", notice_due_keys, .query = "who goes next" },
};
const struct index *const purge_notice_due = &notice_indexes[0];

const struct table purge_notice_table = {
    .name = "purge_notice",
    .number = 64,
    .record = purge_notice_record,
    .key = notice_key,
    .indexes = notice_indexes,
    .index_count = COUNT_OF(notice_indexes),
};

static void log_key(const void *row, struct key *key)
{
    key_id(key, ((const struct purge_entry *)row)->id);
}

const struct table purge_log_table = {
    .name = "purge_log",
    .number = 65,
    .record = purge_entry_record,
    .key = log_key,
};

static void kept_key(const void *row, struct key *key)
{
    key_id(key, ((const struct purge_kept *)row)->id);
}

static void kept_due_keys(const void *row, struct keys *keys)
{
    struct key key = time_key(((const struct purge_kept *)row)->undo_until);
    keys_add(keys, &key);
}

static const struct index kept_indexes[] = {
    { "purge_kept.due", kept_due_keys, .query = "what is gone for good now" },
};
const struct index *const purge_kept_due = &kept_indexes[0];

const struct table purge_kept_table = {
    .name = "purge_kept",
    .number = 66,
    .record = purge_kept_record,
    .key = kept_key,
    .indexes = kept_indexes,
    .index_count = COUNT_OF(kept_indexes),
};

static void mark_key(const void *row, struct key *key)
{
    key_id(key, ((const struct purge_mark *)row)->id);
}

const struct table purge_mark_table = {
    .name = "purge_mark",
    .number = 67,
    .record = purge_mark_record,
    .key = mark_key,
};

// --- appointments
static void appointment_key(const void *row, struct key *key)
{
    key_id(key, ((const struct appointment *)row)->id);
}

static void appointment_start_keys(const void *row, struct keys *keys)
{
    struct key key = time_key(((const struct appointment *)row)->starts_at);
    keys_add(keys, &key);
}

static void appointment_staff_keys(const void *row, struct keys *keys)
{
    const struct appointment *appointment = row;
    for (size_t i = 0; i < appointment->staff_count; i++) {
        struct key key = id_time_key(appointment->staff[i], appointment->starts_at);
        keys_add(keys, &key);
    }
}

static void appointment_contact_keys(const void *row, struct keys *keys)
{
    const struct appointment *appointment = row;
    if (id_is_zero(appointment->contact))
        return;
    struct key key = id_time_key(appointment->contact, appointment->starts_at);
    keys_add(keys, &key);
}

static const struct index appointment_indexes[] = {
    { "appointment.by_start", appointment_start_keys, .query = "what begins next" },
    { "appointment.by_staff", appointment_staff_keys, .query = "somebody's calendar" },
    { "appointment.by_contact", appointment_contact_keys, .query = "when we meet a contact" },
};
const struct index *const appointment_by_start = &appointment_indexes[0];
const struct index *const appointment_by_staff = &appointment_indexes[1];
const struct index *const appointment_by_contact = &appointment_indexes[2];

const struct table appointment_table = {
    .name = "appointment",
    .number = 68,
    .record = appointment_record,
    .key = appointment_key,
    .indexes = appointment_indexes,
    .index_count = COUNT_OF(appointment_indexes),
};

static void reminder_key(const void *row, struct key *key)
{
    key_id(key, ((const struct reminder *)row)->id);
}

static void reminder_due_keys(const void *row, struct keys *keys)
{
    const struct reminder *reminder = row;
    if (reminder->has_told_at || (reminder->has_off && reminder->off))
        return;
    struct key key = time_key(reminder->due_at);
    keys_add(keys, &key);
}

static const struct index reminder_indexes[] = {
    { "reminder.due", reminder_due_keys, .query = "who is to be reminded now" },
};
const struct index *const reminder_due = &reminder_indexes[0];

const struct table reminder_table = {
    .name = "reminder",
    .number = 69,
    .record = reminder_record,
    .key = reminder_key,
    .indexes = reminder_indexes,
    .index_count = COUNT_OF(reminder_indexes),
};

static void calendar_key_key(const void *row, struct key *key)
{
    key_id(key, ((const struct calendar_key *)row)->id);
}

static void calendar_hash_keys(const void *row, struct keys *keys)
{
    struct key key = hash_key(((const struct calendar_key *)row)->hash);
    keys_add(keys, &key);
}

static const struct index calendar_indexes[] = {
    { "calendar_key.by_hash", calendar_hash_keys, .unique = true, .field = "hash",
      .query = "whose calendar a secret opens" },
};
const struct index *const calendar_by_hash = &calendar_indexes[0];

const struct table calendar_key_table = {
    .name = "calendar_key",
    .number = 70,
    .record = calendar_key_record,
    .key = calendar_key_key,
    .indexes = calendar_indexes,
    .index_count = COUNT_OF(calendar_indexes),
};
