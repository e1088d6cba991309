// SPDX-License-Identifier: Apache-2.0
// The former edition is kept beside before the next one takes its place.
#include "services/telephony/notes.h"

#include <string.h>

#include "common/step/rows.h"
#include "services/telephony/note.h"
#include "services/telephony/store.h"
#include "services/telephony/store_note.h"
#include "services/telephony/who.h"

#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000
#define HISTORY_MAX   200
#define SEEN_BY_MAX   21
#define CONTACT_NOTES 20 // of one contact that are looked at for a wish

static struct note_editor editor_of(const struct request *rq)
{
    return (struct note_editor){ rq->arena, rq->now_us, rq->actor };
}

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

// --- whom it concerns
static bool known_staff(struct request *rq, struct id id, struct staff *out)
{
    struct key key = key_of_id(id);
    return table_get(rq->txn, &known_staff_table, &scope_house, &key, rq->arena, out);
}

static bool check_staff(struct request *rq, const struct call_note *note)
{
    struct staff staff;
    for (size_t i = 0; i < note->to_staff_count; i++) {
        if (!known_staff(rq, note->to_staff[i], &staff) || (staff.has_left && staff.left))
            return fail(&rq->err, ERR_NOT_FOUND, "to_staff", TEXT_STAFF_UNKNOWN, NULL);
    }
    return true;
}

struct seen_by {
    struct id *staff, *teams;
    size_t staff_count, team_count;
};

static void add_id(struct id *ids, size_t *count, struct id id)
{
    for (size_t i = 0; i < *count; i++) {
        if (id_equal(ids[i], id))
            return;
    }
    if (*count < SEEN_BY_MAX && !id_is_zero(id))
        ids[(*count)++] = id;
}

static void add_staff(struct request *rq, struct id id, struct seen_by *seen_by)
{
    struct staff staff;
    add_id(seen_by->staff, &seen_by->staff_count, id);
    if (known_staff(rq, id, &staff))
        add_id(seen_by->teams, &seen_by->team_count, staff.team);
}

// Whoever wrote it, and whom it is for; and their teams.
static bool settle_staff(struct request *rq, struct call_note *note)
{
    struct seen_by seen_by = { .staff = arena_array(rq->arena, SEEN_BY_MAX, sizeof(struct id)),
                               .teams = arena_array(rq->arena, SEEN_BY_MAX, sizeof(struct id)) };
    struct id writer;
    if (!seen_by.staff || !seen_by.teams)
        return full(rq);
    if (id_parse(note->written_by, &writer))
        add_staff(rq, writer, &seen_by);
    for (size_t i = 0; i < note->to_staff_count; i++)
        add_staff(rq, note->to_staff[i], &seen_by);
    note->staff = seen_by.staff;
    note->staff_count = seen_by.staff_count;
    note->teams = seen_by.teams;
    note->teams_count = seen_by.team_count;
    return true;
}

static bool note_write(struct request *rq, struct call_note *note)
{
    if (!settle_staff(rq, note) || !row_in_scope(rq, &note_table, note, NULL) ||
        !table_put(rq->txn, &note_table, note, &rq->err))
        return false;
    emit(rq, "call_note", note, false);
    return true;
}

// --- what a note refers to
static bool find_call(struct request *rq, struct id id, struct note_call *of)
{
    if (id_is_zero(id))
        return true;
    struct call *call = arena_alloc(rq->arena, sizeof *call);
    if (!call)
        return full(rq);
    if (!row_find(rq, &call_table, id, call))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    of->call = call;
    return true;
}

static bool find_contact(struct request *rq, const struct note_new *in, struct note_call *of)
{
    struct id id = in->contact;
    struct contact contact;
    if (id_is_zero(id) && of->call && of->call->contact)
        id = of->call->contact->contact;
    if (id_is_zero(id) && of->call && of->call->shown_contact)
        id = of->call->shown_contact->contact;
    if (id_is_zero(id))
        return true;
    bool known = who_is_now(rq, id, &contact);
    struct id client = of->call ? of->call->client : in->client;
    if (known && id_equal(contact.client, client)) {
        of->contact_name = contact.name;
        return true;
    }
    return id_is_zero(in->contact) ||
           fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
}

