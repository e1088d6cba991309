// SPDX-License-Identifier: Apache-2.0
// One run: what writes goes into one transaction, is synced once, and then answered; what reads is
// answered from the state behind it.
#include "common/step/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/step/internal.h"
#include "common/store/check.h"
#include "common/store/derived.h"

#define SCRUB_ROWS     50
#define PARKED_LOOK_US MILLISECONDS(50)

struct server *server_new(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->service = options->service;
    server->store = options->store;
    server->context = options->context;
    server->version = options->version ? options->version : "";
    server->quiet = options->quiet;
    server->in_flight_actor = options->in_flight_actor ? options->in_flight_actor : 64;
    server->in_flight_all = options->in_flight_all ? options->in_flight_all : 4096;
    rng_seed(&server->rng, options->seed);
    // A late answer to an earlier life of this process is nobody's.
    server->correlation = 1 + (int64_t)(options->seed >> 24);
    server->arena = arena_new(REQUEST_MEMORY);
    server->streams = streams_new(options->service, options->store);
    server->hinted_head = store_head(options->store);
    server->scrub = calloc(1, sizeof *server->scrub);
    if (!server->scrub)
        abort();
    follow_begin(server);
    return server;
}

static void message_free(struct delivery *message)
{
    if (message && message->kind == DELIVERY_INPUT && message->input.done)
        message->input.done(message->input.argument, false);
    free(message);
}

void server_free(struct server *server)
{
    if (!server)
        return;
    struct delivery *message;
    while ((message = queue_take(&server->waiting)) != NULL)
        message_free(message);
    while ((message = queue_take(&server->parked)) != NULL)
        message_free(message);
    for (size_t i = 0; i < server->out_room; i++) {
        mp_writer_done(&server->slots[i].head);
        mp_writer_done(&server->slots[i].body);
    }
    free(server->slots);
    free(server->messages);
    free(server->scrub);
    streams_free(server->streams);
    arena_free(server->arena);
    free(server);
}

// --- handing in
static struct delivery *message_new(enum delivery_kind kind, const struct bytes *frames,
                                    size_t frame_count, int64_t now_us)
{
    size_t head = frame_count > 0 ? frames[0].size : 0;
    size_t body = frame_count > 1 ? frames[1].size : 0;
    struct delivery *message = calloc(1, sizeof *message + head + body);
    if (!message)
        abort();
    uint8_t *bytes = (uint8_t *)(message + 1);
    if (head)
        memcpy(bytes, frames[0].data, head);
    if (body)
        memcpy(bytes + head, frames[1].data, body);
    message->kind = kind;
    message->received_us = now_us;
    message->frame_count = frame_count;
    message->head = (struct bytes){ bytes, head };
    message->body = (struct bytes){ bytes + head, body };
    return message;
}

// How many of this actor's requests wait; the slot to count in. NULL: too many actors at once.
static size_t *actor_count(struct server *server, const char *name)
{
    for (size_t i = 0; i < server->actor_count; i++) {
        if (strcmp(server->actors[i].name, name) == 0)
            return &server->actors[i].count;
    }
    if (server->actor_count == ACTORS_MAX)
        return NULL;
    snprintf(server->actors[server->actor_count].name, sizeof server->actors[0].name, "%s", name);
    server->actors[server->actor_count].count = 0;
    return &server->actors[server->actor_count++].count;
}

void server_take_request(struct server *server, const struct principal *principal,
                         const struct route *route, const struct bytes *frames, size_t frame_count,
                         int64_t now_us)
{
    struct delivery *message = message_new(DELIVERY_REQUEST, frames, frame_count, now_us);
    message->route = *route;
    message->known = principal != NULL;
    if (principal)
        message->principal = *principal;
    size_t *count = actor_count(server, message->principal.name);
    bool gateway = principal && (principal->roles & ROLE_BIT(GATEWAY));
    size_t most = gateway ? server->in_flight_all : server->in_flight_actor;
    bool room = count && *count < most &&
                server->waiting.count + server->parked.count < server->in_flight_all;
    if (!room) {
        message->peer = "busy"; // answered in its turn, without work
        server_count(server, "busy", 1);
        if (server->waiting.count > 2 * server->in_flight_all) {
            free(message);
            return;
        }
    }
    if (count)
        ++*count;
    queue_add(&server->waiting, message);
}

