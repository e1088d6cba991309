// SPDX-License-Identifier: Apache-2.0
// A note is changed for a few days, then rests: its indexes are of the time of the call, which
// never changes; contact and file may.
#include "services/telephony/store_note.h"

#include "common/base/compiler.h"

struct key note_time_key(int64_t called_at)
{
    struct key key;
    key_init(&key);
    key_int(&key, called_at);
    return key;
}

struct key note_place_key(struct id id, int64_t called_at)
{
    struct key key = key_of_id(id);
    key_int(&key, called_at);
    return key;
}

struct key note_edition_key(struct id note, int64_t edition)
{
    struct key key = key_of_id(note);
    key_int(&key, edition);
    return key;
}

static void note_key(const void *row, struct key *key)
{
    const struct call_note *note = row;
    key_id(key, note->id);
}

static void place(struct keys *keys, struct id id, int64_t called_at)
{
    if (id_is_zero(id))
        return;
    struct key key = note_place_key(id, called_at);
    keys_add(keys, &key);
}

static void call_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    place(keys, note->call, note->called_at);
}

static void client_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    place(keys, note->client, note->called_at);
}

static void contact_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    place(keys, note->contact, note->called_at);
}

static void file_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    place(keys, note->file, note->called_at);
}

static void staff_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    for (size_t i = 0; i < note->staff_count; i++)
        place(keys, note->staff[i], note->called_at);
}

static void time_keys(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    struct key key = note_time_key(note->called_at);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "call_note.by_call", call_keys, .query = "the notes of a call" },
    { "call_note.by_client", client_keys, .query = "the newest notes of a client" },
    { "call_note.by_contact", contact_keys, .query = "the newest notes with a contact" },
    { "call_note.by_file", file_keys, .query = "the newest notes about a case file" },
    { "call_note.by_staff", staff_keys, .query = "the newest notes for or by somebody" },
    { "call_note.by_time", time_keys, .query = "the newest notes; what is too old" },
};
const struct index *const note_by_call = &indexes[0];
const struct index *const note_by_client = &indexes[1];
const struct index *const note_by_contact = &indexes[2];
const struct index *const note_by_file = &indexes[3];
const struct index *const note_by_staff = &indexes[4];
const struct index *const note_by_time = &indexes[5];

const struct table note_table = {
    .name = "call_note",
    .number = 41,
    .record = call_note_record,
    .key = note_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
    .grows = true,
};

static void edition_key(const void *row, struct key *key)
{
    const struct call_note *note = row;
    *key = note_edition_key(note->id, note->edition);
}

const struct table note_edition_table = {
    .name = "call_note.edition",
    .number = 42,
    .record = call_note_record,
    .key = edition_key,
    .grows = true,
};

static void template_key(const void *row, struct key *key)
{
    const struct template *template = row;
    key_id(key, template->id);
}

const struct table template_table = {
    .name = "template",
    .number = 43,
    .record = template_record,
    .key = template_key,
};
