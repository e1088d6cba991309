// SPDX-License-Identifier: Apache-2.0
// Following other services' logs: what to ask next, and applying what comes, cursor and effects in
// one transaction.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/step/internal.h"

#define PAUSE_FIRST_US MILLISECONDS(200)
#define PAUSE_LAST_US  SECONDS(5)
#define ANSWER_US      SECONDS(2)
// Each acknowledgement is a commit of the other service, which it needs only to forget by.
#define ACK_EVERY_US SECONDS(1)

void follow_begin(struct server *server)
{
    for (size_t i = 0; i < server->service->follow_count; i++) {
        const char *name = server->service->follows[i].service;
        size_t at = 0;
        while (at < server->following_count && strcmp(server->following[at].service, name) != 0)
            at++;
        if (at == FOLLOWED_MAX)
            abort();
        if (at == server->following_count)
            server->following[server->following_count++] = (struct following){ .service = name };
    }
}

static struct following *following_find(struct server *server, const char *service)
{
    for (size_t i = 0; i < server->following_count; i++) {
        if (strcmp(server->following[i].service, service) == 0)
            return &server->following[i];
    }
    return NULL;
}

// The kind behind `kind` among those followed of a service; the first for NULL; NULL at the end.
static const char *next_kind(const struct server *server, const char *service, const char *kind)
{
    bool found = kind == NULL;
    for (size_t i = 0; i < server->service->follow_count; i++) {
        const struct follow *follow = &server->service->follows[i];
        if (strcmp(follow->service, service) != 0)
            continue;
        if (found)
            return follow->kind;
        found = strcmp(follow->kind, kind) == 0;
    }
    return NULL;
}

bool follow_has_seen(struct server *server, struct txn *txn, const struct seen *seen)
{
    if (strcmp(seen->service, server->service->schema->service) == 0)
        return seen->epoch == (int64_t)store_epoch(server->store) && seen->seq <= log_head(txn);
    struct cursor cursor;
    if (!following_find(server, seen->service))
        return true; // nothing here depends on it
    return cursor_get(txn, seen->service, &cursor) && !cursor.snapshot &&
           cursor.epoch == seen->epoch && cursor.seq >= seen->seq;
}

// --- answers
static void ask_next(struct following *following, enum follow_state state, int64_t now_us)
{
    following->state = state;
    following->ask_us = now_us;
    following->pause_us = PAUSE_FIRST_US;
}

static void begin_snapshot(struct server *server, struct txn *txn, struct following *following,
                           struct cursor *cursor, const struct follow_place *place)
{
    const char *kind = next_kind(server, following->service, NULL);
    cursor->generation++;
    follow_snapshot_begins(txn, following, cursor,
                           cursor->projection < server->service->projection);
    cursor->epoch = place->epoch;
    cursor->projection = server->service->projection;
    cursor->snapshot = true;
    cursor->snapshot_head = place->head;
    cursor->after = (struct id){ 0 };
    snprintf(cursor->kind, sizeof cursor->kind, "%s", kind);
    cursor_put(txn, following->service, cursor);
    ask_next(following, FOLLOW_SNAPSHOT, server->now_us);
    server_count(server, "snapshots_begun", 1);
}

static void take_place(struct server *server, struct txn *txn, struct following *following,
                       const struct follow_place *place)
{
    struct cursor cursor = { 0 };
    bool known = cursor_get(txn, following->service, &cursor);
    bool anew = !known || cursor.projection < server->service->projection;
    if (!anew && cursor.epoch != place->epoch) {
        (void)follow_halt(server, txn, following,
                          "its log has another epoch than the one followed so far");
        return;
    }
    if (!anew && cursor.seq > place->head) {
        (void)follow_halt(server, txn, following, "its log is shorter than what was followed");
        return;
    }
    if (cursor.halted[0]) {
        cursor.halted[0] = '\0'; // the process was started again: try again
        cursor_put(txn, following->service, &cursor);
    }
    bool behind =
        place->head > cursor.seq && (place->oldest == 0 || place->oldest > cursor.seq + 1);
    if (cursor.snapshot && cursor.projection == server->service->projection)
        ask_next(following, FOLLOW_SNAPSHOT, server->now_us);
    else if (anew || behind)
        begin_snapshot(server, txn, following, &cursor, place);
    else
        ask_next(following, FOLLOW_READ, server->now_us);
    // A lost acknowledgement is made good at the latest here.
    if (following->state == FOLLOW_READ && cursor.seq > (place->has_acked ? place->acked : 0))
        following->ack = cursor.seq;
}