static const char *followed_name(const struct server *server, const char *peer)
{
    for (size_t i = 0; i < server->following_count; i++) {
        if (strcmp(server->following[i].service, peer) == 0)
            return server->following[i].service;
    }
    return NULL;
}

static void take_from_peer(struct server *server, enum delivery_kind kind, const char *peer,
                           const struct bytes *frames, size_t frame_count, int64_t now_us)
{
    const char *name = followed_name(server, peer);
    if (!name || frame_count != 2) {
        server_count(server, "malformed", 1);
        return;
    }
    struct delivery *message = message_new(kind, frames, frame_count, now_us);
    message->peer = name;
    queue_add(&server->waiting, message);
}

void server_take_reply(struct server *server, const char *peer, const struct bytes *frames,
                       size_t frame_count, int64_t now_us)
{
    take_from_peer(server, DELIVERY_REPLY, peer, frames, frame_count, now_us);
}

void server_take_hint(struct server *server, const char *peer, const struct bytes *frames,
                      size_t frame_count, int64_t now_us)
{
    take_from_peer(server, DELIVERY_HINT, peer, frames, frame_count, now_us);
}

void server_peer_connected(struct server *server, const char *peer, int64_t now_us)
{
    for (size_t i = 0; i < server->following_count; i++) {
        struct following *following = &server->following[i];
        if (strcmp(following->service, peer) != 0 || following->state == FOLLOW_HALTED)
            continue;
        following->state = FOLLOW_REGISTER;
        following->correlation = 0;
        following->ask_us = now_us;
    }
}

void server_route_lost(struct server *server, const struct route *route)
{
    streams_route_lost(server->streams, route);
}

void server_input(struct server *server, const struct input *input)
{
    struct delivery *message = message_new(DELIVERY_INPUT, NULL, 0, 0);
    message->input = *input;
    queue_add(&server->waiting, message);
}

void server_set_principals(struct server *server, principal_lookup *lookup, void *context)
{
    server->lookup = lookup;
    server->lookup_context = context;
}

struct streams *server_streams(struct server *server)
{
    return server->streams;
}

// --- one batch
struct batch {
    struct delivery *messages[BATCH_MAX];
    bool parked[BATCH_MAX], finished[BATCH_MAX];
    size_t count;
};

// What was parked is looked at again before what is new.
static void batch_take(struct server *server, struct batch *batch)
{
    batch->count = 0;
    while (batch->count < BATCH_MAX / 2 && server->parked.first)
        batch->messages[batch->count++] = queue_take(&server->parked);
    while (batch->count < BATCH_MAX && server->waiting.first)
        batch->messages[batch->count++] = queue_take(&server->waiting);
    memset(batch->parked, 0, sizeof batch->parked);
    memset(batch->finished, 0, sizeof batch->finished);
}

static void run_input(struct server *server, struct txn *txn, struct delivery *message)
{
    struct txn *child = txn_child(txn);
    if (!child)
        return;
    struct request rq = request_base(server, child);
    rq.id = id_new(server->now_us, &server->rng);
    arena_reset(server->arena);
    server->emit_refused = false;
    if (message->input.run(&rq, message->input.argument) && !server->emit_refused) {
        (void)!txn_merge(child);
        server_count(server, "inputs", 1);
        return;
    }
    txn_drop(child);
    server_count(server, "inputs_refused", 1);
    server_log(server, "event=input_refused code=%s field=%s detail=\"%s\"", err_word(rq.err.code),
               rq.err.field, rq.err.english);
}

