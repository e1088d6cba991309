// SPDX-License-Identifier: Apache-2.0
// Makes the rows of the board of what is known now, and tells the log what has changed.
#include "services/notifier/rows.h"

#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/notifier/board.h"
#include "services/notifier/desk.h"
#include "services/notifier/rows_file.h"

// Rows that one step makes again; each writes itself and up to two facts. Large rows make it fewer:
// they all lie in the arena, together with the page of facts that is being followed.
#define JOBS_LOOKED_AT 8
#define AGAIN_MAX      150
#define AGAIN_BYTES    ((size_t)6 << 20)
#define AGAIN_JOB      "board_again"
#define CHAIN_MAX      20 // merges from one contact to the next

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
}

// --- what is known of the people in a call
size_t rows_aliases(struct request *rq, struct id *ids, size_t room)
{
    size_t count = 1;

    for (size_t i = 0; i < count; i++) {
        struct walk_options options = { .index = &shown_merged_by_to,
                                        .scope = &scope_house,
                                        .prefix = key_of_id(ids[i]) };
        struct walk *walk = walk_open(rq->txn, &shown_merged_table, &options, rq->arena);
        struct contact_merged merged;

        while (count < room && walk_next(walk, &merged))
            ids[count++] = merged.id;
        walk_close(walk);
    }
    return count;
}

const struct contact *rows_contact(struct request *rq, struct id *id)
{
    struct contact *contact = arena_alloc(rq->arena, sizeof *contact);

    for (int steps = 0; contact && steps <= CHAIN_MAX; steps++) {
        struct key key = key_of_id(*id);
        struct contact_merged merged;

        if (table_get(rq->txn, &shown_contact_table, &scope_house, &key, rq->arena, contact))
            return contact;
        if (!table_get(rq->txn, &shown_merged_table, &scope_house, &key, rq->arena, &merged))
            return NULL;
        *id = merged.to;
    }
    return NULL;
}

static bool know_contacts(struct request *rq, const struct call *call, struct board_known *known)
{
    struct caller_match matches[BOARD_CALLERS_MAX];
    size_t count = board_matches(call, matches);

    for (size_t i = 0; i < count; i++) {
        struct id now = matches[i].contact;

        known->contacts[i] = rows_contact(rq, &now);
        if (!rows_parts(rq, call->client, now, &known->parts[i]))
            return full(rq);
    }
    return true;
}

static bool know_client(struct request *rq, const struct call *call, struct board_known *known)
{
    struct key key = key_of_id(call->client);
    struct client_row *client = arena_alloc(rq->arena, sizeof *client);

    if (!client)
        return full(rq);
    if (table_get(rq->txn, &shown_client_table, &scope_house, &key, rq->arena, client))
        known->client = client;
    return true;
}

static bool know_staff(struct request *rq, const struct call *call, struct board_known *known)
{
    const char *phones[BOARD_PHONES_MAX];
    size_t count = board_phones(call, phones);

    for (size_t i = 0; i < count; i++) {
        struct walk_options options = { .index = &shown_staff_by_extension, .scope = &scope_house };
        struct staff *staff = arena_alloc(rq->arena, sizeof *staff);
        struct walk *walk;

        if (!staff)
            return full(rq);
        key_init(&options.prefix);
        key_str(&options.prefix, phones[i]);
        walk = walk_open(rq->txn, &shown_staff_table, &options, rq->arena);
        if (walk_next(walk, staff))
            known->staff[i] = staff;
        walk_close(walk);
    }
    return true;
}

// --- rows of the board
// The row as it was, gone; its version is the next one, so that followers take it for news.
static void tell_gone(struct request *rq, const struct board_call *row)
{
    struct board_call tombstone = *row;

    tombstone.version++;
    emit(rq, "board_call", &tombstone, true);
}

static void take_off(struct request *rq, const struct board_call *row)
{
    struct key key = key_of_id(row->id);

    tell_gone(rq, row);
    table_del(rq->txn, &board_call_table, &key);
}

static bool put_on(struct request *rq, const struct board_call *before, struct board_call *row)
{
    row->version = before ? before->version + 1 : row_first_version(rq);
    if (before && board_shrinks(before, row)) {
        // Whoever no longer sees the row learns that it is gone; all others see it come back.
        tell_gone(rq, before);
        row->version++;
    }
    if (!table_put(rq->txn, &board_call_table, row, &rq->err))
        return false;
    emit(rq, "board_call", row, false);
    return true;
}

