// SPDX-License-Identifier: Apache-2.0
// Short forms of what the tests of inquiries do.
#pragma once

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

#define CLIENT_A id_number(101)
#define CLIENT_B id_number(102)
#define ANNA     id_number(201) // of staff, extension 10
#define BERT     id_number(202) // of staff, extension 11
#define TEAM     id_number(301)
#define EVA      id_number(401) // a contact of client A's
#define FILE_A   id_number(501)

static inline void tell_client(struct fixture *fx, struct id id, const char *name)
{
    struct client_row row = { .id = id,
                              .version = 1,
                              .name = name,
                              .hours = "Mo–Fr 08:00–18:00",
                              .holidays = "DE-BE",
                              .edited_at = 1,
                              .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &row, false);
}

static inline void tell_staff(struct fixture *fx, struct id id, const char *name,
                              const char *extension)
{
    struct staff row = { .id = id,
                         .version = 1,
                         .name = name,
                         .extensions = &extension,
                         .extensions_count = 1,
                         .team = TEAM,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "staff", &row, false);
}

static inline void tell_contact(struct fixture *fx, struct id id, struct id client,
                                const char *name, const char *e164)
{
    struct number number = { .typed = e164, .e164 = e164 };
    struct contact row = { .id = id,
                           .version = 1,
                           .client = client,
                           .kind = contact_kind_PERSON,
                           .name = name,
                           .phones = &number,
                           .phones_count = 1,
                           .created_at = 1,
                           .edited_at = 1,
                           .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &row, false);
}

static inline void tell_file(struct fixture *fx, struct id id, struct id client, const char *number,
                             bool locked)
{
    static const struct id anna_only[1] = { { { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                201 } } };
    struct file row = { .id = id,
                        .version = locked ? 2 : 1,
                        .client = client,
                        .number = number,
                        .title = "Sache",
                        .kind = file_kind_FILE,
                        .state = file_state_OPEN,
                        .has_locked = true,
                        .locked = locked,
                        .seen_by = anna_only,
                        .seen_by_count = 1,
                        .opened_at = 1,
                        .edited_at = 1,
                        .edited_by = "x" };
    fixture_fact(fx, "contacts", "file", &row, false);
}

// Two clients, two people of the house, Eva whom only client A knows, and a file.
static inline struct fixture *world_new(void)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    tell_client(fx, CLIENT_A, "Kanzlei A");
    tell_client(fx, CLIENT_B, "Praxis B");
    tell_staff(fx, ANNA, "Anna Kern", "10");
    tell_staff(fx, BERT, "Bert Lang", "11");
    tell_contact(fx, EVA, CLIENT_A, "Eva Müller", "+4930123456");
    tell_file(fx, FILE_A, CLIENT_A, "A 1/26", false);
    return fx;
}

static inline void as(struct fixture *fx, struct id staff, uint32_t roles)
{
    fixture_as(fx, roles, scope_house, id_text(staff).text);
}

static inline void as_anna(struct fixture *fx)
{
    as(fx, ANNA, ROLE_BIT(AGENT));
}

static inline void as_bert(struct fixture *fx)
{
    as(fx, BERT, ROLE_BIT(AGENT));
}

static inline void as_house(struct fixture *fx)
{
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
}

static inline void as_scope(struct fixture *fx, enum scope_kind kind, struct id id)
{
    fixture_as(fx, ROLE_BIT(AGENT) | ROLE_BIT(ADMIN), (struct scope){ kind, id }, "somebody");
}

static inline void refused(struct fixture *fx, enum call_result result, enum err_code code,
                           const char *field)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, code, field);
}

static inline struct inquiry add(struct fixture *fx, struct inquiry_new in)
{
    struct inquiry out = { 0 };
    CHECK_INT(call_inquiry_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline struct inquiry get(struct fixture *fx, const char *number)
{
    struct inquiry_ref in = { .number = number };
    struct inquiry_match out = { 0 };
    CHECK_INT(call_inquiry_get(&fx->client, &in, &out), CALL_DONE);
    return *out.inquiry;
}

static inline void wait_until(struct fixture *fx, const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    CHECK(time_us >= fixture_now(fx));
    // Down meanwhile: it would tick each second.
    fixture_crash(fx);
    fixture_wait(fx, time_us - fixture_now(fx));
    fixture_start(fx);
    fixture_settle(fx);
}

// --- calls as telephony tells them
static inline struct call call_of(struct fixture *fx, uint32_t number, struct id client,
                                  const char *caller)
{
    return (struct call){ .id = id_number(number),
                          .version = 1,
                          .source = "pbx",
                          .source_ref = "1",
                          .state = call_state_RINGING,
                          .direction = call_direction_INBOUND,
                          .caller = caller,
                          .called = "+49301111111",
                          .client = client,
                          .started_at = fixture_now(fx),
                          .has_ring_at = true,
                          .ring_at = fixture_now(fx),
                          .agent = "10" };
}

static inline void tell_call(struct fixture *fx, const struct call *call)
{
    fixture_fact(fx, "telephony", "call", call, false);
}

static inline void answer_call(struct fixture *fx, struct call *call)
{
    call->version++;
    call->state = call_state_TALKING;
    call->has_answered_at = true;
    call->answered_at = fixture_now(fx);
    tell_call(fx, call);
}

static inline void end_call(struct fixture *fx, struct call *call)
{
    bool answered = call->has_answered_at;
    call->version++;
    call->state = call_state_ENDED;
    call->outcome = answered ? call_outcome_ANSWERED : call_outcome_MISSED;
    call->talk_ms = answered ? (fixture_now(fx) - call->answered_at) / 1000 : 0;
    call->has_ended_at = true;
    call->ended_at = fixture_now(fx);
    tell_call(fx, call);
}
