// SPDX-License-Identifier: Apache-2.0
// Effects outside: the life of an intent is a table of permitted moves.
#include "common/step/intent.h"

#include <string.h>

#define RECOVER_MAX 500

static const bool permitted[][6] = {
    [intent_state_WANTED] = { [intent_state_STARTED] = true, [intent_state_FAILED] = true },
    [intent_state_STARTED] = { [intent_state_WANTED] = true, // only when it may be repeated
                               [intent_state_DONE] = true,
                               [intent_state_FAILED] = true,
                               [intent_state_UNKNOWN] = true },
    // The outside may tell later what became of it.
    [intent_state_UNKNOWN] = { [intent_state_DONE] = true, [intent_state_FAILED] = true },
};

static void intent_key(const void *row, struct key *key)
{
    const struct intent *intent = row;
    key_id(key, intent->id);
}

static struct key state_key(enum intent_state state, const char *kind)
{
    struct key key;
    key_init(&key);
    key_int(&key, (int64_t)state);
    if (kind)
        key_str(&key, kind);
    return key;
}

static void by_state(const void *row, struct keys *keys)
{
    const struct intent *intent = row;
    struct key key = state_key((enum intent_state)intent->state, intent->kind);
    key_int(&key, intent->wanted_at);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "intent.by_state", by_state, .query = "the oldest wanted one of a kind; what was started" },
};

const struct table intent_table = {
    .name = "intent",
    .number = 1001,
    .record = intent_record,
    .key = intent_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
};

struct id intent_want(struct request *rq, const char *kind, struct bytes body)
{
    struct intent intent = {
        .id = new_id(rq),
        .kind = kind,
        .state = intent_state_WANTED,
        .wanted_at = rq->now_us,
        .wanted_by = rq->actor,
        .moved_at = rq->now_us,
        .body = body,
    };
    (void)!table_put(rq->txn, &intent_table, &intent, &rq->err);
    return intent.id;
}

static bool first_in(struct request *rq, struct key prefix, struct intent *out)
{
    struct walk_options options = { .index = &indexes[0], .scope = &scope_house, .prefix = prefix };
    struct walk *walk = walk_open(rq->txn, &intent_table, &options, rq->arena);
    bool found = walk_next(walk, out);
    walk_close(walk);
    return found;
}

static bool move(struct request *rq, struct intent *intent, enum intent_state state,
                 const char *reason)
{
    if (!permitted[intent->state][state])
        return fail(&rq->err, ERR_CONFLICT, "state", TEXT_INTENT_MOVE,
                    intent_state_picks()->values[intent->state].german,
                    intent_state_picks()->values[state].german, NULL);
    intent->state = state;
    intent->moved_at = rq->now_us;
    intent->reason = reason;
    return table_put(rq->txn, &intent_table, intent, &rq->err);
}

bool intent_start(struct request *rq, const char *kind, struct intent *out)
{
    return first_in(rq, state_key(intent_state_WANTED, kind), out) &&
           move(rq, out, intent_state_STARTED, NULL);
}

bool intent_finish(struct request *rq, struct id id, enum intent_state state, const char *reason)
{
    struct intent intent;
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &intent_table, &scope_house, &key, rq->arena, &intent))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_INTENT_UNKNOWN, NULL);
    if (state == intent_state_WANTED && !(intent.has_repeatable && intent.repeatable))
        state = intent_state_UNKNOWN;
    return move(rq, &intent, state, reason);
}

bool intent_recover(struct request *rq)
{
    for (int i = 0; i < RECOVER_MAX; i++) {
        struct intent intent;
        if (!first_in(rq, state_key(intent_state_STARTED, NULL), &intent))
            return false;
        bool again = intent.has_repeatable && intent.repeatable;
        if (!move(rq, &intent, again ? intent_state_WANTED : intent_state_UNKNOWN,
                  text_german(TEXT_INTENT_INTERRUPTED)))
            return false;
    }
    return true;
}
