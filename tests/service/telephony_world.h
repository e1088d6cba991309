// SPDX-License-Identifier: Apache-2.0
// Short forms for the tests of telephony: what the contacts service tells, what a PBX reports.
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define BEGAN INT64_C(1795398000000000)

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static inline struct fixture *world_new(struct switchboard *board)
{
    *board = (struct switchboard){ .home = { .country = "49", .area = "30" } };
    return fixture_new_with(&telephony_service, board, 0);
}

// --- what contacts tells
static inline void tell_client(struct fixture *fx, uint32_t number, const char *name,
                               const char *e164)
{
    struct number called = { .typed = e164, .e164 = e164 };
    struct client_row client = { .id = id_number(number),
                                 .version = 1,
                                 .name = name,
                                 .numbers = &called,
                                 .numbers_count = e164 ? 1 : 0,
                                 .edited_at = 1,
                                 .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &client, false);
}

static inline struct contact contact_of(uint32_t number, uint32_t client, const char *name)
{
    struct contact contact = { .id = id_number(number),
                               .version = 1,
                               .kind = contact_kind_PERSON,
                               .name = name,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    if (client)
        contact.client = id_number(client);
    return contact;
}

// A contact of that client (0: of the house) with this number.
static inline void tell_contact(struct fixture *fx, uint32_t number, uint32_t client,
                                const char *name, const char *e164)
{
    struct number phone = { .typed = e164, .e164 = e164 };
    struct contact contact = contact_of(number, client, name);
    contact.phones = &phone;
    contact.phones_count = e164 ? 1 : 0;
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

static inline void tell_staff(struct fixture *fx, uint32_t number, uint32_t team, const char *name,
                              const char *extension)
{
    struct staff staff = { .id = id_number(number),
                           .version = 1,
                           .name = name,
                           .extensions = &extension,
                           .extensions_count = 1,
                           .edited_at = 1,
                           .edited_by = "x" };
    if (team)
        staff.team = id_number(team);
    fixture_fact(fx, "contacts", "staff", &staff, false);
}

// --- what a PBX reports
static inline struct call seen_call(const char *ref, const char *caller, const char *called)
{
    return (struct call){ .source = "pbx",
                          .source_ref = ref,
                          .state = call_state_WAITING,
                          .direction = call_direction_INBOUND,
                          .caller = caller,
                          .called = called,
                          .started_at = BEGAN };
}

static inline bool run_seen(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

static inline void report(struct fixture *fx, struct call *call)
{
    CHECK(fixture_input(fx, run_seen, call));
}

static const char *const phone_101[] = { "101" };

static inline void rings(struct fixture *fx, struct call *call)
{
    call->state = call_state_RINGING;
    call->agents_rung = call->ringing = phone_101;
    call->agents_rung_count = call->ringing_count = 1;
    call->has_ring_at = true;
    call->ring_at = call->started_at + SECONDS(1);
    report(fx, call);
}

static inline void answered(struct fixture *fx, struct call *call)
{
    call->state = call_state_TALKING;
    call->agent = "101";
    call->ringing_count = 0;
    call->talking = phone_101;
    call->talking_count = 1;
    call->has_answered_at = true;
    call->answered_at = call->started_at + SECONDS(2);
    report(fx, call);
}

static inline void ends(struct fixture *fx, struct call *call, enum call_outcome outcome)
{
    call->state = call_state_ENDED;
    call->ringing_count = call->talking_count = 0;
    call->has_ended_at = true;
    call->ended_at = call->started_at + SECONDS(9);
    call->outcome = outcome;
    call->ended_by = call_ended_by_CALLER;
    report(fx, call);
}

// The newest call that fits; its texts live until fixture_reset.
static inline struct call only_call(struct fixture *fx, const struct call_query *query)
{
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&fx->client, query, &page), CALL_DONE);
    CHECK_INT(page.calls_count, 1);
    return page.calls_count ? page.calls[0] : (struct call){ 0 };
}

static inline struct call newest(struct fixture *fx)
{
    return only_call(fx, &(struct call_query){ .has_limit = true, .limit = 1 });
}