static bool wants_writing(struct server *server, const struct delivery *message)
{
    if (message->kind != DELIVERY_REQUEST)
        return true;
    if (message->peer || message->frame_count != 2)
        return false;
    const struct method *method = dispatch_peek(server, message);
    return method && method->access == ACCESS_WRITE;
}

static void run_request(struct server *server, struct txn *txn, struct batch *batch, size_t nth)
{
    struct call_in call;
    arena_reset(server->arena);
    if (dispatch_check(server, txn, batch->messages[nth], &call, &batch->parked[nth]))
        dispatch_run(server, txn, &call);
    batch->finished[nth] = !batch->parked[nth];
}

static void run_writing(struct server *server, struct txn *txn, struct batch *batch)
{
    for (size_t i = 0; i < batch->count && !*txn_fault(txn); i++) {
        struct delivery *message = batch->messages[i];
        if (!wants_writing(server, message))
            continue;
        batch->finished[i] = true;
        switch (message->kind) {
        case DELIVERY_REQUEST: run_request(server, txn, batch, i); break;
        case DELIVERY_REPLY: follow_reply(server, txn, message); break;
        case DELIVERY_HINT: follow_hint(server, txn, message); break;
        case DELIVERY_INPUT: run_input(server, txn, message); break;
        }
    }
}

static void housekeeping(struct server *server, struct txn *txn)
{
    int64_t before_us = server->now_us - REPLY_MEMORY_US;
    server_count(server, "replies_evicted", (int64_t)reply_evict(txn, before_us));
    server_count(server, "followers_cut",
                 (int64_t)follower_cut(txn, server->now_us - LOG_MEMORY_US));
    server_count(server, "facts_trimmed",
                 (int64_t)log_trim(txn, follower_least(txn), server->now_us - LOG_MEMORY_US));
}

// A piece of work on each derived index; the next one at once where more is left.
static void run_derived(struct server *server, struct txn *txn)
{
    server->derived_ran_us = server->now_us;
    server->derived_us = server->now_us + TICK_US;
    for (size_t i = 0; i < server->service->table_count; i++) {
        if (derived_step(txn, server->service->tables[i]))
            server->derived_us = server->now_us;
    }
}

// A piece takes some 25 ms: who asks one thing after the other must not wait for one each time, nor
// keep the index from its work for good.
static void derived_yield(struct server *server)
{
    int64_t least_us = server->now_us + DERIVED_YIELD_US;
    int64_t most_us = server->derived_ran_us + DERIVED_WAIT_US;
    if (server->derived_us < least_us)
        server->derived_us = least_us < most_us ? least_us : most_us;
}

static void run_tick(struct server *server, struct txn *txn)
{
    if (server->now_us >= server->housekeeping_us) {
        server->housekeeping_us = server->now_us + HOUSEKEEPING_US;
        housekeeping(server, txn);
    }
    follow_retry_parked(server, txn);
    server->tick_us = server->now_us + TICK_US;
    struct txn *child = server->service->tick ? txn_child(txn) : NULL;
    if (!child)
        return;
    struct request rq = request_base(server, child);
    rq.id = id_new(server->now_us, &server->rng);
    arena_reset(server->arena);
    if (server->service->tick(&rq))
        server->tick_us = server->now_us;
    if (rq.err.code == ERR_NONE)
        (void)!txn_merge(child);
    else
        txn_drop(child);
}

// Refuses every writing request of the batch: nothing was written.
static void refuse_writing(struct server *server, struct batch *batch)
{
    struct err err = { 0 };
    (void)fail(&err, ERR_UNAVAILABLE, NULL, TEXT_STORE_FULL, NULL);
    err.retry_after_ms = 1000;
    for (size_t i = 0; i < batch->count; i++) {
        struct delivery *message = batch->messages[i];
        if (message->kind != DELIVERY_REQUEST || !wants_writing(server, message))
            continue;
        struct call_in call = { .message = message };
        struct err unread = { 0 };
        arena_reset(server->arena);
        if (decode(envelope_record(), message->head, DECODE_LENIENT, server->arena, &call.envelope,
                   &unread))
            dispatch_refuse(server, &call, &err, (struct bytes){ 0 });
        batch->parked[i] = false;
        batch->finished[i] = true;
    }
}

