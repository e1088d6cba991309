// SPDX-License-Identifier: Apache-2.0
// Short forms for the tests of clocks: staff, calls told by telephony, clocks moved by hand.
#pragma once

#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/house.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define MINUTES(n) (SECONDS(60) * (n))

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1, [6] = 0x70, [8] = 0x80 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

#define ANNA id_number(1)
#define BERT id_number(2)
#define TEAM id_number(9)

static inline void tell_staff(struct fixture *fx, struct id id, const char *name,
                              const char *extension)
{
    static int64_t version = 1;
    struct staff staff = { .id = id,
                           .version = version++,
                           .name = name,
                           .team = TEAM,
                           .extensions = &extension,
                           .extensions_count = 1,
                           .edited_at = 1,
                           .edited_by = "x" };
    fixture_fact(fx, "contacts", "staff", &staff, false);
}

static inline void as_staff(struct fixture *fx, struct id id, uint32_t roles)
{
    fixture_as(fx, roles, scope_house, id_text(id).text);
}

static inline struct fixture *desk_new(struct timekeeping_house *house)
{
    *house = (struct timekeeping_house){ .home = { .country = "49" },
                                         .zone = "Europe/Berlin",
                                         .hold_counts = true };
    struct fixture *fx = fixture_new_with(&timekeeping_service, house, 0);
    tell_staff(fx, ANNA, "Anna", "101");
    tell_staff(fx, BERT, "Bert", "102");
    as_staff(fx, ANNA, ROLE_BIT(AGENT));
    return fx;
}

// --- calls
#define SPOKEN_PARTS 4
struct spoken {
    struct call call;
    struct call_part parts[SPOKEN_PARTS];
    struct id staff[2];
};

static inline void spoken_init(struct spoken *spoken, uint32_t number)
{
    *spoken = (struct spoken){ .call = { .id = id_number(1000 + number),
                                         .source = "pbx",
                                         .source_ref = "1",
                                         .direction = call_direction_INBOUND,
                                         .caller = "+49301234567",
                                         .started_at = 1 } };
}

// A part of this phone; `until` 0: it goes on.
static inline void speaks(struct spoken *spoken, const char *agent, int64_t from, int64_t until)
{
    struct call_part *part = &spoken->parts[spoken->call.parts_count++];
    *part = (struct call_part){ .agent = agent, .from = from };
    if (!until)
        return;
    part->has_until = true;
    part->until = until;
    part->talk_ms = (until - from) / 1000;
}

static inline void hangs_up(struct spoken *spoken, size_t part, int64_t until)
{
    struct call_part *at = &spoken->parts[part];
    at->has_until = true;
    at->until = until;
    at->talk_ms = (until - at->from) / 1000;
}

static inline void told(struct fixture *fx, struct spoken *spoken)
{
    bool over = true;
    for (size_t i = 0; i < spoken->call.parts_count; i++)
        over = over && spoken->parts[i].has_until;
    spoken->call.version++;
    spoken->call.parts = spoken->parts;
    spoken->call.state = over ? call_state_ENDED : call_state_TALKING;
    fixture_fact(fx, "telephony", "call", &spoken->call, false);
}

// The call of this number has one part, Anna's, and is told.
static inline void anna_speaks(struct fixture *fx, struct spoken *spoken, uint32_t number,
                               int64_t from, int64_t until)
{
    spoken_init(spoken, number);
    speaks(spoken, "101", from, until);
    told(fx, spoken);
}

static inline struct clock call_clock(struct fixture *fx, const struct spoken *spoken,
                                      const char *agent, size_t nth)
{
    struct clock clock = { .version = 0 };
    CHECK(fixture_row(fx, &clock_table, clock_id(spoken->call.id, agent, nth), &clock));
    return clock;
}

// --- by hand
static inline struct clock start(struct fixture *fx, const char *text)
{
    struct clock_begin in = { .text = text };
    struct clock out = { .version = 0 };
    CHECK_INT(call_clock_start(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline struct clock row(struct fixture *fx, struct id id)
{
    struct clock clock = { .version = 0 };
    CHECK(fixture_row(fx, &clock_table, id, &clock));
    return clock;
}

static inline void refused(struct fixture *fx, enum call_result result, enum err_code code,
                           const char *field)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_INT(fx->client.refused.code, code);
    CHECK_STR(fx->client.refused.field, field);
}