// Applies facts that continue the cursor, and moves it. False: halted, or a storage fault.
static bool apply_page(struct server *server, struct txn *txn, struct following *following,
                       struct cursor *cursor, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (facts[i].seq <= cursor->seq)
            continue;
        if (facts[i].seq != cursor->seq + 1)
            break;
        if (!follow_apply(server, txn, following, &facts[i], cursor))
            return false;
        cursor->seq = facts[i].seq;
    }
    cursor_put(txn, following->service, cursor);
    following->ack = cursor->seq;
    return true;
}

static void take_log(struct server *server, struct txn *txn, struct following *following,
                     const struct log_page *page)
{
    struct cursor cursor;
    if (!cursor_get(txn, following->service, &cursor) ||
        !apply_page(server, txn, following, &cursor, page->facts, page->facts_count))
        return;
    bool more = cursor.seq < page->head || cursor.seq < following->wanted;
    ask_next(following, more ? FOLLOW_READ : FOLLOW_IDLE, server->now_us);
}

static void take_snapshot(struct server *server, struct txn *txn, struct following *following,
                          const struct snapshot_page *page)
{
    struct cursor cursor;
    if (!cursor_get(txn, following->service, &cursor) || !cursor.snapshot)
        return;
    if (page->epoch != cursor.epoch) {
        (void)follow_halt(server, txn, following,
                          "its log changed its epoch while a snapshot was read");
        return;
    }
    for (size_t i = 0; i < page->facts_count; i++) {
        if (!follow_apply(server, txn, following, &page->facts[i], &cursor))
            return;
        cursor.after = page->facts[i].entity;
    }
    const char *kind =
        page->more ? cursor.kind : next_kind(server, following->service, cursor.kind);
    if (kind && !page->more) {
        snprintf(cursor.kind, sizeof cursor.kind, "%s", kind);
        cursor.after = (struct id){ 0 };
    }
    bool swept = !kind && follow_sweep(server, txn, following, &cursor);
    if (following->state == FOLLOW_HALTED)
        return;
    if (swept) {
        cursor.snapshot = false;
        cursor.seq = cursor.snapshot_head;
        following->ack = cursor.seq;
    }
    cursor_put(txn, following->service, &cursor);
    ask_next(following, cursor.snapshot ? FOLLOW_SNAPSHOT : FOLLOW_READ, server->now_us);
}

static bool read_body(struct server *server, const struct record *record, struct bytes body,
                      void *out)
{
    struct err err = { 0 };
    if (decode(record, body, DECODE_LENIENT, server->arena, out, &err))
        return true;
    server_count(server, "malformed", 1);
    server_log(server, "event=malformed_answer record=%s field=%s", record->name, err.field);
    return false;
}

static void take_refusal(struct server *server, struct following *following,
                         const struct delivery *message, const char *status)
{
    struct problem problem;
    const char *detail = "";
    if (read_body(server, problem_record(), message->body, &problem))
        detail = problem.detail_en;
    server_log(server, "event=follow_refused service=%s code=%s detail=\"%s\"", following->service,
               status, detail);
    // Whatever it was (forgotten facts, another epoch): registering again tells where to begin.
    following->state = FOLLOW_REGISTER;
    following->pause_us = PAUSE_LAST_US;
    following->ask_us = server->now_us + MILLISECONDS(500);
}

void follow_reply(struct server *server, struct txn *txn, const struct delivery *message)
{
    struct following *following = following_find(server, message->peer);
    struct reply_head head;
    arena_reset(server->arena);
    if (!following || !read_body(server, reply_head_record(), message->head, &head) ||
        head.correlation != following->correlation || following->correlation == 0)
        return;
    following->correlation = 0;
    union {
        struct follow_place place;
        struct log_page log;
        struct snapshot_page snapshot;
    } body;
    if (strcmp(head.status, err_word(ERR_NONE)) != 0)
        take_refusal(server, following, message, head.status);
    else if (following->state == FOLLOW_REGISTER &&
             read_body(server, follow_place_record(), message->body, &body.place))
        take_place(server, txn, following, &body.place);
    else if (following->state == FOLLOW_READ &&
             read_body(server, log_page_record(), message->body, &body.log))
        take_log(server, txn, following, &body.log);
    else if (following->state == FOLLOW_SNAPSHOT &&
             read_body(server, snapshot_page_record(), message->body, &body.snapshot))
        take_snapshot(server, txn, following, &body.snapshot);
}

