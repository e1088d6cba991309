// SPDX-License-Identifier: Apache-2.0
// The order of checks: who (on every message), may they, was it done already, is it still wanted,
// is it right; only then the handler.
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/step/internal.h"

static void reply_begin(struct server *server, const struct call_in *call, const char *status,
                        struct out_slot *slot)
{
    slot->message.route = call->message->route;
    struct reply_head head = {
        .version = ENVELOPE_VERSION,
        .kind = ENVELOPE_REPLY,
        .correlation = call->envelope.has_correlation ? call->envelope.correlation : 0,
        .status = status,
        .epoch = (int64_t)store_epoch(server->store),
        .seq = call->txn ? log_head(call->txn) : store_head(server->store),
        .at = server->now_us,
    };
    encode(reply_head_record(), &head, &slot->head);
}

static void log_request(struct server *server, const struct call_in *call, const char *status,
                        size_t size, const char *field)
{
    if (server->quiet)
        return;
    server_log(server, "event=request method=%s actor=%s status=%s bytes=%zu%s%s",
               call->method ? call->method->name : "-",
               call->actor ? call->actor : call->message->principal.name, status, size,
               *field ? " field=" : "", field);
}

void dispatch_refuse(struct server *server, const struct call_in *call, const struct err *err,
                     struct bytes current)
{
    struct problem problem = {
        .code = err_word(err->code),
        .field = err->field[0] ? err->field : NULL,
        .detail = err->german,
        .detail_en = err->english,
        .has_retry_after_ms = err->retry_after_ms > 0,
        .retry_after_ms = err->retry_after_ms,
        .current = current,
    };
    struct out_slot *slot = out_add(server, OUT_ROUTE);
    reply_begin(server, call, problem.code, slot);
    encode(problem_record(), &problem, &slot->body);
    server_count(server, "refused", 1);
    log_request(server, call, problem.code, slot->body.size, err->field);
}

static void answer(struct server *server, const struct call_in *call, const char *status,
                   struct bytes body)
{
    struct out_slot *slot = out_add(server, OUT_ROUTE);
    reply_begin(server, call, status, slot);
    mp_raw(&slot->body, body);
    server_count(server, "requests", 1);
    log_request(server, call, status, body.size, "");
}

// --- finding the method
static const struct handler *handler_in(const struct handler *handlers, size_t count,
                                        const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(handlers[i].method->name, name) == 0)
            return &handlers[i];
    }
    return NULL;
}

static const struct handler *handler_find(const struct server *server, const char *name)
{
    const struct handler *own =
        handler_in(server->service->handlers, server->service->handler_count, name);
    return own ? own : handler_in(shared_handlers, shared_handler_count, name);
}

const struct method *dispatch_peek(struct server *server, const struct delivery *message)
{
    struct envelope envelope;
    struct err err = { 0 };
    arena_reset(server->arena);
    if (!decode(envelope_record(), message->head, DECODE_LENIENT, server->arena, &envelope, &err) ||
        !envelope.method)
        return NULL;
    const struct handler *handler = handler_find(server, envelope.method);
    return handler ? handler->method : NULL;
}

// --- who asks, and may they
static bool take_gateway_words(struct call_in *call, struct err *err)
{
    const struct envelope *envelope = &call->envelope;
    bool set = envelope->actor || envelope->roles_count > 0 || envelope->scope;
    if (!(call->message->principal.roles & ROLE_BIT(GATEWAY))) {
        if (set)
            return fail(err, ERR_FORBIDDEN, "actor", TEXT_NOT_A_GATEWAY, NULL);
        return true;
    }
    if (!set)
        return true;
    if (!envelope->actor || !envelope->scope || envelope->roles_count == 0)
        return fail(err, ERR_INVALID, "actor", TEXT_GATEWAY_INCOMPLETE, NULL);
    call->actor = envelope->actor;
    call->roles = 0;
    for (size_t i = 0; i < envelope->roles_count; i++) {
        enum role role = role_from_word(envelope->roles[i], strlen(envelope->roles[i]));
        if (role == ROLE_COUNT || role == ROLE_GATEWAY || role == ROLE_SERVICE)
            return fail(err, ERR_INVALID, "roles", TEXT_ROLE_UNKNOWN, envelope->roles[i], NULL);
        call->roles |= 1u << role;
    }
    return scope_parse(envelope->scope, &call->scope, err);
}

