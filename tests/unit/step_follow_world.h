// SPDX-License-Identifier: Apache-2.0
// A service that follows the desk, for the tests of following.
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/store/log.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct world {
    bool open;        // teams called "bad" can be applied, too
    int64_t applied;  // calls of apply that succeeded
    int64_t deleted;  // among them: tombstones
    int64_t emit_hop; // hops of the fact last applied
    bool tells;       // a fact of its own about each
};

// --- a follower: it keeps the teams it is told of, and makes a row of its own for each fact
static inline void key_by_id(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

static const struct table team_table = {
    .name = "team", .number = 1, .record = team_record, .key = key_by_id
};
static const struct table made_table = {
    .name = "made", .number = 2, .record = team_record, .key = key_by_id
};
static const struct table board_table = {
    .name = "board", .number = 3, .record = board_call_record, .key = key_by_id
};
static const struct table *const tables[] = { &team_table, &made_table, &board_table };

static inline bool forget_team(struct request *rq, struct world *world, struct id id)
{
    struct key key = key_of_id(id);

    world->deleted++;
    return table_del(rq->txn, &team_table, &key) ||
           fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_INTERNAL, NULL);
}

static inline bool apply_team(struct request *rq, const struct fact *fact, const void *row)
{
    struct world *world = rq->context;
    struct team made = *(const struct team *)row;

    world->emit_hop = rq->hops;
    if (fact->deleted)
        return forget_team(rq, world, fact->entity);
    if (!world->open && strcmp(made.name, "bad") == 0)
        return fail(&rq->err, ERR_CONFLICT, "name", TEXT_INTERNAL, NULL);
    if (!table_put(rq->txn, &team_table, row, &rq->err))
        return false;
    made.id = new_id(rq);
    world->applied++;
    if (world->tells) {
        const struct call call = { .id = made.id };
        struct board_call told = { .id = made.id, .version = 1, .call = &call };

        emit(rq, "board_call", &told, false);
    }
    return table_put(rq->txn, &made_table, &made, &rq->err);
}

static const struct follow parking[] = {
    { "contacts", "team", FOLLOW_PARK_KEY, apply_team },
};
static const struct follow stopping[] = {
    { "contacts", "team", FOLLOW_STOP, apply_team },
};

static inline struct service follower(const struct follow *follows, int64_t projection)
{
    return (struct service){ .schema = &notifier_schema,
                             .tables = tables,
                             .table_count = COUNT_OF(tables),
                             .follows = follows,
                             .follow_count = 1,
                             .projection = projection };
}

static inline struct id id_number(uint8_t number)
{
    return (struct id){ { [0] = 1, [6] = 0x70, [8] = 0x80, [15] = number } };
}

static inline struct team team(uint8_t number, int64_t version, const char *name)
{
    return (struct team){ .id = id_number(number),
                          .version = version,
                          .name = name,
                          .edited_at = SECONDS(1),
                          .edited_by = "anna" };
}

static inline void tell(struct fixture *fx, uint8_t number, int64_t version, const char *name)
{
    struct team row = team(number, version, name);

    fixture_fact(fx, "contacts", "team", &row, false);
}

static inline void tell_gone(struct fixture *fx, uint8_t number, int64_t version)
{
    struct team row = team(number, version, "gone");

    fixture_fact(fx, "contacts", "team", &row, true);
}

static inline const char *name_of(struct fixture *fx, uint8_t number)
{
    struct team row;

    return fixture_row(fx, &team_table, id_number(number), &row) ? row.name : NULL;
}

static inline struct figures figures(struct fixture *fx)
{
    struct nothing in = { 0 };
    struct figures out = { 0 };

    CHECK(call_stats(&fx->client, &in, &out) == CALL_DONE);
    return out;
}

static inline int64_t figure(struct fixture *fx, const char *name)
{
    struct figures all = figures(fx);

    for (size_t i = 0; i < all.figures_count; i++)
        if (strcmp(all.figures[i].name, name) == 0)
            return all.figures[i].value;
    return 0;
}

// --- the ordinary way
