// SPDX-License-Identifier: Apache-2.0
// What the others tell the notifier, and what its watchers hear: shared by its tests.
#pragma once

#include <string.h>

#include "common/base/civil.h"
#include "services/notifier/api.h"
#include "services/notifier/store.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };

    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

// --- what others tell
static inline struct call call_of(uint32_t number, int64_t version)
{
    return (struct call){ .id = id_number(number),
                          .version = version,
                          .source = "pbx",
                          .source_ref = "1.1",
                          .state = call_state_RINGING,
                          .started_at = 1 };
}

static inline void tell_call(struct fixture *fx, const struct call *call)
{
    fixture_fact(fx, "telephony", "call", call, false);
}

// A call of a client (0: of the house), a member of staff (0: nobody yet), a team (0: none).
static inline void ring(struct fixture *fx, uint32_t number, int64_t version,
                        const uint32_t whose[3])
{
    struct call call = call_of(number, version);
    struct id staff = id_number(whose[1]), team = id_number(whose[2]);

    if (whose[0])
        call.client = id_number(whose[0]);
    call.staff = &staff;
    call.staff_count = whose[1] ? 1 : 0;
    call.teams = &team;
    call.teams_count = whose[2] ? 1 : 0;
    tell_call(fx, &call);
}

static inline void ring_plain(struct fixture *fx, uint32_t number, int64_t version)
{
    ring(fx, number, version, (const uint32_t[3]){ 0, 0, 0 });
}

static inline void hang_up(struct fixture *fx, uint32_t number, int64_t version)
{
    struct call call = call_of(number, version);

    call.state = call_state_ENDED;
    call.has_ended_at = true;
    call.ended_at = 2;
    tell_call(fx, &call);
}

static inline struct contact contact_of(uint32_t number, int64_t version, const char *name)
{
    return (struct contact){ .id = id_number(number),
                             .version = version,
                             .kind = contact_kind_PERSON,
                             .name = name,
                             .created_at = 1,
                             .edited_at = 1,
                             .edited_by = "x" };
}

static inline void tell_client(struct fixture *fx, uint32_t number, int64_t version,
                               const char *greeting)
{
    struct client_row client = { .id = id_number(number),
                                 .version = version,
                                 .name = "Firma",
                                 .greeting = greeting,
                                 .edited_at = 1,
                                 .edited_by = "x" };

    fixture_fact(fx, "contacts", "client", &client, false);
}

static inline void tell_staff(struct fixture *fx, uint32_t number, int64_t version,
                              const char *name, const char *extension)
{
    struct staff staff = { .id = id_number(number),
                           .version = version,
                           .name = name,
                           .extensions = &extension,
                           .extensions_count = extension ? 1 : 0,
                           .edited_at = 1,
                           .edited_by = "x" };

    fixture_fact(fx, "contacts", "staff", &staff, false);
}

static inline bool board_row(struct fixture *fx, uint32_t number, struct board_call *row)
{
    return fixture_row(fx, &board_call_table, id_number(number), row);
}

// --- what watchers are told
static inline struct watch *watch_all(struct fixture *fx)
{
    struct watch *watch =
        fixture_watch(fx, &(struct stream_order){ .board = board_CALLS, .credit = 10000 });

    CHECK(watch);
    return watch;
}

static inline struct watch *watch_at(struct fixture *fx, int64_t epoch, int64_t seq)
{
    struct watch *watch = fixture_watch(fx, &(struct stream_order){ .board = board_CALLS,
                                                                    .credit = 10000,
                                                                    .has_epoch = true,
                                                                    .epoch = epoch,
                                                                    .has_seq = true,
                                                                    .seq = seq });

    CHECK(watch);
    return watch;
}

static inline void expect(struct watch *watch, enum stream_kind kind)
{
    const struct stream_event *event = watch_next(watch);

    CHECK(event);
    CHECK_INT(event ? event->kind : 0, kind);
}

static inline void expect_row(struct watch *watch, enum stream_kind kind, uint32_t number)
{
    struct board_call row;
    const struct stream_event *event = watch_row(watch, board_call_record(), &row);

    CHECK(event);
    CHECK_INT(event ? event->kind : 0, kind);
    CHECK(event && id_equal(event->id, id_number(number)) && !event->deleted);
    CHECK(event && id_equal(row.id, id_number(number)));
}

static inline void expect_gone(struct watch *watch, uint32_t number)
{
    const struct stream_event *event = watch_next(watch);

    CHECK(event);
    CHECK_INT(event ? event->kind : 0, stream_kind_CHANGE);
    CHECK(event && id_equal(event->id, id_number(number)) && event->deleted);
}

static inline void expect_silence(struct watch *watch)
{
    CHECK_INT((int64_t)watch_waiting(watch), 0);
}

static inline void expect_empty_snapshot(struct watch *watch)
{
    expect(watch, stream_kind_SNAPSHOT_BEGIN);
    expect(watch, stream_kind_SNAPSHOT_END);
    expect_silence(watch);
}