static bool authenticate(struct server *server, struct call_in *call, struct err *err)
{
    const struct delivery *message = call->message;
    if (!message->known)
        return fail(err, ERR_UNAUTHENTICATED, NULL, TEXT_KEY_UNKNOWN, NULL);
    if (!principal_valid(&message->principal, server->now_us, err))
        return false;
    call->actor = message->principal.name;
    call->roles = message->principal.roles;
    call->scope = message->principal.scope;
    return take_gateway_words(call, err);
}

static bool authorise(struct server *server, struct call_in *call, struct err *err)
{
    const char *name = call->envelope.method ? call->envelope.method : "";
    const struct handler *handler = handler_find(server, name);
    if (!handler)
        return fail(err, ERR_NOT_FOUND, "method", TEXT_METHOD_UNKNOWN, name, NULL);
    call->method = handler->method;
    call->run = handler->run;
    if (!(call->method->right->roles & call->roles))
        return fail(err, ERR_FORBIDDEN, NULL, TEXT_RIGHT_MISSING, call->method->right->name, NULL);
    return true;
}

// --- was it done already, is it still wanted
static void hash_body(struct call_in *call)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof call->body_hash);
    crypto_generichash_update(&state, (const uint8_t *)call->method->name,
                              strlen(call->method->name) + 1);
    crypto_generichash_update(&state, call->message->body.data, call->message->body.size);
    crypto_generichash_final(&state, call->body_hash, sizeof call->body_hash);
}

// Followers' registrations and acknowledgements may be repeated as they are.
static bool is_kept(const struct call_in *call)
{
    return call->method->access == ACCESS_WRITE && strcmp(call->method->service, "common") != 0;
}

// False: the stored reply was given again, or the id is refused.
static bool first_time(struct server *server, struct txn *txn, struct call_in *call,
                       struct err *err)
{
    int64_t id_us = id_time_us(call->envelope.request);
    if (!is_kept(call))
        return true;
    if (id_us < 0)
        return fail(err, ERR_INVALID, "request", TEXT_REQUEST_ID, NULL);
    hash_body(call);
    struct stored_reply stored;
    if (reply_get(txn, call->envelope.request, call->actor, server->arena, &stored)) {
        if (memcmp(stored.body_hash, call->body_hash, sizeof call->body_hash) != 0)
            return fail(err, ERR_CONFLICT, "request", TEXT_REQUEST_TWICE, NULL);
        server_count(server, "repeated", 1);
        answer(server, call, stored.status, stored.body);
        return false;
    }
    if (id_us < reply_evicted_below(txn))
        return fail(err, ERR_STALE_PAST, "request", TEXT_REQUEST_PAST, NULL);
    if (id_us > server->now_us + FUTURE_US)
        return fail(err, ERR_STALE_FUTURE, "request", TEXT_REQUEST_FUTURE, NULL);
    return true;
}

static bool in_time(struct server *server, const struct call_in *call, struct err *err)
{
    int64_t wait_ms = call->envelope.has_wait_ms ? call->envelope.wait_ms : WAIT_DEFAULT_MS;
    if (server->now_us - call->message->received_us <= MILLISECONDS(wait_ms))
        return true;
    return fail(err, ERR_TIMEOUT, NULL, TEXT_DEADLINE, NULL);
}

static bool all_seen(struct server *server, struct txn *txn, const struct call_in *call)
{
    for (size_t i = 0; i < call->envelope.after_count; i++) {
        if (!follow_has_seen(server, txn, &call->envelope.after[i]))
            return false;
    }
    return true;
}

static bool read_envelope(struct server *server, struct call_in *call, struct err *err)
{
    const struct delivery *message = call->message;
    bool read = message->frame_count > 0 && decode(envelope_record(), message->head, DECODE_LENIENT,
                                                   server->arena, &call->envelope, err);
    if (read && call->envelope.kind == ENVELOPE_REQUEST && message->frame_count == 2)
        return true;
    server_count(server, "malformed", 1);
    return fail(err, ERR_INVALID, NULL, TEXT_NOT_A_MESSAGE, NULL);
}

