// SPDX-License-Identifier: Apache-2.0
// Applying followed facts: each version once, what cannot be applied as its policy says.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/step/internal.h"

#define PARKED_US    SECONDS(10)
#define PARKED_TRIES 100 // in one step
#define SWEEP_ROWS   200
#define HOPS_MAX     8

bool follow_halt(struct server *server, struct txn *txn, struct following *following,
                 const char *why)
{
    struct cursor cursor;
    if (!cursor_get(txn, following->service, &cursor))
        cursor = (struct cursor){ .projection = server->service->projection };
    snprintf(cursor.halted, sizeof cursor.halted, "%s", why);
    cursor_put(txn, following->service, &cursor);
    following->state = FOLLOW_HALTED;
    server_log(server, "event=follow_halted service=%s why=\"%s\"", following->service, why);
    return false;
}

const struct follow *follow_of(const struct server *server, const char *service, const char *kind)
{
    for (size_t i = 0; i < server->service->follow_count; i++) {
        const struct follow *follow = &server->service->follows[i];
        if (strcmp(follow->service, service) == 0 && strcmp(follow->kind, kind) == 0)
            return follow;
    }
    return NULL;
}

static bool run_apply(struct request *rq, const struct follow *follow, const struct fact *fact,
                      const void *row)
{
    struct server *server = rq->server;
    char place[160];
    // Facts of one request share their cause: ids made for them must differ all the same.
    snprintf(place, sizeof place, "%s %s %" PRId64, fact->kind, id_text(fact->entity).text,
             fact->version);
    server->applying = place;
    server->emit_refused = false;
    bool applied = follow->apply(rq, fact, row) && !server->emit_refused;
    server->applying = NULL;
    if (!applied && rq->err.code == ERR_NONE)
        (void)fail(&rq->err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL);
    return applied;
}

static bool apply_row(struct server *server, struct txn *txn, const struct follow *follow,
                      const struct fact *fact, const void *row, struct err *err)
{
    struct txn *child = txn_child(txn);
    if (!child)
        return false;
    struct request rq = request_base(server, child);
    rq.id = id_is_zero(fact->cause) ? id_derive(fact->entity, fact->actor, (uint32_t)fact->version)
                                    : fact->cause;
    rq.hops = fact->hops;
    if (run_apply(&rq, follow, fact, row))
        return txn_merge(child);
    *err = rq.err;
    txn_drop(child);
    return false;
}

static bool decode_row(struct server *server, const struct follow *follow, const struct fact *fact,
                       void **ret_row, struct err *err)
{
    const struct record *record = proto_fact(follow->service, follow->kind)->record();
    *ret_row = arena_alloc(server->arena, record->size);
    if (!*ret_row)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    return decode(record, fact->row, DECODE_LENIENT, server->arena, *ret_row, err);
}

static void remember(struct txn *txn, const struct follow *follow, const struct fact *fact,
                     int64_t generation)
{
    // The cursor never goes back, so a tombstone is never followed by an older version.
    if (fact->deleted)
        followed_del(txn, follow->service, follow->kind, fact->entity);
    else
        followed_put(txn, follow->service, follow->kind, fact->entity, fact->version, generation);
}

// --- snapshots
struct number_name {
    char text[80];
};

static struct number_name number_name(const char *what, const char *service)
{
    struct number_name name;
    snprintf(name.text, sizeof name.text, "%s:%s", what, service);
    return name;
}

void follow_snapshot_begins(struct txn *txn, const struct following *following,
                            const struct cursor *cursor, bool again)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct fact fact;
    while (parked_next(txn, following->service, 0, arena, &fact)) {
        parked_del(txn, following->service, fact.seq);
        arena_reset(arena);
    }
    arena_free(arena);
    meta_put(txn, number_name("follow_parked", following->service).text, 0);
    if (again)
        meta_put(txn, number_name("follow_again", following->service).text, cursor->generation);
}

// All rows of a snapshot bear the log's head as their number; parked ones need numbers of their
// own, below those of the facts to come. There are never more rows than facts before them.
static int64_t parked_number(struct txn *txn, const struct cursor *cursor, const char *service,
                             const struct fact *fact)
{
    if (!cursor->snapshot)
        return fact->seq;
    struct number_name name = number_name("follow_parked", service);
    int64_t number = meta_get(txn, name.text, 0) + 1;
    meta_put(txn, name.text, number);
    return number;
}

// --- one fact
enum newness { FACT_NEWER, FACT_KNOWN };

static enum newness newness(struct txn *txn, const struct follow *follow, const struct fact *fact,
                            const struct cursor *cursor)
{
    int64_t version = 0, generation = 0;
    if (!followed_get(txn, follow->service, follow->kind, fact->entity, &version, &generation))
        return fact->deleted && !parked_has(txn, follow->service, follow->kind, fact->entity)
                   ? FACT_KNOWN
                   : FACT_NEWER;
    if (version < fact->version)
        return FACT_NEWER;
    if (generation == cursor->generation)
        return FACT_KNOWN;
    struct number_name again = number_name("follow_again", follow->service);
    if (cursor->snapshot && meta_get(txn, again.text, 0) == cursor->generation)
        return FACT_NEWER; // another projection makes something else of it
    followed_put(txn, follow->service, follow->kind, fact->entity, version, cursor->generation);
    return FACT_KNOWN;
}

