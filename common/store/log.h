// SPDX-License-Identifier: Apache-2.0
// What a store holds beside its tables, in the same transaction: the log of facts, the cursors of
// the logs it follows, the replies it has given, and named numbers.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

// --- our own log
// Appends the fact with the next number, which is also set in fact->seq and returned; 0 on a sticky
// fault. `fact` must satisfy its record.
int64_t log_append(struct txn *txn, struct fact *fact);
int64_t log_head(struct txn *txn);
int64_t log_oldest(struct txn *txn); // 0 when the log is empty
// Facts after + 1 ... in the arena, at most `limit` and about `bytes_max` bytes, at least one if
// there is one. Returns their count; *ret_facts an array.
size_t log_facts(struct txn *txn, int64_t after, size_t limit, size_t bytes_max,
                 struct arena *arena, const struct fact **ret_facts);
// Deletes facts below `seq` and older than `before_us`, at most 500. Returns how many.
size_t log_trim(struct txn *txn, int64_t seq, int64_t before_us);

// --- who follows us
struct follower_place {
    int64_t projection, acked, at_us; // when it last acknowledged
    bool cut_off;                     // too far behind: it must begin by snapshot
};
MUST_USE bool follower_get(struct txn *txn, const char *name, struct follower_place *out);
void follower_put(struct txn *txn, const char *name, const struct follower_place *place);
// The least acknowledged number of all followers not cut off; the head when there is none.
int64_t follower_least(struct txn *txn);
// Cuts off those that have not acknowledged since before_us and lag. Returns how many.
size_t follower_cut(struct txn *txn, int64_t before_us);

// --- whom we follow
struct cursor {
    int64_t epoch, seq, projection;
    bool snapshot;         // a snapshot is being read: `kind` and `after` say how far it is
    int64_t snapshot_head; // the log's head when the snapshot began
    int64_t generation;    // of the snapshot: rows of an older one are swept at its end
    char kind[64];
    struct id after;
    char halted[200]; // why we follow no further; "" normally
};
MUST_USE bool cursor_get(struct txn *txn, const char *service, struct cursor *out);
void cursor_put(struct txn *txn, const char *service, const struct cursor *cursor);

// The version last applied of a followed entity, and the generation that touched it last. False
// when it has never been seen.
MUST_USE bool followed_get(struct txn *txn, const char *service, const char *kind, struct id entity,
                           int64_t *ret_version, int64_t *ret_generation);
void followed_put(struct txn *txn, const char *service, const char *kind, struct id entity,
                  int64_t version, int64_t generation);
void followed_del(struct txn *txn, const char *service, const char *kind, struct id entity);
// Entities of a generation older than this one, at most `limit`, as (kind, id) pairs.
struct followed {
    const char *kind;
    struct id entity;
    int64_t version;
};
size_t followed_older(struct txn *txn, const char *service, int64_t generation, size_t limit,
                      struct arena *arena, const struct followed **ret);

// Facts that could not be applied wait here with all later ones of the same entity, in order.
void parked_put(struct txn *txn, const char *service, const struct fact *fact, const char *why);
bool parked_has(struct txn *txn, const char *service, const char *kind, struct id entity);
size_t parked_count(struct txn *txn);
// The oldest parked fact of each entity in turn, beginning behind `after_seq`; false at the end.
MUST_USE bool parked_next(struct txn *txn, const char *service, int64_t after_seq,
                          struct arena *arena, struct fact *out);
void parked_del(struct txn *txn, const char *service, int64_t seq);

// --- replies given
struct stored_reply {
    uint8_t body_hash[16]; // of method and body: the same id with another body is a conflict
    const char *status;    // "ok" or the problem's code
    struct bytes body;
};
MUST_USE bool reply_get(struct txn *txn, struct id request, const char *actor, struct arena *arena,
                        struct stored_reply *out);
void reply_put(struct txn *txn, struct id request, const char *actor,
               const struct stored_reply *reply);
// Deletes replies to requests whose id lies before `before_us`, at most 500, and stores that bound:
// an id below it is stale for ever, whatever the clock says. Returns how many.
size_t reply_evict(struct txn *txn, int64_t before_us);
int64_t reply_evicted_below(struct txn *txn); // microseconds; 0: nothing was ever evicted

// --- named numbers
int64_t meta_get(struct txn *txn, const char *name, int64_t otherwise);
void meta_put(struct txn *txn, const char *name, int64_t value);
