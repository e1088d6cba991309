// SPDX-License-Identifier: Apache-2.0
// What a user has set for themselves. A row is found by who asks: nobody sees another's.
#include <stdio.h>
#include <string.h>

#include "common/step/request.h"
#include "services/notifier/store_preference.h"

#define SERVICE_FILE "proto/notifier_preference.def"
#include "proto/handlers.inc"

#define SECONDS_USUAL 30

static void preference_key(const void *row, struct key *key)
{
    key_id(key, ((const struct preference *)row)->id);
}

const struct table preference_table = {
    .name = "preference",
    .number = 87,
    .record = preference_record,
    .key = preference_key,
};

// The same user and board are the same row for ever; another's of that id cannot be.
static struct id id_of(const struct request *rq, enum board board)
{
    char name[100];
    (void)snprintf(name, sizeof name, "%s/%s", board_picks()->values[board].word, rq->actor);
    return id_of_name("preference", name);
}

static bool find(struct request *rq, enum board board, struct preference *out)
{
    struct key key = key_of_id(id_of(rq, board));
    return table_get(rq->txn, &preference_table, &scope_house, &key, rq->arena, out) &&
           strcmp(out->user, rq->actor) == 0;
}

bool preference_set(struct request *rq, const struct preference_in *in, struct preference *out)
{
    struct preference before;
    bool was = find(rq, in->board, &before);
    *out = (struct preference){ .id = id_of(rq, in->board),
                                .version = was ? before.version + 1 : 1,
                                .user = rq->actor,
                                .board = in->board,
                                .seconds = in->seconds,
                                .edited_at = rq->now_us };
    return table_put(rq->txn, &preference_table, out, &rq->err);
}

bool preference_get(struct request *rq, const struct nothing *in, struct preferences *out)
{
    (void)in;
    size_t count = board_picks()->count - 1;
    struct board_interval *boards = arena_array(rq->arena, count, sizeof *boards);
    if (!boards)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < count; i++) {
        struct preference row;
        enum board board = (enum board)(i + 1);
        bool set = find(rq, board, &row);
        boards[i] = (struct board_interval){ board, set ? row.seconds : SECONDS_USUAL, set };
    }
    *out = (struct preferences){ .boards = boards, .boards_count = count };
    return true;
}
