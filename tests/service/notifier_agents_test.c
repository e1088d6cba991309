// SPDX-License-Identifier: Apache-2.0
// E9, D11: the agents' board.
#include "tests/service/notifier_world.h"

static void tell_agent(struct fixture *fx, uint32_t number, int64_t version, uint32_t team)
{
    struct agent agent = {
        .id = id_number(number),
        .version = version,
        .name = "Anna",
        .team = team ? id_number(team) : (struct id){ { 0 } },
        .state = agent_state_ON,
        .state_since = 1,
        .presence = presence_FREE,
        .presence_since = 1,
    };
    fixture_fact(fx, "telephony", "agent", &agent, false);
}

static struct watch *watch_agents(struct fixture *fx)
{
    struct stream_order order = { .board = board_AGENTS, .credit = 1000 };
    struct watch *watch = fixture_watch(fx, &order);

    CHECK(watch);
    return watch;
}

TEST(agents_come_change_and_are_seen_by_their_team_only)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct watch *house = watch_agents(fx), *team;
    const struct stream_event *event;
    struct agent row;

    expect_empty_snapshot(house);
    tell_agent(fx, 1, 1, 50);
    event = watch_row(house, agent_record(), &row);
    CHECK(event && event->kind == stream_kind_CHANGE && id_equal(row.id, id_number(1)));
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_TEAM, id_number(50) }, "lead");
    team = watch_agents(fx);
    expect(team, stream_kind_SNAPSHOT_BEGIN);
    expect(team, stream_kind_ROW);
    expect(team, stream_kind_SNAPSHOT_END);
    tell_agent(fx, 2, 1, 51);
    expect_silence(team);
    tell_agent(fx, 1, 2, 51); // she changes the team
    expect_gone(team, 1);
    expect_silence(team);
    fixture_free(fx);
}

TEST(the_agents_board_can_be_read_once)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_query query = { .board = board_AGENTS };
    struct board_page page = { 0 };

    tell_agent(fx, 1, 1, 0);
    tell_agent(fx, 2, 1, 0);
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.agents_count, 2);
    CHECK_INT((int64_t)page.calls_count, 0);
    query.client = id_number(9);
    CHECK_INT(call_board_get(&fx->client, &query, &page), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_INVALID, "board");
    fixture_free(fx);
}
