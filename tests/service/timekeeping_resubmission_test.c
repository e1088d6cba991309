// SPDX-License-Identifier: Apache-2.0
// D11, G4: what is put off comes back once, to whoever is there.
#include "tests/service/timekeeping_todo_world.h"

static struct resubmission put_off(struct fixture *fx, struct id staff, int64_t due_at)
{
    struct resubmission_new in = {
        .subject = "Frist prüfen", .due_at = due_at, .contact = MEIER, .staff = staff
    };
    struct resubmission out = { 0 };
    CHECK_INT(call_resubmission_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct resubmission row_of(struct fixture *fx, struct id id)
{
    struct resubmission row = { 0 };
    CHECK(fixture_row(fx, &resubmission_table, id, &row));
    return row;
}

static int64_t mine(struct fixture *fx)
{
    struct callback_query query = { .has_mine = true, .mine = true };
    struct resubmission_page page = { 0 };
    CHECK_INT(call_resubmission_list(&fx->client, &query, &page), CALL_DONE);
    return (int64_t)page.resubmissions_count;
}

TEST(a_resubmission_comes_back_once_also_after_a_downtime)
{
    struct fixture *fx = todo_world();
    struct resubmission row = put_off(fx, ANNA, fixture_now(fx) + STRETCH), out;
    CHECK_STR(row.contact_name, "Karl Meier");
    CHECK_INT(row.state, resubmission_state_OPEN);
    fixture_crash(fx);
    fixture_wait(fx, 2 * STRETCH);
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    row = row_of(fx, row.id);
    CHECK_INT(row.state, resubmission_state_DUE);
    CHECK(row.has_told_at);
    CHECK_INT(fixture_facts(fx, "resubmission"), 2);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(fixture_facts(fx, "resubmission"), 2);
    struct resubmission_change change = { .id = row.id,
                                          .version = row.version,
                                          .has_due_at = true,
                                          .due_at = fixture_now(fx) + STRETCH };
    CHECK_INT(call_resubmission_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(out.state, resubmission_state_OPEN);
    fixture_wait(fx, STRETCH + SECONDS(2));
    CHECK_INT(fixture_facts(fx, "resubmission"), 4);
    struct resubmission_settle settle = { .id = row.id };
    CHECK_INT(call_resubmission_done(&fx->client, &settle, &out), CALL_DONE);
    CHECK_INT(call_resubmission_withdraw(&fx->client, &settle, &out), CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_CONFLICT, "id");
    fixture_free(fx);
}

TEST(while_somebody_is_away_the_deputy_sees_what_is_theirs)
{
    struct fixture *fx = todo_world();
    int64_t now = fixture_now(fx);
    struct resubmission row = put_off(fx, ANNA, now + 100 * STRETCH);
    struct absence away = { .id = number_id(50),
                            .version = 1,
                            .staff = ANNA,
                            .from = now + STRETCH,
                            .until = now + 10 * STRETCH };
    tell_absence(fx, away);
    CHECK(id_is_zero(row_of(fx, row.id).deputy));
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, BERT }, id_text(BERT).text);
    CHECK_INT(mine(fx), 0);
    fixture_wait(fx, STRETCH + SECONDS(2));
    CHECK(id_equal(row_of(fx, row.id).deputy, BERT));
    CHECK_INT(mine(fx), 1); // within the scope `own`
    struct stand_in told;
    struct fact fact;
    CHECK(fixture_fact_at(fx, "stand_in", -1, &fact, &told));
    CHECK(id_equal(told.id, ANNA) && id_equal(told.deputy, BERT));
    // What comes meanwhile goes to him, too.
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(CEM).text);
    struct resubmission late = put_off(fx, ANNA, now + 100 * STRETCH);
    CHECK(id_equal(late.deputy, BERT));
    // He falls ill: his deputy sees hers. He is back: it is his again.
    struct absence ill = { .id = number_id(51),
                           .version = 1,
                           .staff = BERT,
                           .from = fixture_now(fx),
                           .until = now + 5 * STRETCH };
    tell_absence(fx, ill);
    fixture_wait(fx, SECONDS(2));
    CHECK(id_equal(row_of(fx, row.id).deputy, CEM));
    fixture_wait(fx, 5 * STRETCH);
    CHECK(id_equal(row_of(fx, row.id).deputy, BERT));
    // She comes back while the service is down.
    fixture_crash(fx);
    fixture_wait(fx, 20 * STRETCH);
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK(id_is_zero(row_of(fx, row.id).deputy));
    CHECK(id_is_zero(row_of(fx, late.id).deputy));
    fixture_free(fx);
}

TEST(an_absence_can_be_withdrawn_or_name_its_own_deputy)
{
    struct fixture *fx = todo_world();
    int64_t now = fixture_now(fx);
    struct resubmission row = put_off(fx, ANNA, now + 100 * STRETCH);
    struct absence away = { .id = number_id(50),
                            .version = 1,
                            .staff = ANNA,
                            .from = now - STRETCH,
                            .until = now + 10 * STRETCH,
                            .deputy = CEM };
    tell_absence(fx, away);
    fixture_wait(fx, SECONDS(2));
    CHECK(id_equal(row_of(fx, row.id).deputy, CEM));
    away.version = 2;
    away.has_withdrawn = away.withdrawn = true;
    tell_absence(fx, away);
    fixture_wait(fx, SECONDS(2));
    CHECK(id_is_zero(row_of(fx, row.id).deputy));
    fixture_free(fx);
}

TEST(many_rows_move_to_the_deputy_in_chunks)
{
    struct fixture *fx = todo_world();
    int64_t now = fixture_now(fx);
    struct id last = { { 0 } };
    for (int i = 0; i < 250; i++)
        last = put_off(fx, ANNA, now + 100 * STRETCH + i).id;
    struct absence away = {
        .id = number_id(50), .version = 1, .staff = ANNA, .from = now, .until = now + STRETCH
    };
    tell_absence(fx, away);
    fixture_wait(fx, SECONDS(2));
    CHECK(id_equal(row_of(fx, last).deputy, BERT));
    CHECK_INT(fixture_facts(fx, "resubmission"), 500);
    CHECK_INT(fixture_facts(fx, "stand_in"), 1);
    fixture_free(fx);
}
