// SPDX-License-Identifier: Apache-2.0
// The small service of the tests of step and run: teams that are added and listed, with a few bad
// habits.
#pragma once

#include <string.h>

#include "common/step/service.h"
#include "proto/proto.h"

static void desk_key(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

static const struct table desk_teams = {
    .name = "team", .number = 1, .record = team_record, .key = desk_key
};
static const struct table *const desk_tables[] = { &desk_teams };

// "late" is refused after it was written; "mute" is refused without a word.
static bool desk_add(struct request *rq, const void *in_row, void *out_row)
{
    const struct team_new *in = in_row;
    struct team *out = out_row;

    *out = (struct team){ .id = new_id(rq),
                          .version = 1,
                          .name = in->name,
                          .edited_at = rq->now_us,
                          .edited_by = rq->actor };
    if (!table_put(rq->txn, &desk_teams, out, &rq->err))
        return false;
    emit(rq, "team", out, false);
    if (strcmp(in->name, "late") == 0)
        return fail(&rq->err, ERR_CONFLICT, "name", TEXT_STORE_TAKEN, NULL);
    return strcmp(in->name, "mute") != 0;
}

static bool desk_list(struct request *rq, const void *in_row, void *out_row)
{
    struct team_page *out = out_row;
    struct team *teams = arena_array(rq->arena, 200, sizeof *teams);
    struct walk_options options = { .scope = &rq->scope };
    struct walk *walk = walk_open(rq->txn, &desk_teams, &options, rq->arena);

    (void)in_row;
    while (out->teams_count < 200 && walk_next(walk, &teams[out->teams_count]))
        out->teams_count++;
    walk_close(walk);
    out->teams = teams;
    return true;
}

static const struct handler desk_handlers[] = {
    { &method_team_add, desk_add },
    { &method_team_list, desk_list },
};

static const struct service desk_service = {
    .schema = &contacts_schema,
    .handlers = desk_handlers,
    .handler_count = COUNT_OF(desk_handlers),
    .tables = desk_tables,
    .table_count = COUNT_OF(desk_tables),
};
