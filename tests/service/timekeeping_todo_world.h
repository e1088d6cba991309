// SPDX-License-Identifier: Apache-2.0
// What the others tell timekeeping for callbacks and resubmissions: shared by their tests.
#pragma once

#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_callback.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

// Each second of the clock is a tick: a few minutes do as well as hours.
#define STRETCH SECONDS(300)

#define ANNA     number_id(1)
#define BERT     number_id(2)
#define CEM      number_id(3)
#define TEAM     number_id(10)
#define CLIENT_A number_id(20)
#define CLIENT_B number_id(21)
#define MEIER    number_id(30)

static inline struct id number_id(uint32_t number)
{
    struct id id = { { 1 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static inline void tell_staff(struct fixture *fx, struct id id, int64_t version, struct id deputy)
{
    struct staff staff = { .id = id,
                           .version = version,
                           .name = id_equal(id, ANNA) ? "Anna" : "Bert",
                           .team = TEAM,
                           .deputy = deputy,
                           .edited_at = 1,
                           .edited_by = "x" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
}

static inline void tell_absence(struct fixture *fx, struct absence absence)
{
    absence.reason = absence_reason_VACATION;
    absence.edited_at = 1;
    absence.edited_by = "x";
    fixture_fact(fx, "contacts", "absence", &absence, false);
}

static inline void tell_contact(struct fixture *fx, struct id id, int64_t version, const char *e164)
{
    struct number phone = { .typed = e164, .e164 = e164 };
    struct contact contact = { .id = id,
                               .version = version,
                               .client = CLIENT_A,
                               .kind = contact_kind_PERSON,
                               .name = "Karl Meier",
                               .phones = &phone,
                               .phones_count = 1,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

// Anna (deputy: Bert), Bert, Cem; Karl Meier of client A.
static inline struct fixture *todo_world(void)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    tell_staff(fx, ANNA, 1, BERT);
    tell_staff(fx, BERT, 1, CEM);
    tell_staff(fx, CEM, 1, (struct id){ { 0 } });
    tell_contact(fx, MEIER, 1, "+4930901820");
    fixture_as(fx, ROLE_BIT(LEADER), scope_house, id_text(ANNA).text);
    return fx;
}

// A call that began now, of this direction, with this number.
static inline struct call call_now(struct fixture *fx, uint32_t number,
                                   enum call_direction direction, const char *other)
{
    bool inbound = direction == call_direction_INBOUND;
    return (struct call){ .id = number_id(1000 + number),
                          .version = 1,
                          .source = "pbx",
                          .source_ref = "1.1",
                          .state = call_state_RINGING,
                          .direction = direction,
                          .caller = inbound ? other : NULL,
                          .called = inbound ? NULL : other,
                          .started_at = fixture_now(fx) };
}

static inline void tell_call(struct fixture *fx, struct call *call)
{
    fixture_fact(fx, "telephony", "call", call, false);
    call->version++;
}

static inline void call_over(struct fixture *fx, struct call *call, bool answered)
{
    tell_call(fx, call);
    if (answered) {
        call->state = call_state_TALKING;
        call->has_answered_at = true;
        call->answered_at = fixture_now(fx);
        tell_call(fx, call);
    }
    call->state = call_state_ENDED;
    call->has_ended_at = true;
    call->ended_at = fixture_now(fx);
    call->outcome = answered ? call_outcome_ANSWERED : call_outcome_MISSED;
    tell_call(fx, call);
}

static inline struct callback callback_of(struct fixture *fx, struct id id)
{
    struct callback row = { 0 };
    CHECK(fixture_row(fx, &callback_table, id, &row));
    return row;
}
