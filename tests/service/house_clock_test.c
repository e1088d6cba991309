// SPDX-License-Identifier: Apache-2.0
// Every capture through contacts, telephony and timekeeping: the clocks count what the truths say,
// with hold and without, also when timekeeping is started an hour after the calls; and so do the
// entries that are booked of them (A3, A6, A8), while the call goes on or when it is long over.
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/contacts/api.h"
#include "services/telephony/ami_replay.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/store_entry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define MAP_BYTES ((size_t)512 << 20)
#define EXACT_MS  50
#define PARTS_MAX 8

struct town {
    struct switchboard board;
    struct timekeeping_house rules;
    struct house *house;
    struct fixture *contacts, *telephony, *timekeeping;
    glob_t captures;
    struct id staff[4];
    int64_t parts, differences, booked_live;
};

// --- booking
// What that agent spoke in the call becomes an entry.
static void book(struct town *town, struct id call, const char *agent)
{
    struct entry_new in = { .key = "T", .call = call, .staff = town->staff[agent[2] - '1'] };
    struct entry out;
    CHECK_INT(call_entry_book(&town->timekeeping->client, &in, &out), CALL_DONE);
}

struct sought {
    const char *source, *ref;
    struct id id;
};

static bool run_find(struct request *rq, void *argument)
{
    struct sought *sought = argument;
    struct call call;
    if (calls_find(rq, sought->source, sought->ref, &call))
        sought->id = call.id;
    return true;
}

// --- playing: many rows in one commit, so that it does not wait for the disk
#define ROWS_MAX 100 // of one commit
#define REFS_MAX 40
#define REF_MAX  40

struct playing {
    struct ami_replay *replay;
    struct ami_model *model;
    struct request *rq;
    int rows;
    bool good;
    // To be booked live: calls in which somebody talked, each once; the last one is talking now.
    bool live, talking;
    char refs[REFS_MAX][REF_MAX], agent[8];
    size_t ref_count;
};

static bool is_ours(const char *phone)
{
    return strlen(phone) == 3 && strncmp(phone, "10", 2) == 0 && strchr("1234", phone[2]);
}

static void see_talk(struct playing *playing, const struct call *row)
{
    if (row->talking_count == 0 || !is_ours(row->talking[0]) || playing->ref_count == REFS_MAX)
        return;
    for (size_t i = 0; i < playing->ref_count; i++) {
        if (strcmp(playing->refs[i], row->source_ref) == 0)
            return;
    }
    (void)snprintf(playing->refs[playing->ref_count++], REF_MAX, "%s", row->source_ref);
    (void)snprintf(playing->agent, sizeof playing->agent, "%s", row->talking[0]);
    playing->talking = true;
}

static void take_call(void *context, const struct call *row)
{
    struct playing *playing = context;
    playing->good = calls_record(playing->rq, row) && playing->good;
    playing->rows++;
    if (playing->live && !playing->talking)
        see_talk(playing, row);
}

static bool run_steps(struct request *rq, void *argument)
{
    struct playing *playing = argument;
    const struct ami_replay_step *step = NULL;
    playing->rq = rq;
    playing->rows = 0;
    playing->talking = false;
    while (playing->rows < ROWS_MAX && !playing->talking &&
           (step = ami_replay_next(playing->replay)))
        ami_replay_play(playing->replay, step, playing->model, step->at_us);
    return playing->good;
}

// "/folder/hold_unhold.truth.json" to "hold_unhold".
static void scenario_of(const char *path, char out[80])
{
    const char *slash = strrchr(path, '/');
    (void)snprintf(out, 80, "%.*s", (int)strcspn(slash + 1, "."), slash + 1);
}

// Its clock runs: the entry counts until the call is over.
static void book_live(struct town *town, const char *scenario, const struct playing *playing)
{
    struct sought sought = { .source = scenario };
    if (!playing->talking)
        return;
    sought.ref = playing->refs[playing->ref_count - 1];
    CHECK(fixture_input(town->telephony, run_find, &sought));
    book(town, sought.id, playing->agent);
    town->booked_live++;
}