// What the writing half changes outside the store.
struct outside {
    struct following following[FOLLOWED_MAX];
    struct count figures[FIGURES_MAX];
    size_t figure_count, line_count;
};

static void outside_save(const struct server *server, struct outside *out)
{
    memcpy(out->following, server->following, sizeof out->following);
    memcpy(out->figures, server->figures, sizeof out->figures);
    out->figure_count = server->figure_count;
    out->line_count = server->line_count;
}

static void outside_undo(struct server *server, const struct outside *saved, struct batch *batch)
{
    memcpy(server->following, saved->following, sizeof saved->following);
    server->out_count = 0;
    memset(batch->parked, 0, sizeof batch->parked);
    memset(batch->finished, 0, sizeof batch->finished);
}

// As if it had never been tried: no figure, no line in the log.
static void outside_forget(struct server *server, const struct outside *saved)
{
    memcpy(server->figures, saved->figures, sizeof saved->figures);
    server->figure_count = saved->figure_count;
    server->line_count = saved->line_count;
}

// The writing half, at first in the hope that whatever is refused is refused before it has written.
static enum commit_result write_half(struct server *server, struct batch *batch)
{
    struct outside saved;
    outside_save(server, &saved);
    for (bool hoping = true;;) {
        struct err err = { 0 };
        struct txn *txn =
            hoping ? store_write_hoping(server->store, &err) : store_write(server->store, &err);
        if (!txn)
            return COMMIT_NO_SPACE;
        run_writing(server, txn, batch);
        if (server->now_us >= server->tick_us && !*txn_fault(txn))
            run_tick(server, txn);
        if (server->now_us >= server->derived_us && !*txn_fault(txn))
            run_derived(server, txn);
        char fault[240];
        snprintf(fault, sizeof fault, "%s", txn_fault(txn));
        enum commit_result result = batch_commit(txn);
        if (result == COMMIT_DONE)
            return result;
        outside_undo(server, &saved, batch);
        if (result == COMMIT_AGAIN) {
            hoping = false;
            outside_forget(server, &saved);
            server_count(server, "batches_repeated", 1);
            continue;
        }
        server_log(server, "event=commit_failed result=%d fault=\"%s\"", (int)result, fault);
        if (result != COMMIT_FULL)
            return result;
        if (!store_grow(server->store, &err))
            return COMMIT_NO_SPACE;
    }
}

static void scrub_fault(void *context, const char *fault)
{
    struct server *server = context;
    server_log(server, "event=scrub_fault fault=\"%s\"", fault);
}

static struct txn *reading(struct server *server)
{
    struct err err = { 0 };
    return store_read(server->store, &err);
}

// The reading half: after the commit, from what is durable. A damaged row costs its request only.
static void read_half(struct server *server, struct batch *batch, bool ticked)
{
    struct txn *txn = reading(server);
    for (size_t i = 0; i < batch->count && txn; i++) {
        if (batch->finished[i] || batch->parked[i] || batch->messages[i]->kind != DELIVERY_REQUEST)
            continue;
        run_request(server, txn, batch, i);
        if (*txn_fault(txn)) {
            server_log(server, "event=read_failed fault=\"%s\"", txn_fault(txn));
            txn_drop(txn);
            txn = reading(server);
        }
    }
    if (txn && ticked)
        server_count(server, "scrub_faults",
                     (int64_t)store_scrub(txn, server->scrub, SCRUB_ROWS, scrub_fault, server));
    if (txn)
        hint_send(server, txn);
    txn_drop(txn);
}