bool dispatch_check(struct server *server, struct txn *txn, struct delivery *message,
                    struct call_in *out, bool *ret_parked)
{
    struct err err = { 0 };
    *out = (struct call_in){ .message = message, .txn = txn };
    *ret_parked = false;
    bool read = read_envelope(server, out, &err);
    if (message->peer) {
        err = (struct err){ 0 };
        (void)fail(&err, ERR_BUSY, NULL, TEXT_BUSY, NULL);
        err.retry_after_ms = 200;
        dispatch_refuse(server, out, &err, (struct bytes){ 0 });
        return false;
    }
    if (read && authenticate(server, out, &err) && authorise(server, out, &err) &&
        first_time(server, txn, out, &err) && in_time(server, out, &err)) {
        *ret_parked = !all_seen(server, txn, out);
        return !*ret_parked;
    }
    if (err.code != ERR_NONE)
        dispatch_refuse(server, out, &err, (struct bytes){ 0 });
    return false;
}

// --- the handler
static void remember(struct txn *txn, const struct call_in *call, enum err_code code,
                     struct bytes body)
{
    struct stored_reply reply = { .status = err_word(code), .body = body };
    if (!is_kept(call))
        return;
    memcpy(reply.body_hash, call->body_hash, sizeof reply.body_hash);
    reply_put(txn, call->envelope.request, call->actor, &reply);
}

static bool handle(struct request *rq, const struct call_in *call, struct bytes *ret_body)
{
    void *in = arena_alloc(rq->arena, call->method->in()->size);
    void *out = arena_alloc(rq->arena, call->method->out()->size);
    if (!in || !out)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (!decode(call->method->in(), call->message->body, DECODE_STRICT, rq->arena, in, &rq->err))
        return false;
    rq->server->emit_refused = false;
    if (!call->run(rq, in, out) || rq->server->emit_refused)
        return rq->err.code == ERR_NONE ? fail(&rq->err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL)
                                        : false;
    *ret_body = request_encode(rq, call->method->out(), out);
    if (!ret_body->data)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (ret_body->size > MP_FRAME_MAX)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    return true;
}

static void refuse_damage(struct server *server, const struct call_in *call)
{
    struct err err = { 0 };
    (void)fail(&err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL);
    dispatch_refuse(server, call, &err, (struct bytes){ 0 });
}

// What will not go away by itself is kept: were it done on a later try, whoever got the first
// answer late would take the deed for refused.
static void refuse_finally(struct server *server, struct txn *txn, const struct call_in *call,
                           const struct request *rq)
{
    enum err_code code = rq->err.code;
    dispatch_refuse(server, call, &rq->err, rq->current);
    if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_NOT_FOUND ||
        code == ERR_CONFLICT || code == ERR_TOO_LARGE)
        remember(txn, call, code, mp_writer_bytes(&server->slots[server->out_count - 1].body));
}

void dispatch_run(struct server *server, struct txn *txn, struct call_in *call)
{
    bool writes = call->method->access == ACCESS_WRITE;
    struct request rq = request_base(server, txn);
    rq.id = call->envelope.request;
    rq.actor = call->actor;
    rq.roles = call->roles;
    rq.scope = call->scope;
    rq.principal = &call->message->principal;
    rq.route = &call->message->route;
    rq.correlation = call->envelope.has_correlation ? call->envelope.correlation : 0;
    if (writes && !(rq.txn = txn_child(txn)))
        return; // the batch is lost, and its commit tells
    struct bytes body = { 0 };
    bool done = handle(&rq, call, &body);
    if (writes && done)
        remember(rq.txn, call, ERR_NONE, body);
    bool damaged = *txn_fault(rq.txn) != '\0';
    if (damaged)
        server_log(server, "event=fault method=%s fault=\"%s\"", call->method->name,
                   txn_fault(rq.txn));
    if (writes && done)
        done = txn_merge(rq.txn);
    else if (writes)
        txn_drop(rq.txn);
    if (damaged || (!done && rq.err.code == ERR_NONE))
        refuse_damage(server, call);
    else if (!done)
        refuse_finally(server, txn, call, &rq);
    else
        answer(server, call, err_word(ERR_NONE), body);
}
