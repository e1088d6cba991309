// SPDX-License-Identifier: Apache-2.0
// What the streams' files share among themselves: nobody else includes this.
#pragma once

#include "common/base/arena.h"
#include "common/step/service.h"
#include "common/step/stream.h"
#include "common/wire/codec.h"

#define STREAM_TURN_MESSAGES  200               // of one stream in one pump
#define STREAM_TURN_FACTS     1000              // looked at for one stream in one pump
#define STREAM_SNAPSHOT_BYTES ((size_t)8 << 20) // of one stream; beyond: closed
#define STREAM_SNAPSHOTS_ALL  ((size_t)256 << 20)
#define STREAM_NARROW_MAX     3

// --- the rows of a snapshot, encoded, until they are sent
struct snapshot_row {
    struct id id;
    size_t begin, size;
};
struct stream_snapshot {
    struct mp_writer bytes;
    struct snapshot_row *rows;
    size_t count, room, next;
};

// --- the last requests that gave credit: a repeat of one counts nothing, however late it comes
#define CREDITS_KEPT   32
#define CREDITS_STAGED 16 // of one stream in one batch; beyond: busy
struct credits {
    struct id ids[CREDITS_KEPT]; // a ring
    size_t count;                // ever
};

enum stream_phase {
    STREAM_BEGIN, // is a resume wanted, and possible?
    STREAM_RESET, // the watcher's place is lost: say so, then a snapshot
    STREAM_TAKE,  // a snapshot is to be read
    STREAM_ROWS,  // it is being sent
    STREAM_LIVE,  // the log is followed
};

struct stream {
    int64_t number, correlation;
    struct id request; // a repeat of it opens no second one
    struct route route;
    char principal[PRINCIPAL_NAME_MAX + 1];
    uint32_t roles;                         // of the principal when it opened
    struct scope principal_scope;           // likewise
    struct scope scope;                     // of the request
    struct scope narrow[STREAM_NARROW_MAX]; // by the order
    size_t narrow_count;
    const struct board_source *source;
    enum board board;

    enum stream_phase phase;
    bool resume;
    int64_t resume_epoch;
    int64_t seq;    // facts up to here are sent or not for this watcher
    int64_t told;   // the place in the last message
    int64_t nth;    // of the last message
    int64_t credit; // messages that may still be sent
    struct credits credits;
    int64_t sign_us;
    struct stream_snapshot snapshot;
    int64_t snapshot_seq, snapshot_withdrawal;
    size_t facts; // looked at in this turn

    bool staged_open, staged_close; // until the batch is settled
    bool staged_sign;
    int64_t staged_credit, staged_sign_us;
    struct id staged_credits[CREDITS_STAGED]; // the requests of this batch
    size_t staged_credit_count;
    bool gone; // freed at the next opportunity
};

// --- one page of the log, decoded at most once for all streams of a pump
struct page_fact {
    const struct fact *fact;
    const void *row; // NULL until somebody asked
};
struct stream_page {
    struct arena *arena;
    struct page_fact *facts;
    size_t count;
    int64_t first; // seq of facts[0]
};

struct streams {
    const struct service *service;
    struct store *store;
    struct stream **all;
    size_t count, room;
    int64_t last_number;
    size_t first; // who begins the next pump
    size_t snapshot_bytes;
    bool more; // something could have been sent, but its turn was over
    bool pumping;
    struct stream_page page;
    struct arena *arena; // for reading snapshots
    struct mp_writer head, body;
};

// Frees streams that are gone.
void streams_sweep(struct streams *streams);
bool stream_sees(const struct stream *stream, const void *row);
struct withdrawal {
    int64_t seq; // facts up to here are told nobody any more
    int64_t nth; // a snapshot from before another one is not sent to its end
};
struct withdrawal streams_withdrawn(struct txn *txn);

// Reads the board as of `txn`, as far as the stream may see it; sets snapshot_seq. False when there
// are too many bytes, or the store is at fault: the stream cannot go on.
MUST_USE bool snapshot_take(struct streams *streams, struct stream *stream, struct txn *txn);
void snapshot_done(struct streams *streams, struct stream *stream);

void page_forget(struct stream_page *page);
// The fact with this number; NULL when the log does not hold it (any more).
struct page_fact *page_at(struct stream_page *page, struct txn *txn, int64_t seq);
// The fact's row, decoded once; NULL when it cannot be.
const void *page_row(struct stream_page *page, struct page_fact *entry,
                     const struct record *record);
