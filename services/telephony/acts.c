// SPDX-License-Identifier: Apache-2.0
// The life of what was asked of a PBX: an intent, and a row that everybody concerned may see.
#include "services/telephony/acts.h"

#include <string.h>

#include "common/step/intent.h"
#include "services/telephony/store.h"

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

#define RECOVER_MAX 200

static bool act_put(struct request *rq, struct act *act)
{
    act->version++;
    act->moved_at = rq->now_us;
    if (!table_put(rq->txn, &act_table, act, &rq->err))
        return false;
    emit_act(rq, act, false);
    return true;
}

static bool first_in(struct request *rq, enum intent_state state, struct act *out)
{
    struct walk_options options = { .index = act_by_state,
                                    .scope = &scope_house,
                                    .prefix = act_state_key(state) };
    struct walk *walk = walk_open(rq->txn, &act_table, &options, rq->arena);
    bool found = walk_next(walk, out);
    walk_close(walk);
    return found;
}

static bool move(struct request *rq, struct act *act, enum intent_state state, const char *reason)
{
    if (!intent_finish(rq, act->id, state, reason))
        return false;
    act->state = state;
    act->reason = reason;
    return act_put(rq, act);
}

bool acts_start(struct request *rq, struct act *out, size_t most, size_t *ret_count)
{
    struct act act;
    *ret_count = 0;
    while (*ret_count < most && first_in(rq, intent_state_WANTED, &act)) {
        bool late = rq->now_us - act.wanted_at > ACT_LATE_US;
        struct err why = { 0 };
        (void)fail(&why, ERR_TIMEOUT, NULL, TEXT_ACT_LATE, int_text(ACT_LATE_US / 1000000).text,
                   NULL);
        const char *reason = late ? arena_text(rq->arena, why.german, strlen(why.german)) : NULL;
        if (!move(rq, &act, late ? intent_state_FAILED : intent_state_STARTED, reason))
            return false;
        if (!late)
            out[(*ret_count)++] = act;
    }
    return true;
}

bool acts_finish(struct request *rq, struct id id, enum intent_state state, enum text_id text,
                 const char *detail)
{
    struct act act;
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &act_table, &scope_house, &key, rq->arena, &act))
        return true;
    bool open = act.state == intent_state_STARTED ||
                (act.state == intent_state_UNKNOWN && state != intent_state_UNKNOWN);
    if (!open)
        return true;
    const char *reason = NULL;
    if (state != intent_state_DONE)
        reason = detail && *detail
                     ? arena_format(rq->arena, "%s (%.200s)", text_german(text), detail)
                     : text_german(text);
    return move(rq, &act, state, reason);
}

bool acts_recover(struct request *rq)
{
    struct act act;
    for (int i = 0; i < RECOVER_MAX && first_in(rq, intent_state_STARTED, &act); i++) {
        if (!move(rq, &act, intent_state_UNKNOWN, text_german(TEXT_ACT_INTERRUPTED)))
            return false;
    }
    return true;
}

// The PBX was told to name the call's first channel after the order.
bool acts_see_call(struct request *rq, const struct call *call)
{
    struct act act;
    struct id id;
    if (!id_parse(call->source_ref, &id))
        return true;
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &act_table, &scope_house, &key, rq->arena, &act) ||
        act.kind != act_kind_DIAL || !id_is_zero(act.call))
        return true;
    act.call = call->id;
    act.source_ref = call->source_ref;
    if (act.state != intent_state_UNKNOWN)
        return act_put(rq, &act);
    return move(rq, &act, intent_state_DONE, NULL);
}
