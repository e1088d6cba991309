// SPDX-License-Identifier: Apache-2.0
// The oldest rows say how far it is, so that nothing needs to be remembered: after a crash the next
// look finds what is left.
#include "services/telephony/retention.h"

#include "common/base/civil.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/store_missed.h"
#include "services/telephony/store_note.h"
#include "services/telephony/switchboard.h"

#define AT_ONCE  50 // rows of a kind; a note has its editions
#define EDITIONS 100
#define LOOK_US  SECONDS(60)

// --- calls: by their beginning; a live one stays
static size_t old_calls(struct request *rq, int64_t before_us, struct call *rows)
{
    struct walk_options options = { .index = call_by_start, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &call_table, &options, rq->arena);
    size_t count = 0;
    while (count < AT_ONCE && walk_next(walk, &rows[count]) && rows[count].started_at < before_us)
        count += rows[count].state == call_state_ENDED;
    walk_close(walk);
    return count;
}

static bool drop_calls(struct request *rq, int64_t before_us)
{
    struct call *rows = arena_array(rq->arena, AT_ONCE, sizeof *rows);
    size_t count = rows ? old_calls(rq, before_us, rows) : 0;
    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(rows[i].id);
        rows[i].version++;
        (void)table_del(rq->txn, &call_table, &key);
        emit(rq, "call", &rows[i], true);
    }
    return count == AT_ONCE;
}

// --- missed calls: by the last one, settled or not
static bool drop_missed(struct request *rq, int64_t before_us, bool done)
{
    struct missed *rows = arena_array(rq->arena, AT_ONCE, sizeof *rows);
    struct walk_options options = { .index = missed_by_last,
                                    .scope = &scope_house,
                                    .prefix = missed_done_key(done) };
    struct walk *walk = walk_open(rq->txn, &missed_table, &options, rq->arena);
    size_t count = 0;
    while (rows && count < AT_ONCE && walk_next(walk, &rows[count]) &&
           rows[count].last_at < before_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(rows[i].id);
        rows[i].version++;
        (void)table_del(rq->txn, &missed_table, &key);
        emit(rq, "missed", &rows[i], true);
    }
    return count == AT_ONCE;
}

// --- notes: by the time of their call; with all editions
// True when none is left.
static bool drop_editions(struct request *rq, struct id note)
{
    struct key *keys = arena_array(rq->arena, EDITIONS, sizeof *keys);
    struct walk_options options = { .scope = &scope_house, .prefix = key_of_id(note) };
    struct walk *walk = walk_open(rq->txn, &note_edition_table, &options, rq->arena);
    struct call_note row;
    size_t count = 0;
    while (keys && count < EDITIONS && walk_next(walk, &row))
        keys[count++] = note_edition_key(row.id, row.edition);
    walk_close(walk);
    for (size_t i = 0; i < count; i++)
        (void)table_del(rq->txn, &note_edition_table, &keys[i]);
    return count < EDITIONS;
}

static bool oldest_note(struct request *rq, int64_t before_us, struct call_note *out)
{
    struct walk_options options = { .index = note_by_time, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &note_table, &options, rq->arena);
    bool found = walk_next(walk, out) && out->called_at < before_us;
    walk_close(walk);
    return found;
}

static bool drop_notes(struct request *rq, int64_t before_us)
{
    struct call_note row;
    for (int i = 0; i < 2; i++) {
        if (!oldest_note(rq, before_us, &row))
            return false;
        if (!drop_editions(rq, row.id))
            return true;
        struct key key = key_of_id(row.id);
        row.version++;
        (void)table_del(rq->txn, &note_table, &key);
        emit(rq, "call_note", &row, true);
    }
    return true;
}

bool retention_step(struct request *rq)
{
    struct switchboard *board = rq->context;
    bool more = false;
    if (!board || rq->now_us < board->sweep_us)
        return false;
    if (board->keep_calls_us > 0) {
        int64_t before_us = rq->now_us - board->keep_calls_us;
        more = drop_calls(rq, before_us);
        more = drop_missed(rq, before_us, true) || more;
        more = drop_missed(rq, before_us, false) || more;
    }
    if (board->keep_notes_us > 0)
        more = drop_notes(rq, rq->now_us - board->keep_notes_us) || more;
    more = calls_expire(rq) || more;
    if (!more)
        board->sweep_us = rq->now_us + LOOK_US;
    return more;
}
