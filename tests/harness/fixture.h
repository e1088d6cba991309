// SPDX-License-Identifier: Apache-2.0
// A house in one process, for tests and the simulation: real servers over real stores in temporary
// folders, a fake clock, no sockets. A fixture is one service of it; every message is a mail that
// whoever drives the house may deliver, drop, repeat or delay.
#pragma once

#include "common/step/server.h"
#include "proto/stubs.h"

// --- one service, the commonest case
struct fixture {
    struct client client; // `call_contact_add(&fx->client, &in, &out)`; who calls: see fixture_as
    struct house *house;
    const struct service *service;
    struct server *server; // NULL while stopped
    struct store *store;   // NULL while stopped
    int64_t skew_us;       // added to the house's clock: this machine's clock is wrong
    struct fixture_parts *parts;
};

// A house of one service; free with fixture_free. The caller is at first "tester", an ADMIN of the
// whole house. What the service follows can be fed with fixture_fact.
struct fixture *fixture_new(const struct service *service);
// The same with request.context, and the store's map size (0: 64 MiB).
struct fixture *fixture_new_with(const struct service *service, void *context, size_t map_bytes);
void fixture_free(struct fixture *fx); // with its whole house; takes NULL

// Calls from now on come from this principal; an earlier one of the same name is replaced.
void fixture_as(struct fixture *fx, uint32_t roles, struct scope scope, const char *name);
// That principal is refused from now on (false: accepted again).
void fixture_revoke(struct fixture *fx, const char *name, bool revoked);
// The next call carries this id (a repeat, an old one, one from the future).
void fixture_next_id(struct fixture *fx, struct id id);

// The house's clock, and moving it: everything due on the way happens in order.
int64_t fixture_now(const struct fixture *fx);
void fixture_wait(struct fixture *fx, int64_t duration_us);
// Delivers and runs until nothing waits; the clock stands still.
void fixture_settle(struct fixture *fx);

// Facts of this kind in the service's log (NULL: of all kinds).
int64_t fixture_facts(struct fixture *fx, const char *kind);
// The nth fact of this kind, from 0; -1: the last. False when there is none. The row is decoded
// into `row` (may be NULL), memory until fixture_reset.
bool fixture_fact_at(struct fixture *fx, const char *kind, int nth, struct fact *out, void *row);
// The row under this id in one of the service's tables.
bool fixture_row(struct fixture *fx, const struct table *table, struct id id, void *row);
// Rows in a table.
int64_t fixture_rows(struct fixture *fx, const struct table *table);

// Tells the service a fact of one that it follows, and settles. Behind it stands a server with that
// service's schema and no handlers; `row` begins with `struct id id`.
void fixture_fact(struct fixture *fx, const char *service, const char *kind, const void *row,
                  bool deleted);

// Work in the service's next run (as a port would), and settles. False when it was not committed.
bool fixture_input(struct fixture *fx, bool (*run)(struct request *rq, void *argument),
                   void *argument);

// Forgets what answers and rows point into.
void fixture_reset(struct fixture *fx);

// The process ends without a word (what is not committed is lost), and begins again with the same
// store.
void fixture_crash(struct fixture *fx);
void fixture_start(struct fixture *fx);
void fixture_restart(struct fixture *fx); // both, and settles
// As a restore would: the same rows under another epoch.
void fixture_new_epoch(struct fixture *fx);

// Every method of the schema has a handler of the right order, every fact a table that snapshots
// can be read from. Returns what is missing; "" when nothing is.
const char *fixture_incomplete(const struct service *service);

// --- streams
struct watch;
// NULL when refused: see fx->client.refused. Settles. As the present principal, on a route of its
// own.
struct watch *fixture_watch(struct fixture *fx, const struct stream_order *order);
// Another stream on the route of `watch`; NULL when refused.
struct watch *watch_another(struct watch *watch, const struct stream_order *order);
// The next message of the stream that has arrived, in order; NULL when there is none.
const struct stream_event *watch_next(struct watch *watch);
// The same, with its row decoded.
const struct stream_event *watch_row(struct watch *watch, const struct record *record, void *row);
// Messages that have arrived and were not yet read.
size_t watch_waiting(const struct watch *watch);
bool watch_credit(struct watch *watch, int64_t credit);
bool watch_close(struct watch *watch);
void watch_lost(struct watch *watch); // the connection broke: the server learns it by a failed send

// --- several services
// The clock begins at 2026-03-02T08:00:00Z, a Monday.
struct house *house_new(uint64_t seed);
void house_free(struct house *house);
// Services find each other by their schema's name. Free with the house.
struct fixture *house_add(struct house *house, const struct service *service, void *context,
                          size_t map_bytes);
// The fixture of a service (also a fed one); NULL when there is none.
struct fixture *house_find(struct house *house, const char *service);
int64_t house_now(const struct house *house);
void house_wait(struct house *house, int64_t duration_us);
void house_settle(struct house *house);

// --- driving it message by message (the simulation)
enum mail_kind {
    MAIL_REQUEST, // from a caller to a service
    MAIL_REPLY,   // from a service to a route: a reply or a stream's message
    MAIL_ASK,     // from a service to one that it follows
    MAIL_ANSWER,  // and back
    MAIL_HINT,    // from a service to one that follows it
};
struct mail {
    enum mail_kind kind;
    struct fixture *from, *to; // NULL: a caller
    struct caller *caller;     // REQUEST: who asks; REPLY: who gets it; NULL when unknown
    struct route route;
    struct bytes head, body;
    int64_t due_us; // delivered at this time of the house's clock
    uint64_t number;
};
enum mail_fate { MAIL_DELIVER, MAIL_DROP, MAIL_REPEAT };
// Asked once for each mail when it is sent; *ret_delay_us (0) may be set. A repeated one arrives
// now and again after the delay. NULL: everything is delivered at once and in order.
typedef enum mail_fate mail_judge(void *context, const struct mail *mail, int64_t *ret_delay_us);
void house_set_judge(struct house *house, mail_judge *judge, void *context);

// Every run of a service may be its last: the process dies before it writes, or when its commit is
// durable and `*ret_sent` of its messages are out.
enum run_fate { RUN_GOES_ON, RUN_DIES_BEFORE, RUN_DIES_AFTER };
// Each may be NULL.
struct house_watch {
    enum run_fate (*fate)(void *context, struct fixture *fx, size_t *ret_sent);
    void (*ran)(void *context, struct fixture *fx);  // durable, and nothing of it is out yet
    void (*died)(void *context, struct fixture *fx); // server and store are gone
};
void house_set_watch(struct house *house, const struct house_watch *watch, void *context);

// Whoever calls without waiting. `take` gets what comes to the route.
struct caller {
    struct principal principal;
    struct route route;
    void (*take)(void *context, struct bytes head, struct bytes body);
    void *context;
};
// Copied; valid until the house is freed. An earlier one with the same route is replaced.
struct caller *house_caller(struct house *house, const struct caller *caller);
// Whoever bears this name is this principal from now on, on all their routes.
void house_principal(struct house *house, const struct principal *principal);
void house_send(struct house *house, struct fixture *to, struct caller *caller, struct bytes head,
                struct bytes body);

// One thing that is due now: a mail delivered or a server run. False when nothing is.
bool house_step(struct house *house);
// When the next thing is due (mail, timer of a server); INT64_MAX: never.
int64_t house_due_us(const struct house *house);
// Moves the clock to that time, but never beyond `until_us` and never back.
void house_move(struct house *house, int64_t until_us);
// As of the last run of this service; COMMIT_BROKEN ends it as fixture_crash does.
enum commit_result fixture_committed(const struct fixture *fx);
