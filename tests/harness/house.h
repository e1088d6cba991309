// SPDX-License-Identifier: Apache-2.0
// What the harness's files share: the house behind fixture.h. Tests include fixture.h only.
#pragma once

#include "common/wire/codec.h"
#include "tests/harness/fixture.h"

#define HOUSE_SERVICES_MAX 8

// Bytes of a reply or of a stream's messages that have come to a route.
struct arrived {
    struct bytes head, body;
};

// One connection of whoever calls: what comes back is kept here.
struct line {
    struct house *house;
    struct caller *caller;
    struct arrived *arrived; // replies, until a call takes them
    size_t count, room;
    struct watch *watches; // streams on this line
    struct line *next;
};

struct watch {
    struct fixture *fixture;
    struct line *line;
    struct watch *next;
    int64_t stream;
    struct arrived *events;
    size_t count, room, read;
    struct stream_event event;
};

struct fixture_parts {
    char folder[200];
    size_t map_bytes;
    void *context;
    struct arena *arena;
    struct line *line; // of the present principal
    struct id next_id;
    int64_t correlation;
    enum commit_result committed;
    int64_t armed_skew_us; // of the last run: a timer that is armed does not follow the clock
    struct service *fed;   // a service made up from its schema; NULL: a real one
    struct table *fed_tables;
    const struct table **fed_list;
};

struct house {
    int64_t now_us;
    struct rng rng;
    struct fixture *services[HOUSE_SERVICES_MAX];
    size_t service_count;
    struct mail *mails; // a heap by due time and number
    size_t mail_count, mail_room;
    uint64_t mail_number;
    struct caller **callers;
    size_t caller_count, caller_room;
    struct line *lines;
    mail_judge *judge;
    void *judge_context;
    struct house_watch watch;
    void *watch_context;
    char folder[160];
};

// --- house_mail.c
// Copies what is said and asks the judge.
void mail_post(struct house *house, const struct mail *mail);
// The mail that is due first, taken out; false when none is due by then. Free with mail_free.
bool mail_take(struct house *house, int64_t until_us, struct mail *out);
int64_t mail_due_us(const struct house *house);
void mail_free(struct mail *mail);
struct bytes bytes_copy(struct bytes bytes);

// --- house.c
bool route_same(const struct route *a, const struct route *b);
void fixture_close(struct fixture *fx);
void fixture_connect(struct fixture *fx);

// --- line.c
struct line *line_new(struct fixture *fx, const struct principal *principal);
void lines_free(struct house *house);
// One call on this line; the client's deadline decides.
enum call_result line_call(struct fixture *fx, struct line *line, const struct method *method,
                           const void *in, void *out);