static bool set_client(struct request *rq, struct id id, struct call_note *note)
{
    struct client_row client;
    if (id_is_zero(id) || !id_is_zero(note->call))
        return true;
    if (!row_find(rq, &known_client_table, id, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    note->client = id;
    note->client_name = client.name;
    return true;
}

static bool check_client(struct request *rq, const struct call_note *note)
{
    if (note->has_to_client && note->to_client && id_is_zero(note->client))
        return fail(&rq->err, ERR_INVALID, "to_client", TEXT_NOTE_NO_CLIENT, NULL);
    return true;
}

bool notes_add(struct request *rq, const struct note_new *in, struct call_note *out)
{
    struct note_editor editor = editor_of(rq);
    struct note_call of = { 0 };
    if (!find_call(rq, in->call, &of) || !find_contact(rq, in, &of) ||
        !note_make(in, &of, &editor, new_id(rq), out, &rq->err))
        return false;
    if (!out->contact_name && of.contact_name)
        out->contact_name = of.contact_name;
    return set_client(rq, in->client, out) && check_client(rq, out) && check_staff(rq, out) &&
           note_write(rq, out);
}

static bool check_contact(struct request *rq, const struct note_change *in,
                          const struct call_note *row)
{
    struct contact contact;
    if (id_is_zero(in->contact))
        return true;
    if (who_is_now(rq, in->contact, &contact) && id_equal(contact.client, row->client))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
}

bool notes_edit(struct request *rq, const struct note_change *in, struct call_note *out)
{
    struct note_editor editor = editor_of(rq);
    struct call_note row;
    if (!row_find(rq, &note_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_NOTE_UNKNOWN, NULL);
    if (in->edition != row.edition) {
        rq->current = request_encode(rq, call_note_record(), &row);
        return fail(&rq->err, ERR_CONFLICT, "edition", TEXT_STALE_EDIT, NULL);
    }
    if (!check_contact(rq, in, &row) || !note_apply(&row, in, &editor, out, &rq->err) ||
        !check_client(rq, out) || (in->to_staff_count > 0 && !check_staff(rq, out)))
        return false;
    if (out->version == row.version)
        return true;
    if (out->edition != row.edition && !table_put(rq->txn, &note_edition_table, &row, &rq->err))
        return false;
    return note_write(rq, out);
}

// --- finding
static struct id id_wanted(const struct note_query *query, const struct index **ret_index)
{
    const struct {
        struct id id;
        const struct index *index;
    } ways[] = { { query->call, note_by_call },
                 { query->file, note_by_file },
                 { query->contact, note_by_contact },
                 { query->staff, note_by_staff },
                 { query->client, note_by_client } };
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        *ret_index = ways[i].index;
        if (!id_is_zero(ways[i].id))
            return ways[i].id;
    }
    *ret_index = note_by_time;
    return (struct id){ 0 };
}

static bool same_or_any(struct id wanted, struct id id)
{
    return id_is_zero(wanted) || id_equal(wanted, id);
}

// Notes keep the id that was named; who is asked for may have been merged since, or with them.
static bool contact_fits(struct request *rq, struct id wanted, struct id id)
{
    return id_is_zero(wanted) || id_equal(who_id_now(rq, wanted), who_id_now(rq, id));
}

static bool fits(struct request *rq, const struct call_note *note, const struct note_query *query)
{
    bool staff = id_is_zero(query->staff);
    for (size_t i = 0; i < note->staff_count; i++)
        staff = staff || id_equal(note->staff[i], query->staff);
    return staff && same_or_any(query->call, note->call) &&
           same_or_any(query->client, note->client) &&
           contact_fits(rq, query->contact, note->contact) &&
           same_or_any(query->file, note->file) &&
           (!query->outcome || query->outcome == note->outcome);
}

static bool start_behind(struct request *rq, const struct note_query *query, struct id id,
                         struct walk_options *options)
{
    struct call_note last;
    if (id_is_zero(query->after))
        return true;
    if (!row_find(rq, &note_table, query->after, &last))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_NOTE_UNKNOWN, NULL);
    options->after =
        id_is_zero(id) ? note_time_key(last.called_at) : note_place_key(id, last.called_at);
    options->after_row = query->after;
    return true;
}

// One walk for each id by which notes may name whom they are about: together newest first.
struct reading {
    struct walk *walks[WHO_IDS_MAX];
    struct call_note *next; // of each walk
    bool more[WHO_IDS_MAX];
    size_t count;
};

static bool reading_open(struct request *rq, const struct note_query *query,
                         struct reading *reading)
{
    struct walk_options options = { .scope = &rq->scope, .down = true };
    struct id ids[WHO_IDS_MAX] = { id_wanted(query, &options.index) };
    size_t count = 1;
    if (options.index == note_by_contact)
        count = who_ids(rq, ids[0], ids, WHO_IDS_MAX);
    reading->next = arena_array(rq->arena, count, sizeof *reading->next);
    if (!reading->next)
        return full(rq);
    for (; reading->count < count; reading->count++) {
        size_t at = reading->count;
        if (!id_is_zero(ids[at]))
            options.prefix = key_of_id(ids[at]);
        if (!start_behind(rq, query, ids[at], &options))
            return false;
        reading->walks[at] = walk_open(rq->txn, &note_table, &options, rq->arena);
        reading->more[at] = walk_next(reading->walks[at], &reading->next[at]);
    }
    return true;
}

static void reading_close(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        walk_close(reading->walks[i]);
}

static bool is_before(const struct call_note *a, const struct call_note *b)
{
    if (a->called_at != b->called_at)
        return a->called_at > b->called_at;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes) > 0;
}