bool rows_place(struct request *rq, const struct call *call)
{
    struct key key = key_of_id(call->id);
    struct board_known known = { .client = NULL };
    struct board_call before, row;
    bool was = table_get(rq->txn, &board_call_table, &scope_house, &key, rq->arena, &before);

    if (!was && !board_holds(call))
        return true;
    if (!know_contacts(rq, call, &known) || !know_client(rq, call, &known) ||
        !know_staff(rq, call, &known) || !board_make(call, &known, rq->arena, &row, &rq->err))
        return false;
    if (was && board_same(&before, &row))
        return true;
    if (!put_on(rq, was ? &before : NULL, &row))
        return false;
    if (!board_holds(call))
        take_off(rq, &row); // how it ended has been shown
    return true;
}

void rows_remove(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct board_call row;

    if (table_get(rq->txn, &board_call_table, &scope_house, &key, rq->arena, &row))
        take_off(rq, &row);
}

static bool make_again(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct board_call row;

    if (!table_get(rq->txn, &board_call_table, &scope_house, &key, rq->arena, &row))
        return true;
    return rows_place(rq, row.call);
}

// A table must not be written while it is walked, so the ids come first.
struct again {
    struct id ids[AGAIN_MAX];
    size_t count;
    bool more; // there are rows behind the last one
};

bool rows_full(const struct request *rq)
{
    return arena_used(rq->arena) > AGAIN_BYTES;
}

static void again_find(struct request *rq, const struct walk_options *options, struct again *again)
{
    struct walk *walk = walk_open(rq->txn, &board_call_table, options, rq->arena);
    struct board_call row;

    while (!again->more && walk_next(walk, &row)) {
        again->more = again->count == AGAIN_MAX || (again->count > 0 && rows_full(rq));
        if (!again->more)
            again->ids[again->count++] = row.id;
    }
    walk_close(walk);
}

static struct key key_of(const struct rows_by *by)
{
    struct key key = key_of_id(by->id);

    if (!by->phone)
        return key;
    key_init(&key);
    key_str(&key, by->phone);
    return key;
}

bool rows_again(struct request *rq, const struct rows_by *by, size_t by_count)
{
    struct again again = { .count = 0, .more = rows_full(rq) };

    for (size_t i = 0; i < by_count && !again.more; i++) {
        struct walk_options options = { .index = &board_call_indexes[by[i].index],
                                        .scope = &scope_house,
                                        .prefix = key_of(&by[i]) };
        again_find(rq, &options, &again);
    }
    for (size_t i = 0; i < again.count && !again.more; i++) {
        if (!make_again(rq, again.ids[i]))
            return false;
        again.more = rows_full(rq);
    }
    if (again.more)
        rows_all_again(rq);
    return true;
}

// Two kinds may take turns: a few of the youngest are looked at.
bool rows_job_waits(struct request *rq, const char *kind)
{
    struct walk_options options = { .scope = &scope_house, .down = true };
    struct walk *walk = walk_open(rq->txn, &job_table, &options, rq->arena);
    struct job job;
    bool waits = false;

    for (int i = 0; i < JOBS_LOOKED_AT && !waits && walk_next(walk, &job); i++)
        waits = text_equal(job.kind, kind) && job.place.size == 0 && !job.has_finished;
    walk_close(walk);
    return waits;
}

void rows_all_again(struct request *rq)
{
    if (!rows_job_waits(rq, AGAIN_JOB))
        job_begin(rq, AGAIN_JOB, (struct bytes){ NULL, 0 });
}

// --- the job: the whole board, a chunk at a time
static void job_after(const struct job *job, struct key *after)
{
    struct id id;

    key_init(after);
    if (job->place.size != sizeof id.bytes)
        return;
    memcpy(id.bytes, job->place.data, sizeof id.bytes);
    key_id(after, id);
}

// Each row that is made again writes up to three, hence a third of `rows`. One that cannot be made
// stays as it is: it must not keep the others from being made.
static bool again_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct walk_options options = { .scope = &scope_house };
    struct again again = { .count = 0 };
    size_t made = 0;
    char *place;

    job_after(job, &options.after);
    again_find(rq, &options, &again);
    while (made < again.count && (made == 0 || (3 * made + 3 <= rows && !rows_full(rq)))) {
        if (!make_again(rq, again.ids[made]))
            rq->err = (struct err){ .code = ERR_NONE };
        made++;
    }
    *ret_last = made == again.count && !again.more;
    if (made == 0)
        return true;
    place = arena_text(rq->arena, again.ids[made - 1].bytes, sizeof again.ids[0].bytes);
    if (!place)
        return full(rq);
    job->place = (struct bytes){ (const uint8_t *)place, sizeof again.ids[0].bytes };
    job->done += (int64_t)made;
    return true;
}

const struct job_kind notifier_jobs[NOTIFIER_JOBS] = {
    { .name = AGAIN_JOB, .chunk = again_chunk },
    { .name = DESK_JOB, .chunk = desk_again_chunk },
};
