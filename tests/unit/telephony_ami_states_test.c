// SPDX-License-Identifier: Apache-2.0
// The states that a person sees one after the other: no waiting flashes between ring, talk and end,
// and who really waits again is shown so.

#include "services/telephony/ami_replay.h"
#include "tests/unit/ami_story.h"

#define CALLS_MAX 20

// --- of captures
struct sightings {
    struct {
        char ref[100], states[400];
        enum call_state last;
    } calls[CALLS_MAX];
    size_t count;
};

static void note(void *context, const struct call *row)
{
    struct sightings *seen = context;
    size_t i = 0;
    while (i < seen->count && strcmp(seen->calls[i].ref, row->source_ref) != 0)
        i++;
    CHECK(i < CALLS_MAX);
    if (i == seen->count) {
        put(seen->calls[i].ref, sizeof seen->calls[i].ref, row->source_ref);
        seen->count++;
    }
    if (row->state == seen->calls[i].last)
        return;
    size_t used = strlen(seen->calls[i].states);
    (void)snprintf(seen->calls[i].states + used, sizeof seen->calls[i].states - used, "%s%s",
                   used ? " " : "", call_state_picks()->values[row->state].word);
    seen->calls[i].last = row->state;
}

static struct sightings states_of(const char *capture)
{
    char path[4096];
    struct ami_replay *replay = NULL;
    struct err err = { 0 };
    struct sightings seen = { .count = 0 };
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, note, &seen };
    struct ami_model *model = ami_model_new(&options);
    (void)snprintf(path, sizeof path, "%s/%s.ami", test_path("data/ami"), capture);
    CHECK(ami_replay_open(path, 1, &replay, &err));
    CHECK_OK(&err);
    const struct ami_replay_step *step;
    while ((step = ami_replay_next(replay)))
        ami_replay_play(replay, step, model, step->at_us);
    ami_model_free(model);
    ami_replay_free(replay);
    return seen;
}

TEST(nothing_flashes_between_ring_talk_and_end)
{
    static const struct {
        const char *capture, *states;
    } cases[] = {
        { "inbound_answered_caller_hangs_up", "waiting ringing talking ended" },
        { "inbound_answered_agent_hangs_up", "waiting ringing talking ended" },
        { "group_one_answers", "waiting ringing talking ended" },
        { "hold_unhold", "waiting ringing talking ended" },
        { "ivr_then_agent", "waiting ringing talking ended" },
        { "queue_answered", "waiting ringing talking ended" },
        { "internal_call", "waiting ringing talking ended" },
        { "outbound_answered", "waiting ringing talking ended" },
        { "inbound_missed_caller_gives_up", "waiting ringing ended" },
        { "queue_abandoned", "waiting ringing ended" },
        { "transfer_ami_blind_agent", "waiting ringing talking ringing talking ended" },
        // Nobody lifts: between two phones the caller waits in the queue.
        { "queue_linear_ringnoanswer", "waiting ringing waiting ringing talking ended" },
        // Whoever parks it hears the place until it is fetched.
        { "park_retrieve", "waiting ringing talking ended" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sightings seen = states_of(cases[i].capture);
        CHECK(seen.count > 0);
        CHECK_STR(seen.calls[0].states, cases[i].states);
    }
}

// --- after a talk
// The agent hangs up and the caller stays, in the menu: nothing that this account is shown says so.
TEST(who_falls_back_to_the_menu_waits_after_a_moment)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    one(house, "HangupRequest", &phone, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &phone, "b1");
    bridge(house, "BridgeLeave", &caller, "b1");
    CHECK_STR(house->last, "talking agent 101 rings talks");
    CHECK_INT(ami_model_due_us(house->model), house->now_us + 3 * SECOND / 2);
    one(house, "Hangup", &phone, "Cause: 16\r\n");
    CHECK_STR(house->last, "talking agent 101 rings talks");
    ami_model_due(house->model, house->now_us += SECOND);
    CHECK_STR(house->last, "waiting agent 101 rings talks");
    CHECK_INT(ami_model_due_us(house->model), INT64_MAX);
    house_free(house);
}

TEST(who_falls_back_to_the_queue_waits_at_once)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    one(house, "HangupRequest", &phone, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &phone, "b1");
    bridge(house, "BridgeLeave", &caller, "b1");
    one(house, "QueueCallerJoin", &caller, "Queue: zentrale\r\nPosition: 1\r\n");
    CHECK_STR(house->last, "waiting agent 101 rings talks");
    house_free(house);
}

// However long the PBX takes to clear the call.
TEST(a_caller_who_has_hung_up_does_not_wait)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    one(house, "HangupRequest", &caller, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &caller, "b1");
    bridge(house, "BridgeLeave", &phone, "b1");
    CHECK_INT(ami_model_due_us(house->model), INT64_MAX);
    house->now_us += 5 * SECOND;
    one(house, "Hangup", &phone, "Cause: 16\r\n");
    CHECK_STR(house->last, "talking agent 101 rings talks");
    one(house, "Hangup", &caller, "Cause: 16\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    house_free(house);
}

// An announcement may be played to whoever has lifted, before the caller is put through.
TEST(a_phone_that_was_lifted_still_rings_until_the_talk)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    phone.state = 6;
    one(house, "Newstate", &phone, "");
    ami_model_due(house->model, house->now_us += 5 * SECOND);
    CHECK_STR(house->last, "ringing agent - rings talks");
    bridge(house, "BridgeEnter", &phone, "b1");
    CHECK_STR(house->last, "talking agent 101 rings talks 101");
    house_free(house);
}