static bool reading_next(struct reading *reading, struct call_note *out)
{
    size_t best = reading->count;
    for (size_t i = 0; i < reading->count; i++) {
        if (reading->more[i] &&
            (best == reading->count || is_before(&reading->next[i], &reading->next[best])))
            best = i;
    }
    if (best == reading->count)
        return false;
    *out = reading->next[best];
    reading->more[best] = walk_next(reading->walks[best], &reading->next[best]);
    return true;
}

bool notes_list(struct request *rq, const struct note_query *query, struct note_page *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT;
    struct reading reading = { .count = 0 };
    struct call_note *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    bool opened = reading_open(rq, query, &reading);
    size_t count = 0, looked_at = 0;
    while (opened && count <= limit && looked_at++ < LOOKED_AT_MAX &&
           reading_next(&reading, &rows[count]))
        count += fits(rq, &rows[count], query);
    reading_close(&reading);
    out->more = count > limit || looked_at > LOOKED_AT_MAX;
    out->notes = rows;
    out->notes_count = count > limit ? limit : count;
    return opened;
}

// The present one first. Whoever may see the note may see how it came about.
bool notes_history(struct request *rq, struct id note, struct note_page *out)
{
    struct call_note *rows = arena_array(rq->arena, HISTORY_MAX + 1, sizeof *rows);
    size_t count = 1;
    if (!rows)
        return full(rq);
    if (!row_find(rq, &note_table, note, &rows[0]))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_NOTE_UNKNOWN, NULL);
    struct walk_options options = { .scope = &scope_house,
                                    .down = true,
                                    .prefix = key_of_id(note) };
    struct walk *walk = walk_open(rq->txn, &note_edition_table, &options, rq->arena);
    while (count <= HISTORY_MAX && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    out->more = count > HISTORY_MAX;
    out->notes = rows;
    out->notes_count = count > HISTORY_MAX ? HISTORY_MAX : count;
    return true;
}

// --- what others' facts do
static bool first_of_call(struct request *rq, struct id call, struct call_note *out)
{
    if (id_is_zero(call))
        return false;
    struct walk_options options = { .index = note_by_call,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(call) };
    struct walk *walk = walk_open(rq->txn, &note_table, &options, rq->arena);
    bool found = walk_next(walk, out);
    walk_close(walk);
    return found;
}

static bool note_of_line(struct request *rq, struct id call, struct id contact,
                         const struct note_line *line, struct call_note *out)
{
    struct note_editor editor = { rq->arena, line->at, line->by };
    struct note_call of = { 0 };
    struct note_new in = { .contact = contact, .outcome = note_outcome_DONE };
    struct call row;
    struct contact known;
    struct key key = key_of_id(call);
    if (!id_is_zero(call) && table_get(rq->txn, &call_table, &scope_house, &key, rq->arena, &row))
        of.call = &row;
    bool is_known = !id_is_zero(contact) && who_is_now(rq, contact, &known);
    if (is_known)
        of.contact_name = known.name;
    // Made of the line: whatever is repeated meets the same note.
    struct id id = id_of_name("note of line", id_text(line->id).text);
    if (!note_make(&in, &of, &editor, id, out, &rq->err))
        return false;
    if (id_is_zero(out->call) && is_known)
        out->client = known.client;
    if (!out->contact_name)
        out->contact_name = of.contact_name;
    return true;
}

bool note_add_line(struct request *rq, struct id call, struct id contact,
                   const struct note_line *line)
{
    struct call_note note;
    bool added;
    struct key key = key_of_id(id_of_name("note of line", id_text(line->id).text));
    if (table_get(rq->txn, &note_table, &scope_house, &key, rq->arena, &note))
        return true;
    bool found = first_of_call(rq, call, &note);
    if (!found && !note_of_line(rq, call, contact, line, &note))
        return false;
    int64_t version = note.version;
    if (!note_take_line(&note, line, rq->arena, &added, &rq->err))
        return false;
    if (!found)
        note.version = version;
    return !added || note_write(rq, &note);
}

bool notes_take_mail(struct request *rq, const struct mail_row *mail)
{
    struct call_note note;
    struct key key = key_of_id(mail->note);
    if (!table_get(rq->txn, &note_table, &scope_house, &key, rq->arena, &note))
        return true; // deleted by age meanwhile
    return note_take_mail(&note, mail, rq->arena, &rq->err) && note_write(rq, &note);
}

bool notes_take_contact(struct request *rq, const struct contact *contact)
{
    struct walk_options options = { .index = note_by_contact,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(contact->id) };
    struct call_note *rows = arena_array(rq->arena, CONTACT_NOTES, sizeof *rows);
    size_t count = 0;
    if (!rows)
        return full(rq);
    struct walk *walk = walk_open(rq->txn, &note_table, &options, rq->arena);
    for (size_t i = 0; i < CONTACT_NOTES && walk_next(walk, &rows[count]); i++)
        count += rows[count].new_caller != NULL;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        rows[i].new_caller = NULL;
        rows[i].version++;
        if (!note_write(rq, &rows[i]))
            return false;
    }
    return true;
}