void follow_hint(struct server *server, struct txn *txn, const struct delivery *message)
{
    struct following *following = following_find(server, message->peer);
    struct hint hint;
    struct cursor cursor;
    arena_reset(server->arena);
    if (!following || following->state == FOLLOW_HALTED ||
        !read_body(server, hint_record(), message->body, &hint) ||
        !cursor_get(txn, following->service, &cursor))
        return;
    if (hint.epoch != cursor.epoch && following->state == FOLLOW_IDLE)
        ask_next(following, FOLLOW_REGISTER, server->now_us);
    if (hint.epoch != cursor.epoch || hint.head <= cursor.seq)
        return;
    following->wanted = hint.head;
    if (following->state != FOLLOW_IDLE || cursor.snapshot)
        return;
    bool continues = hint.facts_count > 0 && hint.facts[0].seq <= cursor.seq + 1;
    if (continues && !apply_page(server, txn, following, &cursor, hint.facts, hint.facts_count))
        return;
    if (cursor.seq < hint.head)
        ask_next(following, FOLLOW_READ, server->now_us);
}

// --- questions
static struct out_slot *ask_begin(struct server *server, struct following *following,
                                  const char *method, int64_t correlation)
{
    struct out_slot *slot = out_add(server, OUT_PEER);
    slot->message.peer = following->service;
    struct envelope envelope = {
        .version = ENVELOPE_VERSION,
        .kind = ENVELOPE_REQUEST,
        .method = method,
        .has_correlation = true,
        .correlation = correlation,
        .request = id_new(server->now_us, &server->rng),
        .has_wait_ms = true,
        .wait_ms = ANSWER_US / 1000,
    };
    encode(envelope_record(), &envelope, &slot->head);
    return slot;
}

static void ask(struct server *server, struct txn *txn, struct following *following)
{
    const char *own = server->service->schema->service;
    struct cursor cursor = { 0 };
    bool known = cursor_get(txn, following->service, &cursor);
    following->correlation = ++server->correlation;
    following->ask_us = server->now_us + ANSWER_US + following->pause_us;
    following->pause_us = following->pause_us * 2 + PAUSE_FIRST_US;
    if (following->pause_us > PAUSE_LAST_US)
        following->pause_us = PAUSE_LAST_US;
    if (following->state == FOLLOW_REGISTER || !known) {
        following->state = FOLLOW_REGISTER;
        struct follower in = { own, server->service->projection };
        encode(follower_record(), &in,
               &ask_begin(server, following, "follow_register", following->correlation)->body);
    } else if (following->state == FOLLOW_SNAPSHOT) {
        struct snapshot_place in = { .kind = cursor.kind, .after = cursor.after };
        encode(snapshot_place_record(), &in,
               &ask_begin(server, following, "snapshot_read", following->correlation)->body);
    } else {
        struct log_place in = { .name = own, .epoch = cursor.epoch, .after = cursor.seq };
        encode(log_place_record(), &in,
               &ask_begin(server, following, "log_read", following->correlation)->body);
    }
}

static void acknowledge(struct server *server, struct txn *txn, struct following *following)
{
    struct cursor cursor;
    if (!cursor_get(txn, following->service, &cursor))
        return;
    struct log_ack_in in = { server->service->schema->service, cursor.epoch, following->ack };
    // Its answer is of no interest: a lost one is made good by the next.
    encode(log_ack_in_record(), &in,
           &ask_begin(server, following, "log_ack", ++server->correlation)->body);
    following->ack = 0;
    following->ack_us = server->now_us + ACK_EVERY_US;
}

static bool may_acknowledge(const struct server *server, const struct following *following)
{
    bool is_time = server->now_us >= following->ack_us ||
                   server->now_us < following->ack_us - ACK_EVERY_US; // the clock went back
    return following->ack && is_time;
}

void follow_ask(struct server *server)
{
    struct err err = { 0 };
    struct txn *txn = server->following_count > 0 ? store_read(server->store, &err) : NULL;
    for (size_t i = 0; i < server->following_count && txn; i++) {
        struct following *following = &server->following[i];
        if (following->state == FOLLOW_HALTED)
            continue;
        if (may_acknowledge(server, following))
            acknowledge(server, txn, following);
        if (following->state != FOLLOW_IDLE && server->now_us >= following->ask_us)
            ask(server, txn, following);
    }
    txn_drop(txn);
}

int64_t follow_due_us(const struct server *server)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < server->following_count; i++) {
        const struct following *following = &server->following[i];
        bool asks = following->state != FOLLOW_IDLE && following->state != FOLLOW_HALTED;
        if (asks && following->ask_us < due_us)
            due_us = following->ask_us;
        if (following->ack && following->state != FOLLOW_HALTED && following->ack_us < due_us)
            due_us = following->ack_us;
    }
    return due_us;
}