static void play(struct town *town, const char *path)
{
    char ami[4096], scenario[80];
    struct ami_replay *replay = NULL;
    struct err err = { 0 };
    scenario_of(path, scenario);
    (void)snprintf(ami, sizeof ami, "%.*s.ami", (int)(strlen(path) - strlen(".truth.json")), path);
    CHECK(ami_replay_open(ami, 0, &replay, &err));
    struct playing playing = { .replay = replay, .good = true, .live = town->timekeeping };
    struct ami_model_options options = { scenario, { "49", "30" }, NULL, take_call, &playing };
    playing.model = ami_model_new(&options);
    while (ami_replay_peek(replay)) {
        CHECK(fixture_input(town->telephony, run_steps, &playing));
        book_live(town, scenario, &playing);
    }
    ami_model_free(playing.model);
    ami_replay_free(replay);
    fixture_reset(town->telephony);
}

static void add_staff(struct town *town)
{
    static const char *const phones[] = { "101", "102", "103", "104" };
    for (size_t i = 0; i < 4; i++) {
        struct staff_new in = { .name = phones[i],
                                .extensions = &phones[i],
                                .extensions_count = 1 };
        struct staff out;
        CHECK_INT(call_staff_add(&town->contacts->client, &in, &out), CALL_DONE);
        town->staff[i] = out.id;
    }
    house_settle(town->house);
}

static void add_timekeeping(struct town *town)
{
    struct kind_new in = { .key = "T", .name = "Telefonat", .text = "Telefonat" };
    struct service_kind kind;
    town->timekeeping = house_add(town->house, &timekeeping_service, &town->rules, MAP_BYTES);
    CHECK_INT(call_kind_add(&town->timekeeping->client, &in, &kind), CALL_DONE);
    house_settle(town->house);
}

// --- comparing
struct wanted {
    const char *agent;
    int64_t ms;
};

static int64_t time_of(const json_t *item, const char *key)
{
    return llround(json_number_value(json_object_get(item, key)) * 1e6);
}

// The truth's talk of each agent of this call: no phone comes back into one.
static size_t wanted_of(const json_t *call, struct wanted out[PARTS_MAX])
{
    size_t count = 0, at = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(call, "talk"), at, item)
    {
        const char *agent = json_string_value(json_object_get(item, "agent"));
        size_t i = 0;
        while (i < count && strcmp(out[i].agent, agent) != 0)
            i++;
        if (i == count)
            out[count++] = (struct wanted){ agent, 0 };
        out[i].ms += (time_of(item, "to") - time_of(item, "from")) / 1000;
    }
    return count;
}

// Read from the captures by hand, as in telephony_ami_truth_test.
static int64_t held_of(const char *scenario, const char *agent, int64_t talk_ms)
{
    if (!strcmp(scenario, "hold_unhold"))
        return 3005;
    if (!strcmp(scenario, "transfer_blind_feature_code") && !strcmp(agent, "101"))
        return 2062;
    if (!strcmp(scenario, "transfer_attended_feature") && !strcmp(agent, "101"))
        return 2065;
    return !strcmp(scenario, "transfer_attended_refer_external") && talk_ms > 3000 ? 4063 : 0;
}

static void compare_one(struct town *town, const char *scenario, const struct clock *clock,
                        const struct wanted *want)
{
    int64_t held = town->rules.hold_counts ? 0 : held_of(scenario, want->agent, want->ms);
    int64_t off_ms = clock->raw_s * 1000 - (want->ms - held);
    bool owned = id_equal(clock->staff, town->staff[want->agent[2] - '1']);
    bool right = clock->state == clock_state_STOPPED && clock->has_raw_s && owned &&
                 llabs(clock->counted_ms - want->ms) <= EXACT_MS && llabs(off_ms) <= 500 + EXACT_MS;
    if (right)
        return;
    printf("%s: %s counts %lld s of %lld ms, truth %lld ms, held %lld%s\n", scenario, want->agent,
           (long long)clock->raw_s, (long long)clock->counted_ms, (long long)want->ms,
           (long long)held, owned ? "" : ", of the wrong one");
    town->differences++;
}