static void batch_done(struct server *server, struct batch *batch, enum commit_result result)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct delivery *message = batch->messages[i];
        if (batch->parked[i]) {
            queue_add(&server->parked, message);
            continue;
        }
        if (message->kind == DELIVERY_REQUEST) {
            size_t *count = actor_count(server, message->principal.name);
            if (count && *count)
                --*count;
        } else if (message->kind == DELIVERY_INPUT && message->input.done) {
            message->input.done(message->input.argument, result == COMMIT_DONE);
        }
        free(message);
    }
    size_t kept = 0;
    for (size_t i = 0; i < server->actor_count; i++) {
        if (server->actors[i].count > 0)
            server->actors[kept++] = server->actors[i];
    }
    server->actor_count = kept;
}

static void stream_send(void *context, const struct route *route, struct bytes head,
                        struct bytes body)
{
    struct out_slot *slot = out_add(context, OUT_ROUTE);
    slot->message.route = *route;
    mp_raw(&slot->head, head);
    mp_raw(&slot->body, body);
}

static bool stream_principal(void *context, const char *name, struct principal *out)
{
    struct server *server = context;
    return server->lookup(server->lookup_context, name, out);
}

static void pump(struct server *server)
{
    struct stream_sink sink = {
        .principal = server->lookup ? stream_principal : NULL,
        .send = stream_send,
        .context = server,
    };
    streams_pump(server->streams, server->now_us, &sink);
}

static bool needs_writing(struct server *server, const struct batch *batch)
{
    if (server->now_us >= server->tick_us || server->now_us >= server->derived_us)
        return true;
    for (size_t i = 0; i < batch->count; i++) {
        if (wants_writing(server, batch->messages[i]))
            return true;
    }
    return false;
}

// The system's clock was set back: what is due by it would wait that much longer.
static void clock_set_back(struct server *server, int64_t by_us)
{
    server->tick_us -= by_us;
    server->derived_us -= by_us;
    server->derived_ran_us -= by_us;
    server->housekeeping_us -= by_us;
    if (server->beacon_us)
        server->beacon_us -= by_us;
    for (size_t i = 0; i < server->following_count; i++)
        server->following[i].ask_us -= by_us;
    streams_clock_set_back(server->streams, by_us);
    server_log(server, "event=clock_set_back by_us=%lld", (long long)by_us);
}

enum commit_result server_run(struct server *server, int64_t now_us, struct outbox *out)
{
    struct batch batch;
    *out = (struct outbox){ 0 };
    if (now_us < server->now_us)
        clock_set_back(server, server->now_us - now_us);
    server->now_us = now_us;
    server->out_count = 0;
    batch_take(server, &batch);
    enum commit_result result = COMMIT_DONE;
    bool ticked = now_us >= server->tick_us;
    if (needs_writing(server, &batch))
        result = write_half(server, &batch);
    if (result == COMMIT_BROKEN) {
        batch_done(server, &batch, result);
        server->out_count = 0;
        return result;
    }
    if (result != COMMIT_DONE) {
        server->tick_us = server->derived_us = now_us + TICK_US;
        refuse_writing(server, &batch);
    }
    if (batch.count > 0)
        derived_yield(server);
    read_half(server, &batch, ticked);
    streams_settle(server->streams, true);
    batch_done(server, &batch, result);
    follow_ask(server);
    pump(server);
    server_count(server, "batches", 1);
    out_show(server, out);
    return COMMIT_DONE;
}

// --- when, and how it goes
static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t server_due_us(const struct server *server)
{
    int64_t due_us = earlier(server->tick_us, follow_due_us(server));
    due_us = earlier(due_us, server->derived_us);
    due_us = earlier(due_us, streams_due_us(server->streams));
    if (server->parked.count > 0)
        due_us = earlier(due_us, server->now_us + PARKED_LOOK_US);
    return server->beacon_us ? earlier(due_us, server->beacon_us) : due_us;
}

bool server_busy(const struct server *server)
{
    return server->waiting.count > 0;
}
