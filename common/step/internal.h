// SPDX-License-Identifier: Apache-2.0
// What the server's files share; included by no one else.
#pragma once

#include "common/base/civil.h"
#include "common/step/server.h"
#include "common/step/stream.h"
#include "common/wire/envelope.h"

#define REQUEST_MEMORY  ((size_t)16 << 20)
#define FIGURES_MAX     64
#define FOLLOWED_MAX    8
#define ACTORS_MAX      256
#define LOG_LINES_MAX   2048 // more than one batch writes
#define LOG_LINE_MAX    240
#define BATCH_MAX       1024
#define WAIT_DEFAULT_MS 5000
#define FUTURE_US       SECONDS(300)
#define REPLY_MEMORY_US DAYS(7)
#define LOG_MEMORY_US   DAYS(7)
#define TICK_US         SECONDS(1)
#define HOUSEKEEPING_US SECONDS(60)
// See derived_yield: so long nobody has asked anything, and at the latest after so long.
#define DERIVED_YIELD_US MILLISECONDS(5)
#define DERIVED_WAIT_US  MILLISECONDS(60)
#define PAGE_BYTES_MAX   ((size_t)256 << 10)
#define PAGE_FACTS       200

enum delivery_kind { DELIVERY_REQUEST, DELIVERY_REPLY, DELIVERY_HINT, DELIVERY_INPUT };

// Something handed in; one block of memory with its frames.
struct delivery {
    struct delivery *next;
    enum delivery_kind kind;
    int64_t received_us;
    bool known; // the principal is
    struct principal principal;
    struct route route;
    const char *peer; // of the service's table of follows
    struct input input;
    size_t frame_count;
    struct bytes head, body;
};

struct queue {
    struct delivery *first, *last;
    size_t count;
};
// --- queue.c
void queue_add(struct queue *queue, struct delivery *message);
struct delivery *queue_take(struct queue *queue); // NULL: none waits

// A request on its way through the checks.
struct call_in {
    struct delivery *message;
    struct txn *txn; // the batch's, or the reading one
    struct envelope envelope;
    const struct method *method;
    handler_function *run;
    const char *actor;
    uint32_t roles;
    struct scope scope;
    uint8_t body_hash[16];
};

enum follow_state { FOLLOW_REGISTER, FOLLOW_READ, FOLLOW_SNAPSHOT, FOLLOW_IDLE, FOLLOW_HALTED };

struct following {
    const char *service;
    enum follow_state state;
    int64_t correlation; // of what is asked; 0: nothing is
    int64_t ask_us;      // when to ask (again)
    int64_t pause_us;
    int64_t ack;    // committed but not yet told; 0: nothing
    int64_t ack_us; // when it may be told
    int64_t wanted; // a hint named this head
};

struct out_slot {
    struct outgoing message;
    struct mp_writer head, body;
};

struct count {
    const char *name;
    int64_t value;
};

struct server {
    const struct service *service;
    struct store *store;
    struct streams *streams;
    void *context;
    const char *version;
    bool quiet;
    struct rng rng;
    size_t in_flight_actor, in_flight_all;
    principal_lookup *lookup;
    void *lookup_context;

    struct queue waiting, parked;
    struct {
        char name[PRINCIPAL_NAME_MAX + 1];
        size_t count;
    } actors[ACTORS_MAX];
    size_t actor_count;
    struct arena *arena;
    int64_t now_us, correlation;
    const char *applying; // a fact: kind, entity, version; ids are derived from it. NULL: none
    bool emit_refused;    // the request told a fact that cannot be told: it is refused as a whole

    struct out_slot *slots;
    struct outgoing *messages; // as the outbox shows them
    size_t out_count, out_room;

    struct following following[FOLLOWED_MAX];
    size_t following_count;
    int64_t hinted_head, beacon_us, beacon_pause_us;
    int64_t tick_us, housekeeping_us, parked_us;
    int64_t derived_us, derived_ran_us; // when derived indexes are worked on again; when last
    struct scrub_place *scrub;

    struct count figures[FIGURES_MAX];
    size_t figure_count;
    char lines[LOG_LINES_MAX][LOG_LINE_MAX];
    size_t line_first, line_count;
    char line[LOG_LINE_MAX];
};

// --- out.c
struct out_slot *out_add(struct server *server, enum out_kind kind);
// Shows all that was added to whoever sends it.
void out_show(struct server *server, struct outbox *out);
// A request of the service itself: a tick, an input, a fact.
struct request request_base(struct server *server, struct txn *txn);

// --- log lines, see server_log_line
void server_log(struct server *server, const char *format, ...) PRINTF_LIKE(2, 3);

// --- dispatch.c
// Everything up to the handler. False: it has been answered (or dropped), or parked (*ret_parked).
bool dispatch_check(struct server *server, struct txn *txn, struct delivery *message,
                    struct call_in *out, bool *ret_parked);
// Runs the handler and answers. WRITE: in a child of txn; READ: txn is a reading one.
void dispatch_run(struct server *server, struct txn *txn, struct call_in *call);
void dispatch_refuse(struct server *server, const struct call_in *call, const struct err *err,
                     struct bytes current);
// The method of a queued request without any check; NULL when it cannot be told.
const struct method *dispatch_peek(struct server *server, const struct delivery *message);

// --- common.c
extern const struct handler *const shared_handlers;
extern const size_t shared_handler_count;

// --- follow.c
void follow_begin(struct server *server);
void follow_reply(struct server *server, struct txn *txn, const struct delivery *message);
void follow_hint(struct server *server, struct txn *txn, const struct delivery *message);
// Asks what is due to be asked, acknowledges what is committed; after a commit.
void follow_ask(struct server *server);
int64_t follow_due_us(const struct server *server);
// True when the place has been seen (or is our own).
bool follow_has_seen(struct server *server, struct txn *txn, const struct seen *seen);

// --- follow_apply.c
const struct follow *follow_of(const struct server *server, const char *service, const char *kind);
// Follows no further, and says why in the cursor. Always false.
bool follow_halt(struct server *server, struct txn *txn, struct following *following,
                 const char *why);
// Rows are applied once per version. False: halted, or a storage fault.
bool follow_apply(struct server *server, struct txn *txn, struct following *following,
                  const struct fact *fact, const struct cursor *cursor);
void follow_retry_parked(struct server *server, struct txn *txn);
// What was parked is superseded; `again`: rows of known versions are applied once more.
void follow_snapshot_begins(struct txn *txn, const struct following *following,
                            const struct cursor *cursor, bool again);
// What the snapshot did not name is gone. True when nothing of an older generation is left.
bool follow_sweep(struct server *server, struct txn *txn, struct following *following,
                  const struct cursor *cursor);

// --- hint.c
void hint_send(struct server *server, struct txn *txn);