// Whether booked while they talked or just now.
static void compare_entry(struct town *town, const char *scenario, const struct clock *clock,
                          const struct wanted *want)
{
    struct clock booked = { .version = 0 };
    struct entry entry = { .version = 0 };
    if (id_is_zero(clock->entry))
        book(town, clock->call, want->agent);
    CHECK(fixture_row(town->timekeeping, &clock_table, clock->id, &booked));
    CHECK(fixture_row(town->timekeeping, &entry_table, booked.entry, &entry));
    bool right = entry.state == entry_state_OPEN && !entry.counting &&
                 entry.raw_s == clock->raw_s && entry.actual_s == entry.raw_s &&
                 id_equal(entry.call, clock->call) &&
                 id_equal(entry.staff, town->staff[want->agent[2] - '1']);
    if (right)
        return;
    printf("%s: %s booked %lld s, the clock counts %lld s\n", scenario, want->agent,
           (long long)entry.raw_s, (long long)clock->raw_s);
    town->differences++;
}

static void compare_call(struct town *town, const char *scenario, const json_t *truth)
{
    struct wanted want[PARTS_MAX];
    size_t count = wanted_of(truth, want);
    const char *seen = json_string_value(json_object_get(truth, "seen"));
    struct sought sought = { scenario,
                             json_string_value(json_object_get(truth, "linkedid")),
                             { { 0 } } };
    if (!sought.ref || (seen && strstr(seen, "events were off")))
        return;
    CHECK(fixture_input(town->telephony, run_find, &sought));
    for (size_t i = 0; i < count; i++, town->parts++) {
        struct clock clock = { .version = 0 };
        if (fixture_row(town->timekeeping, &clock_table, clock_id(sought.id, want[i].agent, 0),
                        &clock)) {
            compare_one(town, scenario, &clock, &want[i]);
            compare_entry(town, scenario, &clock, &want[i]);
            continue;
        }
        printf("%s %s: %s has no clock\n", scenario, sought.ref, want[i].agent);
        town->differences++;
    }
}

static void compare(struct town *town, const char *path)
{
    char scenario[80];
    size_t at = 0;
    const json_t *call = NULL;
    json_t *truth = json_load_file(path, 0, NULL);
    CHECK(truth != NULL);
    scenario_of(path, scenario);
    json_array_foreach(json_object_get(truth, "calls"), at, call)
        compare_call(town, scenario, call);
    json_decref(truth);
    fixture_reset(town->timekeeping);
}

// `late`: timekeeping is started an hour after the last call, and reads what there is.
static void run_all(bool hold_counts, bool late)
{
    struct town town = { .board = { .home = { "49", "30" } },
                         .rules = { .home = { .country = "49" },
                                    .zone = "Europe/Berlin",
                                    .hold_counts = hold_counts } };
    CHECK_INT(glob(test_path("data/ami/*.truth.json"), 0, NULL, &town.captures), 0);
    CHECK(town.captures.gl_pathc >= 60);
    town.house = house_new(test_seed());
    town.contacts = house_add(town.house, &contacts_service, NULL, 0);
    town.telephony = house_add(town.house, &telephony_service, &town.board, MAP_BYTES);
    house_settle(town.house);
    if (!late)
        add_timekeeping(&town);
    add_staff(&town);
    for (size_t i = 0; i < town.captures.gl_pathc; i++)
        play(&town, town.captures.gl_pathv[i]);
    if (late) {
        house_wait(town.house, SECONDS(3600));
        add_timekeeping(&town);
        house_wait(town.house, SECONDS(5));
    }
    for (size_t i = 0; i < town.captures.gl_pathc; i++)
        compare(&town, town.captures.gl_pathv[i]);
    printf("%zu captures, %lld parts (%lld booked while they talked), %lld differences\n",
           town.captures.gl_pathc, (long long)town.parts, (long long)town.booked_live,
           (long long)town.differences);
    CHECK_INT(town.differences, 0);
    CHECK_INT(fixture_rows(town.timekeeping, &clock_table), town.parts); // and no more
    CHECK_INT(fixture_rows(town.timekeeping, &entry_table), town.parts);
    CHECK(late ? town.booked_live == 0 : town.booked_live > 40);
    globfree(&town.captures);
    house_free(town.house);
}

TEST(clocks_count_what_was_talked)
{
    run_all(true, false);
}

TEST(clocks_count_without_hold)
{
    run_all(false, false);
}

TEST(clocks_are_the_same_an_hour_later)
{
    run_all(true, true);
    run_all(false, true);
}