static bool set_aside(struct server *server, struct txn *txn, struct following *following,
                      const struct fact *fact, const struct cursor *cursor, const char *why)
{
    const struct follow *follow = follow_of(server, following->service, fact->kind);
    struct fact parked = *fact;
    if (follow->policy == FOLLOW_STOP)
        return follow_halt(server, txn, following, why);
    parked.seq = parked_number(txn, cursor, follow->service, fact);
    parked_put(txn, follow->service, &parked, why);
    server_count(server, "facts_parked", 1);
    server_log(server, "event=fact_parked service=%s kind=%s seq=%lld why=\"%s\"", follow->service,
               fact->kind, (long long)fact->seq, why);
    return true;
}

bool follow_apply(struct server *server, struct txn *txn, struct following *following,
                  const struct fact *fact, const struct cursor *cursor)
{
    const struct follow *follow = follow_of(server, following->service, fact->kind);
    if (!follow || newness(txn, follow, fact, cursor) == FACT_KNOWN)
        return true;
    struct err err = { 0 };
    void *row = NULL;
    bool parked = parked_has(txn, follow->service, follow->kind, fact->entity);
    bool applied = !parked && fact->hops <= HOPS_MAX &&
                   decode_row(server, follow, fact, &row, &err) &&
                   apply_row(server, txn, follow, fact, row, &err);
    if (*txn_fault(txn))
        return false;
    if (!applied)
        return set_aside(server, txn, following, fact, cursor,
                         parked     ? "behind a parked fact"
                         : err.code ? err.english
                                    : "too many hops");
    remember(txn, follow, fact, cursor->generation);
    server_count(server, "facts_applied", 1);
    return true;
}

// --- what waits
static bool retry_one(struct server *server, struct txn *txn, const char *service,
                      const struct fact *fact)
{
    const struct follow *follow = follow_of(server, service, fact->kind);
    struct cursor cursor = { 0 };
    struct err err = { 0 };
    void *row;
    if (follow && (!decode_row(server, follow, fact, &row, &err) ||
                   !apply_row(server, txn, follow, fact, row, &err)))
        return false;
    parked_del(txn, service, fact->seq);
    // In the middle of a snapshot, what is applied now must not be swept at its end.
    bool known = cursor_get(txn, service, &cursor);
    if (follow)
        remember(txn, follow, fact, known ? cursor.generation : 0);
    server_count(server, "facts_unparked", 1);
    return true;
}

static void retry_service(struct server *server, struct txn *txn, const char *service)
{
    struct fact fact;
    int64_t after = 0;
    for (int i = 0; i < PARKED_TRIES; i++) {
        arena_reset(server->arena);
        if (!parked_next(txn, service, after, server->arena, &fact))
            return;
        int64_t seq = fact.seq;
        // When it went, the next one of this entity may go now.
        after = retry_one(server, txn, service, &fact) ? 0 : seq;
    }
}

void follow_retry_parked(struct server *server, struct txn *txn)
{
    if (server->now_us < server->parked_us)
        return;
    server->parked_us = server->now_us + PARKED_US;
    for (size_t i = 0; i < server->following_count; i++)
        retry_service(server, txn, server->following[i].service);
}

// --- sweeping
// A tombstone of which nothing is known but the id.
static bool sweep_one(struct server *server, struct txn *txn, struct following *following,
                      const struct cursor *cursor, const struct followed *gone)
{
    const struct follow *follow = follow_of(server, following->service, gone->kind);
    const struct record *record =
        follow ? proto_fact(follow->service, follow->kind)->record() : NULL;
    uint8_t *row = record ? arena_alloc(server->arena, record->size) : NULL;
    struct err err = { 0 };
    if (row) {
        memcpy(row + record_field(record, "id")->offset, &gone->entity, sizeof(struct id));
        struct fact fact = { .seq = cursor->snapshot_head + 1,
                             .kind = gone->kind,
                             .entity = gone->entity,
                             .version = gone->version + 1,
                             .at = server->now_us,
                             .actor = following->service,
                             .has_deleted = true,
                             .deleted = true };
        if (!apply_row(server, txn, follow, &fact, row, &err)) {
            server_count(server, "sweeps_refused", 1);
            if (follow->policy == FOLLOW_STOP)
                return follow_halt(server, txn, following, err.english);
        }
    }
    followed_del(txn, following->service, gone->kind, gone->entity);
    return true;
}

bool follow_sweep(struct server *server, struct txn *txn, struct following *following,
                  const struct cursor *cursor)
{
    const struct followed *gone;
    size_t count = followed_older(txn, following->service, cursor->generation, SWEEP_ROWS,
                                  server->arena, &gone);
    for (size_t i = 0; i < count; i++)
        if (!sweep_one(server, txn, following, cursor, &gone[i]))
            return false;
    return count < SWEEP_ROWS;
}
